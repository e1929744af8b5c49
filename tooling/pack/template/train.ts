import { backward } from "@unroll/autograd";
import { LSTM } from "@unroll/cells";
import { crossEntropy, Embedding, Linear } from "@unroll/nn";
import { AdamW, clipGradNorm } from "@unroll/optim";
import { manualSeed, reshape, setDeterministic, tensor } from "@unroll/tensor";

export interface Training {
  /** The loss before each step. */
  losses: number[];
  /** A digest of the bits of the losses, and of every parameter after every step. */
  digest: string;
}

/** FNV-1a over the bits of float32 numbers, going on from `hash`. */
function fnv(hash: number, numbers: ArrayLike<number>): number {
  let h = hash;
  for (const byte of new Uint8Array(Float32Array.from(numbers).buffer)) h = Math.imul(h ^ byte, 0x01000193);
  return h;
}

const text = "the fox sees the dog and the dog sees the cat and the cat sees the fox and all of them run ";
const [steps, batch, hidden] = [10, 8, 16];

/**
 * Trains a small language model, one LSTM over letters; when deterministic, to the same bits wherever it runs.
 *
 * @param compile whether the LSTM's sequences run by compiled loops
 */
export function train(updates: number = 20, deterministic: boolean = true, compile: boolean = true): Training {
  setDeterministic(deterministic);
  manualSeed(7);
  const letters = [...new Set(text)].sort();
  // Letter `offset + t` of the piece of text that each row of the batch reads; row i begins at letter 11 i.
  const piece = (offset: number): number[] =>
    Array.from({ length: steps * batch }, (_, i) =>
      letters.indexOf(text[((i % batch) * 11 + Math.floor(i / batch) + offset) % text.length] as string),
    );
  const x = tensor(piece(0), { shape: [steps, batch], dtype: "int32" });
  const next = tensor(piece(1), { dtype: "int32" });
  const embedding = new Embedding(letters.length, hidden);
  const lstm = new LSTM(hidden, hidden);
  const head = new Linear(hidden, letters.length);
  const parameters = [embedding, lstm, head].flatMap((layer) => layer.parameters());
  const optimizer = new AdamW(parameters, { lr: 0.05 });
  const losses: number[] = [];
  let hash = 0x811c9dc5;
  for (let update = 0; update < updates; update++) {
    optimizer.zeroGrad();
    const { output } = lstm.forward(embedding.forward(x), { compile });
    const loss = crossEntropy(head.forward(reshape(output, [steps * batch, hidden])), next);
    losses.push(loss.item());
    backward(loss);
    clipGradNorm(parameters, 1);
    optimizer.step();
    for (const { data } of parameters) hash = fnv(hash, data);
  }
  hash = fnv(hash, losses);
  return { losses, digest: (hash >>> 0).toString(16).padStart(8, "0") };
}
