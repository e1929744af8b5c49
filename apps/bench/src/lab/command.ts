import { readFileSync } from "node:fs";
import { setDeterministic } from "@unroll/tensor";
import { loadText } from "../gradflow/text.ts";
import { InputError } from "../input-error.ts";
import { whole } from "../options.ts";
import { type LabConfig, parseLabConfig } from "./config.ts";
import { lineOf } from "./ndjson.ts";
import { openLane } from "./run.ts";

/** The options of `bench lab` as they come from the command line. */
export interface LabOptions {
  steps?: unknown;
}

/**
 * `bench lab <file>`: trains the cells of a configuration one after the other, as the page does, and prints what happens
 * as lines of JSON: first the configuration, then for each cell its task, model, steps and probes.
 *
 * @param write takes one line at a time
 * @throws {InputError} when the file or an option is not usable
 */
export async function runLab(file: string, options: LabOptions, write: (line: string) => void): Promise<number> {
  const config = readConfig(file);
  const steps = whole("steps", options.steps, 100, 0);
  const text = config.task === "text" ? await loadText(undefined) : undefined;
  // The same bits in every Node and on every page.
  setDeterministic(true);
  write(lineOf({ kind: "config", config }));
  for (const cell of config.cells) {
    const { facts, events } = openLane(config, cell, { steps, text });
    write(lineOf({ cell, kind: "task", ...facts }));
    for (const event of events) write(lineOf({ cell, ...event }));
  }
  return 0;
}

function readConfig(file: string): LabConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${(error as Error).message}`);
  }
  const { config, problems } = parseLabConfig(value);
  const [problem] = problems;
  if (problem !== undefined)
    throw new InputError(`${file}: ${problem.field}: expected ${problem.expected}, got ${problem.got}`);
  return config;
}
