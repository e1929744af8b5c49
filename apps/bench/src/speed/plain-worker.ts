import { parentPort, workerData } from "node:worker_threads";
import { useEngine } from "@unroll/tensor";
import { loops } from "./loops.ts";
import { type Run, timedHere } from "./measure.ts";
import type { PlainAnswer, PlainJob } from "./plain-job.ts";
import { trainer, trainingConfig } from "./trainer.ts";

const port = parentPort;
if (port === null) throw new Error("plain.js runs as a worker thread of the benchmark, not by itself");
const answer = (message: PlainAnswer) => port.postMessage(message);

const { run, result } = start(workerData as PlainJob);
answer({ result });
port.on("message", (calls: number) => answer({ seconds: timedHere(run, calls) }));

function start(job: PlainJob): { run: Run; result: ArrayLike<number> } {
  if (job.kind === "loop") {
    const loop = loops[job.what];
    // Variables that never change V8 takes for constants: it would compile the loop for these very arrays, which no program
    // that computes with more than one pair of arrays gets.
    const arrays = [job.x, job.y, new Float32Array(job.outputs)];
    const run = job.fresh
      ? () => loop(arrays[0], arrays[1], new Float32Array(job.outputs), job.columns)
      : () => loop(arrays[0], arrays[1], arrays[2], job.columns);
    return { run, result: run() };
  }
  const step = useEngine("reference", () => trainer(job.text, trainingConfig));
  const run = () => useEngine("reference", step);
  return { run, result: Array.from({ length: job.compared }, run) };
}
