import { parentPort } from "node:worker_threads";
import type { WorkerMessage } from "./jobs.ts";

/** Events are sent in bundles: a message for each step would cost as much as a small step. */
const flushEvery = 100;

/** Tells the main thread what happens in this one, and at last that it has ended. */
export function postEvents<E>(events: Iterable<E>): void {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a worker thread of the benchmark, not by itself");
  let bundle: E[] = [];
  let sentAt = performance.now();
  const flush = () => {
    port.postMessage({ kind: "events", events: bundle } satisfies WorkerMessage<E>);
    bundle = [];
    sentAt = performance.now();
  };
  for (const event of events) {
    bundle.push(event);
    if (performance.now() - sentAt > flushEvery) flush();
  }
  flush();
  port.postMessage({ kind: "end" } satisfies WorkerMessage<E>);
}
