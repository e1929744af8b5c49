import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InputError } from "../input-error.ts";
import { type GridConfig, gridSchema, type Shard } from "./spec.ts";

/** Where the grids that come with the benchmark lie: beside `src` and `dist`. */
const shipped = fileURLToPath(new URL("../configs/", import.meta.url));

/**
 * Reads a grid: a file, or by its name one that comes with the benchmark.
 *
 * @throws {InputError} when there is none, it is no JSON, or it does not follow the schema; with every mistake named
 */
export function readGrid(given: string, folder: string = shipped): GridConfig {
  const file = /^[\w-]+$/.test(given) ? path.join(folder, `${given}.json`) : given;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new InputError(`cannot read the grid ${file}: ${(error as Error).message}`);
  }
  const result = gridSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path: at, message }) => `${at.length === 0 ? "the file" : z.core.toDotPath(at)}: ${message}`,
  );
  throw new InputError(`${file}: ${problems.join("; ")}`);
}

/** The schema of grid files as JSON Schema; `configs/grid.schema.json` is what this gives. */
export function gridJsonSchema(): string {
  return JSON.stringify(z.toJSONSchema(gridSchema, { io: "input" }), undefined, 2);
}

/**
 * `3/10`: the third of ten parts.
 *
 * @throws {InputError} for anything else
 */
export function shardOption(value: unknown): Shard | undefined {
  if (value === undefined) return undefined;
  const [index, of] = (/^(\d+)\/(\d+)$/.exec(String(value)) ?? []).slice(1).map(Number);
  if (index === undefined || of === undefined || index < 1 || index > of)
    throw new InputError(`--shard must be i/n with 1 <= i <= n, got ${String(value)}`);
  return { index, of };
}
