import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Remote } from "./measure.ts";
import type { PlainAnswer, PlainJob } from "./plain-job.ts";

/** Plain JavaScript on a thread of its own. */
export interface Plain extends Remote {
  /** What it computes. */
  readonly result: ArrayLike<number>;
  readonly stop: () => Promise<unknown>;
}

/**
 * Starts plain JavaScript on a thread where WebAssembly never runs. On the same thread it would be at a disadvantage: once
 * a WebAssembly memory has grown, V8 checks at every access of any typed array whether it still exists, and a loop that
 * adds takes half as long again in Node 20, a tenth in Node 24.
 */
export async function startPlain(job: PlainJob): Promise<Plain> {
  const worker = new Worker(new URL("./plain.js", import.meta.url), { workerData: job });
  const next = async (): Promise<PlainAnswer> => (await once(worker, "message"))[0] as PlainAnswer;
  const first = await next();
  if (!("result" in first)) throw new Error("expected the result first");
  return {
    result: first.result,
    time: async (calls) => {
      const answer = next();
      worker.postMessage(calls);
      const message = await answer;
      if (!("seconds" in message)) throw new Error("expected seconds");
      return message.seconds;
    },
    stop: () => worker.terminate(),
  };
}
