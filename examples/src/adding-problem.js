// Trains a GRU to add two numbers that are marked somewhere in a sequence: node examples/src/adding-problem.js
import { pathToFileURL } from "node:url";
import { backward, noGrad } from "@unroll/autograd";
import { GRU } from "@unroll/cells";
import { addingTask } from "@unroll/data";
import { Linear, mse } from "@unroll/nn";
import { Adam, clipGradNorm } from "@unroll/optim";
import { Generator, manualSeed, select } from "@unroll/tensor";

/** @param {{ steps?: number, log?: (line: string) => void }} [options] */
export function main({ steps = 400, log = console.log } = {}) {
  manualSeed(1);
  const generator = new Generator(2);
  const gru = new GRU(2, 24);
  const head = new Linear(24, 1);
  const parameters = [...gru.parameters(), ...head.parameters()];
  const optimizer = new Adam(parameters, { lr: 0.01 });
  const lossOf = (/** @type {number} */ batchSize) => {
    const { x, y } = addingTask({ length: 20, batchSize, generator });
    return mse(head.forward(select(gru.forward(x).output, 0, -1)), y);
  };
  for (let step = 1; step <= steps; step++) {
    const loss = lossOf(32);
    optimizer.zeroGrad();
    backward(loss);
    clipGradNorm(parameters, 1);
    optimizer.step();
    if (step % 100 === 0) log(`step ${step}: squared error ${loss.item().toFixed(4)}`);
  }
  const error = noGrad(() => lossOf(512)).item();
  log(`on new sequences: ${error.toFixed(4)}; always answering 1 gives 0.1667`);
  return error;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
