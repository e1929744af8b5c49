import {
  add,
  checkOptions,
  DTypeError,
  Generator,
  mul,
  mutate,
  OptionError,
  randn,
  type Tensor,
  UnrollError,
} from "@unroll/tensor";
import { grad } from "../grad.ts";
import { Parameter, requireGrad } from "../parameter.ts";
import { noGrad, withRecording } from "../state.ts";
import { differentiate } from "./differentiate.ts";

/** A function of float64 tensors; it may also use the parameters that are passed to the check beside its inputs. */
export type CheckedFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Allowed relative error (default 1e-6). */
  tolerance?: number;
  /** The first and largest step of the numerical derivative (default 0.01); stay on one side of kinks. */
  step?: number;
  /** How many random projections to try (default 3). */
  projections?: number;
  seed?: number;
}

/** A gradient differs from the numerical one. */
export class GradcheckError extends UnrollError {
  constructor(message: string) {
    super("GradcheckError", message);
  }

  static override is(value: unknown): value is GradcheckError {
    return UnrollError.is(value) && value.name === "GradcheckError";
  }
}

/**
 * Compares a function's gradient with finite differences along random directions: for random `u` and `v`,
 * `<Jᵀu, v>` from autograd against `d/dh <u, f(x + h v)>` by Ridders' extrapolation, in float64.
 *
 * The error is relative to the derivative itself. Its floor is the rounding error of the numerical derivative, in
 * proportion to the size of the outputs, so a tiny gradient that is wrong by a factor of two is caught.
 *
 * @param inputs float64 tensors, and parameters that `fn` reads (they are moved in place, and put back)
 * @throws {GradcheckError} with both numbers, when they differ
 * @returns the largest relative error found
 */
export function gradcheck(fn: CheckedFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): number {
  checkOptions("gradcheck", options, ["tolerance", "step", "projections", "seed"]);
  const { tolerance = 1e-6, step = 0.01, projections = 3, seed = 0 } = options;
  if (!(step > 0) || !(tolerance > 0))
    throw new OptionError(`gradcheck: step and tolerance must be > 0, got ${step} and ${tolerance}`);
  for (const { dtype } of inputs)
    if (dtype !== "float64") throw new DTypeError(`gradcheck: inputs must be float64, got ${dtype}`);
  const generator = new Generator(seed);
  let worst = 0;
  for (let p = 0; p < projections; p++) {
    const directions = inputs.map((input) => randn(input.shape, { dtype: "float64", generator }));
    const { weights, analytic } = analyticDerivative(fn, inputs, directions, generator);
    const { value, noise } = differentiate((h) => projectedAt(fn, inputs, directions, weights, h), step);
    const scale = Math.max(Math.abs(analytic), Math.abs(value));
    const difference = Math.abs(analytic - value);
    if (!(difference <= tolerance * scale + noise)) {
      throw new GradcheckError(
        `gradcheck: along random direction ${p}, autograd gives ${analytic}, finite differences ${value} (relative error ${(difference / scale).toExponential(2)}, allowed ${tolerance} and a rounding error of ${noise.toExponential(2)}; seed ${seed})`,
      );
    }
    if (scale > noise) worst = Math.max(worst, difference / scale);
  }
  return worst;
}

/**
 * Checks second derivatives: {@link gradcheck} of the gradient itself, as a function of inputs and of `u`.
 *
 * @throws {GradcheckError} when they differ
 */
export function gradgradcheck(fn: CheckedFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): number {
  const generator = new Generator((options.seed ?? 0) + 1);
  const outputs = noGrad(() => asList(fn(...inputs.filter((input) => !Parameter.is(input)))));
  const weights = outputs.map((output) => randn(output.shape, { dtype: "float64", generator }));
  const first: CheckedFunction = (...all) => {
    const free = inputs.filter((input) => !Parameter.is(input)).length;
    const variables = all.slice(0, free);
    const gradOutputs = all.slice(free);
    let next = 0;
    const points = inputs.map((input) => (Parameter.is(input) ? input : variables[next++]));
    const values = asList(fn(...variables))
      .map((output, i) => ({ output, gradOutput: gradOutputs[i] }))
      .filter(({ output }) => output.node !== undefined);
    return grad(
      values.map(({ output }) => output),
      points,
      { gradOutputs: values.map(({ gradOutput }) => gradOutput), createGraph: true, unused: "zeros" },
    );
  };
  return gradcheck(
    first,
    [...inputs.filter((input) => !Parameter.is(input)), ...weights, ...inputs.filter((input) => Parameter.is(input))],
    options,
  );
}

function asList(value: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(value) ? value : [value as Tensor];
}

/** `<Jᵀu, v>` with a random `u`. */
function analyticDerivative(
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  directions: readonly Tensor[],
  generator: Generator,
): { weights: Tensor[]; analytic: number } {
  return withRecording("gradcheck", true, () => {
    const points = inputs.map((input) => (Parameter.is(input) ? input : requireGrad(input)));
    const outputs = asList(fn(...points.filter((point) => !Parameter.is(point))));
    const weights = outputs.map((output) => randn(output.shape, { dtype: "float64", generator }));
    const connected = outputs
      .map((output, i) => ({ output, weight: weights[i] }))
      .filter(({ output }) => output.node !== undefined);
    if (connected.length === 0) return { weights, analytic: 0 };
    const gradients = grad(
      connected.map(({ output }) => output),
      points,
      { gradOutputs: connected.map(({ weight }) => weight), unused: "zeros" },
    );
    return {
      weights,
      analytic: gradients.reduce((total, gradient, i) => total + dot(gradient, directions[i]).value, 0),
    };
  });
}

/** `<u, f(x + h v)>`, and the sum of the absolute terms, which bounds its rounding error. */
function projectedAt(
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  directions: readonly Tensor[],
  weights: readonly Tensor[],
  h: number,
): { value: number; magnitude: number } {
  const saved: [Parameter, Float64Array][] = [];
  const points: Tensor[] = [];
  inputs.forEach((input, i) => {
    const moved = noGrad(() => add(input, mul(directions[i], h)));
    if (!Parameter.is(input)) {
      // Not noGrad: a checked function may itself take a gradient of its inputs.
      points.push(requireGrad(moved));
      return;
    }
    saved.push([input, input.data.slice() as Float64Array]);
    mutate(input, (data) => data.set(moved.data));
  });
  try {
    const terms = asList(fn(...points)).map((output, i) => dot(output, weights[i]));
    return {
      value: terms.reduce((sum, term) => sum + term.value, 0),
      magnitude: terms.reduce((sum, term) => sum + term.magnitude, 0),
    };
  } finally {
    for (const [parameter, values] of saved) mutate(parameter, (data) => data.set(values));
  }
}

function dot(a: Tensor, b: Tensor): { value: number; magnitude: number } {
  const [x, y] = [a.data, b.data];
  let [value, magnitude] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    value += x[i] * y[i];
    magnitude += Math.abs(x[i] * y[i]);
  }
  return { value, magnitude };
}
