import { existsSync } from "node:fs";
import { InputError } from "../input-error.ts";
import { appendLine, readLines } from "../ndjson.ts";
import { type RunRecord, recordVersion } from "./record.ts";
import { idOf } from "./spec.ts";

/** The finished runs of a log. */
export interface LogContent {
  /** Each run once, the first time that it was written. */
  readonly records: readonly RunRecord[];
  /** Lines that end in the middle: a process was killed while it wrote them. Their runs have to be done again. */
  readonly torn: number;
}

/**
 * Reads a log of runs. A line that is no JSON is what a killed process left; a run that is written twice counts once.
 *
 * @throws {InputError} when the file cannot be read, or a line is JSON but not a run of this version
 */
export function readLog(file: string): LogContent {
  const records = new Map<string, RunRecord>();
  const { values, torn } = readLines(file);
  for (const { line, value } of values) {
    const record = checked(value, `${file}, line ${line}`);
    if (!records.has(record.id)) records.set(record.id, record);
  }
  return { records: [...records.values()], torn };
}

function checked(value: unknown, where: string): RunRecord {
  const record = value as Partial<RunRecord> | null;
  if (record?.version !== recordVersion || record.spec === undefined || record.outcome === undefined)
    throw new InputError(`${where}: not a finished run of this version of the benchmark`);
  let id: string;
  try {
    id = idOf(record.spec);
  } catch {
    throw new InputError(`${where}: a run with settings that this version of the benchmark does not know`);
  }
  if (id !== record.id) throw new InputError(`${where}: the run ${record.id} has the settings of ${id}`);
  return record as RunRecord;
}

/**
 * A log that grows by one line for each finished run, and is never rewritten: whatever happens to the process, what was
 * finished stays. Two processes may add to one log; a run that both of them made counts once.
 */
export class RunLog {
  readonly #file: string;
  readonly #records = new Map<string, RunRecord>();
  readonly torn: number;

  /** Opens the log, or begins one with the first run that is added. */
  constructor(file: string) {
    this.#file = file;
    const { records, torn } = existsSync(file) ? readLog(file) : { records: [], torn: 0 };
    for (const record of records) this.#records.set(record.id, record);
    this.torn = torn;
  }

  get records(): readonly RunRecord[] {
    return [...this.#records.values()];
  }

  get(id: string): RunRecord | undefined {
    return this.#records.get(id);
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  /** Adds a finished run; it is on the disk when this returns. */
  add(record: RunRecord): void {
    appendLine(this.#file, record);
    this.#records.set(record.id, record);
  }
}
