const brand = Symbol.for("unroll.error");

/**
 * Base of all errors that Unroll throws on purpose. Recognise one with the static `is`, which also works across two
 * installed copies of a package, where `instanceof` does not.
 */
export class UnrollError extends Error {
  constructor(kind: string, message: string) {
    super(message);
    this.name = kind;
    Object.defineProperty(this, brand, { value: kind });
  }

  /** Whether `value` is an error of this class, from any copy of the package. */
  static is(value: unknown): value is UnrollError {
    return kindOf(value) !== undefined;
  }
}

function kindOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const kind = (value as { [brand]?: unknown })[brand];
  return typeof kind === "string" ? kind : undefined;
}

/** Sizes or the number of axes do not fit: `matmul: inner sizes differ, got [32, 64] x [128, 10]`. */
export class ShapeError extends UnrollError {
  constructor(message: string) {
    super("ShapeError", message);
  }

  static override is(value: unknown): value is ShapeError {
    return kindOf(value) === "ShapeError";
  }
}

/** A dtype is not accepted or two dtypes are mixed: `add: dtypes differ, got float32 and int32; use cast`. */
export class DTypeError extends UnrollError {
  constructor(message: string) {
    super("DTypeError", message);
  }

  static override is(value: unknown): value is DTypeError {
    return kindOf(value) === "DTypeError";
  }
}

/** An option has a wrong value, or a name that the function does not know. */
export class OptionError extends UnrollError {
  constructor(message: string) {
    super("OptionError", message);
  }

  static override is(value: unknown): value is OptionError {
    return kindOf(value) === "OptionError";
  }
}

/** An axis or an index lies outside of what the tensor has. */
export class IndexError extends UnrollError {
  constructor(message: string) {
    super("IndexError", message);
  }

  static override is(value: unknown): value is IndexError {
    return kindOf(value) === "IndexError";
  }
}

/** The values of a tensor were read while a trace was made, where tensors have shapes but no values. */
export class TracedValueError extends UnrollError {
  constructor(message: string) {
    super("TracedValueError", message);
  }

  static override is(value: unknown): value is TracedValueError {
    return kindOf(value) === "TracedValueError";
  }
}

/** Two copies of a package whose tensors have different formats met in one process. */
export class FormatError extends UnrollError {
  constructor(message: string) {
    super("FormatError", message);
  }

  static override is(value: unknown): value is FormatError {
    return kindOf(value) === "FormatError";
  }
}
