import { UnrollError } from "@unroll/tensor";

/** The data is not what the caller believed it to be: a missing or binary file, a text too short, an unknown symbol. */
export class DataError extends UnrollError {
  constructor(message: string, cause?: unknown) {
    super("DataError", message);
    if (cause !== undefined) this.cause = cause;
  }

  static override is(value: unknown): value is DataError {
    return UnrollError.is(value) && value.name === "DataError";
  }
}
