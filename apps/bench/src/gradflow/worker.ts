import { workerData } from "node:worker_threads";
import { postEvents } from "../worker-port.ts";
import type { Job } from "./job.ts";
import { makeTask } from "./make-task.ts";
import { trainRun } from "./train.ts";

const { task, cell, seed, config, text } = workerData as Job;

postEvents(trainRun(makeTask(task, text, config, seed), cell, seed, config));
