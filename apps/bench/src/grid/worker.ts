import { workerData } from "node:worker_threads";
import { runTrial } from "../history/trial.ts";
import { runRace } from "../races/race.ts";
import { postEvents } from "../worker-port.ts";
import { sourcesOf } from "./sources.ts";
import type { RunSpec } from "./spec.ts";

const spec = workerData as RunSpec;

postEvents(spec.kind === "race" ? runRace(spec, await sourcesOf([spec])) : runTrial(spec));
