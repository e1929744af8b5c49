import { backward } from "@unroll/autograd";
import { LSTM } from "@unroll/cells";
import { crossEntropy, Linear } from "@unroll/nn";
import { AdamW, clipGradNorm } from "@unroll/optim";
import { manualSeed, randn, select, tensor } from "@unroll/tensor";

export interface Training {
  /** The loss before each step. */
  losses: number[];
  /** A digest of the bits of the losses and of every parameter after the last step. */
  digest: string;
}

/** FNV-1a over the bits of float32 numbers. */
function digestOf(values: Iterable<ArrayLike<number>>): string {
  let hash = 0x811c9dc5;
  for (const numbers of values) {
    for (const byte of new Uint8Array(Float32Array.from(numbers).buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Trains a small LSTM to tell which of three classes a fixed random sequence belongs to. */
export function train(steps: number = 20): Training {
  manualSeed(7);
  const lstm = new LSTM(3, 8);
  const head = new Linear(8, 3);
  const x = randn([12, 6, 3]);
  const target = tensor([0, 1, 2, 2, 1, 0], { dtype: "int32" });
  const parameters = [...lstm.parameters(), ...head.parameters()];
  const optimizer = new AdamW(parameters, { lr: 0.05 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const { output } = lstm.forward(x);
    const loss = crossEntropy(head.forward(select(output, 0, 11)), target);
    losses.push(loss.item());
    backward(loss);
    clipGradNorm(parameters, 1);
    optimizer.step();
  }
  return { losses, digest: digestOf([losses, ...parameters.map((parameter) => parameter.data)]) };
}
