import { parentPort, workerData } from "node:worker_threads";
import type { Job, WorkerMessage } from "./job.ts";
import { makeTask } from "./make-task.ts";
import { type RunEvent, trainRun } from "./train.ts";

/** Events are sent in bundles: a message for each step would cost as much as a small step. */
const flushEvery = 100;

const port = parentPort;
if (port === null) throw new Error("worker.js runs as a worker thread of the benchmark, not by itself");
const { task, cell, seed, config, text } = workerData as Job;

let events: RunEvent[] = [];
let sentAt = performance.now();
const flush = () => {
  port.postMessage({ kind: "events", events } satisfies WorkerMessage);
  events = [];
  sentAt = performance.now();
};
for (const event of trainRun(makeTask(task, text, config, seed), cell, seed, config)) {
  events.push(event);
  if (performance.now() - sentAt > flushEvery) flush();
}
flush();
port.postMessage({ kind: "end" } satisfies WorkerMessage);
