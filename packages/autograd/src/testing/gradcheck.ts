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
  tensor,
  UnrollError,
} from "@unroll/tensor";
import { grad } from "../grad.ts";
import { Parameter, requireGrad } from "../parameter.ts";
import { noGrad, withRecording } from "../state.ts";
import { differentiate, type Sample } from "./differentiate.ts";

/** A function of float64 tensors; it may also use the parameters that are given to the check beside its inputs. */
export type CheckedFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Allowed relative error (default 1e-6). */
  tolerance?: number;
  /**
   * The first and largest step of the numerical derivative (default 0.01). It must not reach across a kink; a larger
   * one sees smaller gradients beside large outputs.
   */
  step?: number;
  /** How many random projections to try (default 3). */
  projections?: number;
  /** Of the generator that the projections are drawn from (default 0). */
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
 * Compares a function's gradient with finite differences, in float64: for a random `u`, `<Jᵀu, v>` from autograd
 * against `d/dh <u, f(x + h v)>` by Ridders' extrapolation. For each input by itself, `v` is a random direction, and
 * then the one element whose gradient is smallest: a vanishing gradient must not hide behind a large one.
 *
 * The error is relative to the derivative itself. Its floor is the rounding error of the numerical derivative, in
 * proportion to the size of the outputs, so a tiny gradient that is wrong by a factor of two is caught.
 *
 * @param fn a function of the inputs to one or more float64 tensors; parameters among the inputs are not passed to it
 * @param inputs float64 tensors, and parameters that `fn` reads (they are moved in place, and put back)
 * @returns the largest relative error found, beyond what rounding explains
 * @example
 * ```ts
 * gradcheck((x) => tanh(x), [tensor([0.5, -1], { dtype: "float64" })]) < 1e-6; // true
 * ```
 * @throws {GradcheckError} with both numbers, when they differ
 * @throws {DTypeError} when an input or an output is not float64
 */
export function gradcheck(fn: CheckedFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): number {
  return check("gradcheck", fn, inputs, checkedOptions("gradcheck", inputs, options));
}

function checkedOptions(
  name: string,
  inputs: readonly Tensor[],
  options: GradcheckOptions,
): Required<GradcheckOptions> {
  checkOptions(name, options, ["tolerance", "step", "projections", "seed"]);
  const { tolerance = 1e-6, step = 0.01, projections = 3, seed = 0 } = options;
  if (!(step > 0) || !(tolerance > 0))
    throw new OptionError(`${name}: step and tolerance must be > 0, got ${step} and ${tolerance}`);
  if (!Number.isInteger(projections) || projections < 1)
    throw new OptionError(`${name}: projections must be a whole number >= 1, got ${projections}`);
  for (const input of inputs) checkFloat64(name, "inputs", input);
  return { tolerance, step, projections, seed };
}

function check(
  name: string,
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  { tolerance, step, projections, seed }: Required<GradcheckOptions>,
): number {
  const generator = new Generator(seed);
  let worst = 0;
  for (let p = 0; p < projections; p++) {
    const { weights, gradients } = project(name, fn, inputs, generator);
    inputs.forEach((input, i) => {
      if (input.size === 0) return;
      const random = randn(input.shape, { dtype: "float64", generator });
      const small = smallest(gradients[i]);
      const probes: [string, Tensor][] = [];
      if (input.size > 1 || small === undefined) probes.push(["along a random direction", random]);
      if (small !== undefined) probes.push([`at element ${small}`, unit(input, small)]);
      for (const [where, direction] of probes) {
        const analytic = dot(gradients[i], direction).value;
        const { value, noise } = differentiate((h) => valueAt(fn, inputs, weights, i, direction, h), step);
        const scale = Math.max(Math.abs(analytic), Math.abs(value));
        const difference = Math.abs(analytic - value);
        if (!(difference <= tolerance * scale + noise)) {
          throw new GradcheckError(
            `${name}: input ${i} ${where}, autograd gives ${analytic}, finite differences ${value} (relative error ${(difference / scale).toExponential(2)}, allowed ${tolerance} and a rounding error of ${noise.toExponential(2)}; seed ${seed}, projection ${p})`,
          );
        }
        if (difference > noise) worst = Math.max(worst, (difference - noise) / scale);
      }
    });
  }
  return worst;
}

/**
 * Checks second derivatives: {@link gradcheck} of the gradient `Jᵀu` itself, as a function of the inputs and of `u`.
 *
 * @param fn a function of the inputs to one or more float64 tensors; parameters among the inputs are not passed to it
 * @param inputs float64 tensors, and parameters that `fn` reads
 * @returns the largest relative error found, beyond what rounding explains
 * @example
 * ```ts
 * gradgradcheck((x) => tanh(x), [tensor([0.5, -1], { dtype: "float64" })]) < 1e-6; // true
 * ```
 * @throws {GradcheckError} when they differ
 * @throws {DTypeError} when an input or an output is not float64
 */
export function gradgradcheck(fn: CheckedFunction, inputs: readonly Tensor[], options: GradcheckOptions = {}): number {
  const checked = checkedOptions("gradgradcheck", inputs, options);
  const { weights } = project("gradgradcheck", fn, inputs, new Generator(checked.seed + 1));
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
  return check(
    "gradgradcheck",
    first,
    [...inputs.filter((input) => !Parameter.is(input)), ...weights, ...inputs.filter((input) => Parameter.is(input))],
    checked,
  );
}

function asList(value: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(value) ? value : [value as Tensor];
}

function checkFloat64(name: string, what: string, { dtype }: Tensor): void {
  if (dtype !== "float64") throw new DTypeError(`${name}: ${what} must be float64, got ${dtype}`);
}

/** A random `u` for the outputs, and `Jᵀu` for each input. */
function project(
  name: string,
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  generator: Generator,
): { weights: Tensor[]; gradients: Tensor[] } {
  return withRecording(name, true, () => {
    const points = inputs.map((input) => (Parameter.is(input) ? input : requireGrad(input)));
    const outputs = asList(fn(...points.filter((point) => !Parameter.is(point))));
    for (const output of outputs) checkFloat64(name, "outputs", output);
    const weights = outputs.map((output) => randn(output.shape, { dtype: "float64", generator }));
    const connected = outputs
      .map((output, i) => ({ output, weight: weights[i] }))
      .filter(({ output }) => output.node !== undefined);
    const gradients = grad(
      connected.map(({ output }) => output),
      points,
      { gradOutputs: connected.map(({ weight }) => weight), unused: "zeros" },
    );
    return { weights, gradients };
  });
}

/** `<u, f(x + h v)>`, with one input moved, and the sum of the absolute terms, which bounds its rounding error. */
function valueAt(
  fn: CheckedFunction,
  inputs: readonly Tensor[],
  weights: readonly Tensor[],
  index: number,
  direction: Tensor,
  h: number,
): Sample {
  const target = inputs[index];
  const moved = noGrad(() => add(target, mul(direction, h)));
  const before = Parameter.is(target) ? (target.data.slice() as Float64Array) : undefined;
  // Not noGrad: a checked function may itself take a gradient of its inputs.
  const points = inputs.map((input, i) => (i === index ? moved : input)).filter((_, i) => !Parameter.is(inputs[i]));
  if (before !== undefined) mutate(target, (data) => data.set(moved.data));
  try {
    const terms = asList(fn(...points.map((point) => requireGrad(point)))).map((output, i) => dot(output, weights[i]));
    return {
      value: terms.reduce((sum, term) => sum + term.value, 0),
      magnitude: terms.reduce((sum, term) => sum + term.magnitude, 0),
    };
  } finally {
    if (before !== undefined) mutate(target, (data) => data.set(before));
  }
}

/** The element with the smallest gradient that is not 0. */
function smallest({ data }: Tensor): number | undefined {
  let best: number | undefined;
  for (let i = 0; i < data.length; i++)
    if (data[i] !== 0 && (best === undefined || Math.abs(data[i]) < Math.abs(data[best]))) best = i;
  return best;
}

/** The direction of one element. */
function unit(like: Tensor, at: number): Tensor {
  const values = new Float64Array(like.size);
  values[at] = 1;
  return tensor(values, { shape: like.shape });
}

function dot(a: Tensor, b: Tensor): Sample {
  const [x, y] = [a.data, b.data];
  let [value, magnitude] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    value += x[i] * y[i];
    magnitude += Math.abs(x[i] * y[i]);
  }
  return { value, magnitude };
}
