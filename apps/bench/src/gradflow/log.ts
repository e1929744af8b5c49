import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { InputError } from "../input-error.ts";
import { appendLine, readLines } from "../ndjson.ts";
import type { Job } from "./job.ts";
import { type RunResult, resultVersion } from "./result.ts";

/** One finished run of `bench gradflow`. */
interface Line {
  readonly version: typeof resultVersion;
  readonly id: string;
  readonly result: RunResult;
}

/** The runs of `bench gradflow` that have ended, one a line, so that a command that was stopped goes on behind them. */
export class FlowLog {
  readonly #file: string;
  readonly #results = new Map<string, RunResult>();

  /** @throws {InputError} when the file is there and holds something else */
  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) return;
    for (const { line, value } of readLines(file).values) {
      const { version, id, result } = (value ?? {}) as Partial<Line>;
      if (version !== resultVersion || id === undefined || result === undefined)
        throw new InputError(`${file}, line ${line}: not a run of this version of bench gradflow`);
      if (!this.#results.has(id)) this.#results.set(id, result);
    }
  }

  get(job: Job): RunResult | undefined {
    return this.#results.get(idOf(job));
  }

  add(job: Job, result: RunResult): void {
    const id = idOf(job);
    appendLine(this.#file, { version: resultVersion, id, result } satisfies Line);
    this.#results.set(id, result);
  }
}

/** A hash of all that a run depends on: its settings, and for a language model the text. Which other runs there are is none of it. */
export function idOf({ task, cell, seed, config, text }: Job): string {
  const { tasks: _t, cells: _c, seeds: _s, races: _r, data: _d, ...own } = config;
  const hash = createHash("sha256").update(JSON.stringify({ ...own, clip: String(own.clip), task, cell, seed }));
  if (task === "text") hash.update(text.ids);
  return hash.digest("hex").slice(0, 16);
}
