import { UnrollError } from "@unroll/tensor";

/** What was wrong with a state dict; every list may be empty. */
export interface StateDictProblems {
  /** Names that the module has and the dict has not. */
  readonly missing: readonly string[];
  /** Names that the dict has and the module has not. */
  readonly unexpected: readonly string[];
  /** Names whose shapes or dtypes differ, each with both. */
  readonly mismatched: readonly string[];
}

/** A state dict does not fit a module; nothing was loaded. */
export class StateDictError extends UnrollError implements StateDictProblems {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly string[];

  constructor(message: string, { missing, unexpected, mismatched }: StateDictProblems) {
    super("StateDictError", message);
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }

  static override is(value: unknown): value is StateDictError {
    return UnrollError.is(value) && value.name === "StateDictError";
  }
}
