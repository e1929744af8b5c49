import { UnrollError } from "@unroll/tensor";

/** A value that backward needs was overwritten after the forward pass that kept it. */
export class StaleTensorError extends UnrollError {
  constructor(message: string) {
    super("StaleTensorError", message);
  }

  static override is(value: unknown): value is StaleTensorError {
    return UnrollError.is(value) && value.name === "StaleTensorError";
  }
}

/** A gradient was asked for that does not exist: no graph, no path, or an op without a gradient. */
export class GradientError extends UnrollError {
  constructor(message: string) {
    super("GradientError", message);
  }

  static override is(value: unknown): value is GradientError {
    return UnrollError.is(value) && value.name === "GradientError";
  }
}
