import { formatShape, type Generator, OptionError, ShapeError } from "@unroll/tensor";

/** What every random initialiser takes. */
export interface InitOptions {
  /** float32 unless given. */
  dtype?: "float32" | "float64";
  /** Where the draws come from; the default generator unless given. */
  generator?: Generator;
}

/** How many inputs reach one output, and how many outputs one input reaches. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * The fans of a weight of shape `[out, in, …]`: further axes, as those of a convolution, multiply both (PyTorch's
 * `_calculate_fan_in_and_fan_out`).
 *
 * @throws {ShapeError} for fewer than two axes
 */
export function fansOf(fn: string, shape: readonly number[]): Fans {
  if (!Array.isArray(shape) || shape.length < 2)
    throw new ShapeError(
      `${fn}: expected a weight shape such as [out, in], got ${Array.isArray(shape) ? formatShape(shape) : String(shape)}`,
    );
  const field = shape.slice(2).reduce((product, size) => product * size, 1);
  return { fanIn: shape[1] * field, fanOut: shape[0] * field };
}

/** What follows a layer, for {@link nonlinearityGain}. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * The factor by which weights grow to make up for what a nonlinearity takes from the variance (PyTorch's
 * `calculate_gain`): 1 for linear and sigmoid, 5/3 for tanh, √2 for relu, √(2 / (1 + slope²)) for leakyRelu, 3/4 for selu.
 *
 * @throws {OptionError} for another name
 */
export function nonlinearityGain(nonlinearity: Nonlinearity, negativeSlope: number = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
    case "selu":
      return 3 / 4;
    default:
      throw new OptionError(
        `nonlinearityGain: expected linear, sigmoid, tanh, relu, leakyRelu or selu, got ${String(nonlinearity)}`,
      );
  }
}

/** Throws unless `value` is a finite number. */
export function checkFinite(fn: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new OptionError(`${fn}: ${name} must be a finite number, got ${String(value)}`);
}
