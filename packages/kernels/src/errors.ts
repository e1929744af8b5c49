// The mark by which @unroll/tensor's UnrollError.is knows its own, so that it knows these too.
const brand = Symbol.for("unroll.error");

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? (value as { [brand]?: unknown })[brand] : undefined;
}

class KernelError extends Error {
  constructor(kind: string, message: string) {
    super(message);
    this.name = kind;
    Object.defineProperty(this, brand, { value: kind });
  }
}

/** Thrown when the kernels' memory cannot grow as far as an operation needs. */
export class KernelMemoryError extends KernelError {
  constructor(message: string) {
    super("KernelMemoryError", message);
  }

  /** Whether `value` is an error of this class, from any copy of the package. */
  static is(value: unknown): value is KernelMemoryError {
    return kindOf(value) === "KernelMemoryError";
  }
}

/** Thrown when a build of the kernels is asked for that cannot be had, or too late. */
export class KernelBuildError extends KernelError {
  constructor(message: string) {
    super("KernelBuildError", message);
  }

  /** Whether `value` is an error of this class, from any copy of the package. */
  static is(value: unknown): value is KernelBuildError {
    return kindOf(value) === "KernelBuildError";
  }
}
