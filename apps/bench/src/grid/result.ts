import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { InputError } from "../input-error.ts";
import { readLog } from "./log.ts";
import type { RunRecord } from "./record.ts";
import type { VariantSummary } from "./summary.ts";

/** Rises when a field changes its meaning. */
export const gridResultVersion = 1;

/** What `result.json` holds: every run, and the numbers of the tables, which follow from them. */
export interface GridResult {
  readonly version: typeof gridResultVersion;
  readonly kind: "grid";
  readonly name: string;
  readonly title: string;
  /** Whether every run of the grid, or of the shard, is in it. */
  readonly complete: boolean;
  /** How many runs the grid has. */
  readonly runs: number;
  readonly records: readonly RunRecord[];
  readonly summary: readonly VariantSummary[];
}

/** The names of what a grid writes. */
export const fileNames = { log: "runs.ndjson", result: "result.json", report: "report.html" } as const;

/**
 * The runs of a folder of results, of a `result.json` or of a log.
 *
 * @throws {InputError} when there are none
 */
export function readRuns(given: string): readonly RunRecord[] {
  if (!existsSync(given)) throw new InputError(`there is no ${given}`);
  const file = statSync(given).isDirectory() ? path.join(given, fileNames.log) : given;
  if (!existsSync(file)) throw new InputError(`${given} holds no ${fileNames.log}`);
  if (!file.endsWith(".json")) return readLog(file).records;
  let value: Partial<GridResult> | undefined;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`);
  }
  if (value?.kind !== "grid" || value.version !== gridResultVersion || value.records === undefined)
    throw new InputError(`${file} is no result of this version of bench grid`);
  return value.records;
}
