import { Parameter } from "@unroll/autograd";
import { describe, OptionError } from "@unroll/tensor";

/** Anything that names its parameters, as every module does. */
export interface NamedParameters {
  namedParameters(): readonly (readonly [string, Parameter])[];
}

/** One parameter's gradient. */
export interface ParameterGradient {
  readonly name: string;
  /** How many numbers it has. */
  readonly size: number;
  /** `log10 √(Σ g² / size)`, summed in float64: -∞ for an exact zero, NaN when a number is not finite or there is none. */
  readonly log10: number;
  /** `absent` when no backward pass has reached it, `zero` for exact zeros, `invalid` when a number is not finite. */
  readonly kind: "finite" | "zero" | "invalid" | "absent";
}

/**
 * The root mean square of each parameter's gradient. To be read after `backward` and before clipping or an optimizer changes
 * it. A parameter's gradient sums over all steps, so it says nothing about time; but it can explode where the gradients of
 * states stay well behaved: near a forget gate of 1, that of the gate's weights does (Zucchet and Orvieto, 2024).
 *
 * @param model a module, or anything with `namedParameters()`
 * @throws {OptionError} when the model names no parameters
 * @example
 * ```ts
 * const cell = new RNNCell(2, 3);
 * backward(sum(cell.step(ones([1, 2]), cell.initialState(1)).output));
 * gradientRms(cell).map(({ name, kind }) => `${name} ${kind}`); // ["weight_ih finite", "weight_hh zero", "bias_ih finite", "bias_hh finite"]
 * ```
 */
export function gradientRms(model: NamedParameters): ParameterGradient[] {
  return parametersOf("gradientRms", model).map(([name, { size, grad }]) => {
    if (grad === undefined) return { name, size, log10: Number.NaN, kind: "absent" };
    const norm = scaledNorm(grad.data);
    if (!Number.isFinite(norm)) return { name, size, log10: Number.NaN, kind: "invalid" };
    if (norm === 0) return { name, size, log10: Number.NEGATIVE_INFINITY, kind: "zero" };
    return { name, size, log10: Math.log10(norm) - Math.log10(size) / 2, kind: "finite" };
  });
}

/** The named parameters of a model, checked. */
export function parametersOf(fn: string, model: NamedParameters): readonly (readonly [string, Parameter])[] {
  if (typeof model !== "object" || model === null || typeof model.namedParameters !== "function")
    throw new OptionError(`${fn}: expected a module, got ${describe(model)}`);
  const named = model.namedParameters();
  if (!Array.isArray(named) || !named.every((entry) => Array.isArray(entry) && Parameter.is(entry[1])))
    throw new OptionError(`${fn}: namedParameters() must give pairs of a name and a parameter`);
  return named;
}

/** `log10` of the norm of all gradients as one vector: -∞ when all are zero or absent, NaN when one is not finite. */
export function totalNorm(gradients: readonly ParameterGradient[]): number {
  if (gradients.some(({ kind }) => kind === "invalid")) return Number.NaN;
  const logs = gradients.filter(({ kind }) => kind === "finite").map(({ log10, size }) => log10 + Math.log10(size) / 2);
  if (logs.length === 0) return Number.NEGATIVE_INFINITY;
  const top = Math.max(...logs);
  return top + Math.log10(logs.reduce((sum, log) => sum + Math.exp(2 * Math.LN10 * (log - top)), 0)) / 2;
}

/** The Euclidean norm without overflow or underflow on the way. */
function scaledNorm(data: ArrayLike<number>): number {
  let largest = 0;
  for (let k = 0; k < data.length; k++) largest = Math.max(largest, Math.abs(data[k]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let squares = 0;
  for (let k = 0; k < data.length; k++) squares += (data[k] / largest) * (data[k] / largest);
  return largest * Math.sqrt(squares);
}
