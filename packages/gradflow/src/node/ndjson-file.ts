import { closeSync, openSync, writeSync } from "node:fs";
import { checkBoolean, checkOptions, describe, OptionError } from "@unroll/tensor";
import { type ObservationRecord, toNDJSON } from "../training/observe.ts";

/** Options of {@link NDJSONFile}. */
export interface NDJSONFileOptions {
  /** Go on at the end of a file that exists (default false: begin anew). */
  append?: boolean;
}

/**
 * A file of newline-delimited JSON for the records of `observe`: every record is on the disk when `write` returns, so a run
 * that is killed loses nothing that it had measured.
 *
 * @example
 * ```ts
 * new NDJSONFile(""); // OptionError: NDJSONFile: expected the path of a file, got string ""
 * ```
 * @throws {OptionError} when the path is empty, or the file cannot be opened
 */
export class NDJSONFile {
  readonly path: string;
  #file: number | undefined;

  constructor(path: string, options: NDJSONFileOptions = {}) {
    checkOptions("NDJSONFile", options, ["append"]);
    const append = checkBoolean("NDJSONFile", "append", options.append, false);
    if (typeof path !== "string" || path === "")
      throw new OptionError(`NDJSONFile: expected the path of a file, got ${describe(path)}`);
    this.path = path;
    try {
      this.#file = openSync(path, append ? "a" : "w");
    } catch (cause) {
      throw new OptionError(
        `NDJSONFile: cannot open ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    }
  }

  /** Writes one record as one line. Bound to the file, so that it can be given as a sink. */
  readonly write = (record: ObservationRecord): void => {
    if (this.#file === undefined) throw new OptionError(`NDJSONFile.write: ${this.path} is closed`);
    writeSync(this.#file, toNDJSON(record));
  };

  /** Closes the file; closing it again does nothing. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
