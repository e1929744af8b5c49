import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import { InputError } from "../input-error.ts";
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
  let torn = 0;
  for (const [k, line] of contentOf(file).split("\n").entries()) {
    if (line === "") continue;
    const value = parsed(line);
    if (value === undefined) torn++;
    else {
      const record = checked(value, `${file}, line ${k + 1}`);
      if (!records.has(record.id)) records.set(record.id, record);
    }
  }
  return { records: [...records.values()], torn };
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
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

  /** Opens or begins the log; its folder is made. */
  constructor(file: string) {
    this.#file = file;
    mkdirSync(path.dirname(file), { recursive: true });
    const { records, torn } = existsSync(file) ? readLog(file) : { records: [], torn: 0 };
    for (const record of records) this.#records.set(record.id, record);
    this.torn = torn;
  }

  get records(): readonly RunRecord[] {
    return [...this.#records.values()];
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  /** Adds a finished run; it is on the disk when this returns. */
  add(record: RunRecord): void {
    const handle = openSync(this.#file, "a+");
    try {
      // A torn last line ends here, so that the new one begins on its own.
      writeSync(handle, `${endsInTheMiddle(this.#file) ? "\n" : ""}${JSON.stringify(record)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    this.#records.set(record.id, record);
  }
}

function endsInTheMiddle(file: string): boolean {
  const content = readFileSync(file);
  return content.length > 0 && content[content.length - 1] !== 0x0a;
}
