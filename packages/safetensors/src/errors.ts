import { UnrollError } from "@unroll/tensor";

/** Bytes that are no safetensors file, or a header that does not fit them: the message and `byte` say where. */
export class SafetensorsError extends UnrollError {
  /** The offending position, counted from the start of the file; undefined when no byte is at fault, as for a missing file. */
  readonly byte: number | undefined;

  constructor(message: string, byte?: number, cause?: unknown) {
    super("SafetensorsError", byte === undefined ? message : `${message} (byte ${byte})`);
    this.byte = byte;
    if (cause !== undefined) this.cause = cause;
  }

  static override is(value: unknown): value is SafetensorsError {
    return UnrollError.is(value) && value.name === "SafetensorsError";
  }
}
