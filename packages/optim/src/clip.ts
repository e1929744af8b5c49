import { Parameter } from "@unroll/autograd";
import { inPlace } from "@unroll/kernels";
import { activeKernels, describe, mutate, OptionError, type Tensor, type TypedArray } from "@unroll/tensor";
import { checkPositive } from "./check.ts";

/** What {@link clipGradNorm} found. */
export interface ClipResult {
  /** The norm of all gradients together, before clipping; NaN or infinite when one of them is. */
  readonly norm: number;
  /** Whether the norm is finite. If not, the gradients are as they were, and the step should be skipped. */
  readonly finite: boolean;
}

/**
 * The Euclidean norm of all gradients taken as one vector: `√Σ g²`, summed in float64, without overflow or underflow.
 * Parameters without a gradient count for nothing.
 */
export function gradNorm(parameters: Iterable<Parameter>): number {
  return normOf(gradientsOf("gradNorm", parameters));
}

/**
 * Scales all gradients by one factor so that their common norm is at most `max`: `g max / norm` where `norm > max`
 * (Pascanu et al., 2013). PyTorch's `clip_grad_norm_` adds 1e-6 to the norm; this does not, so clipped gradients have
 * the norm `max`. A norm that is not finite is reported and changes nothing, since a factor from it would make every
 * gradient NaN or 0.
 *
 * @param max the largest norm allowed; `Infinity` only measures
 * @throws {OptionError} unless `max > 0`
 * @example
 * ```ts
 * const w = parameter([3, 4]);
 * backward(mul(sum(mul(w, w)), 0.5));
 * clipGradNorm([w], 1); // { norm: 5, finite: true }
 * ```
 */
export function clipGradNorm(parameters: Iterable<Parameter>, max: number): ClipResult {
  if (!(max > 0)) throw new OptionError(`clipGradNorm: max must be > 0, got ${String(max)}`);
  const gradients = gradientsOf("clipGradNorm", parameters);
  const norm = normOf(gradients);
  const finite = Number.isFinite(norm);
  if (finite && norm > max) {
    for (const gradient of gradients) mutate(gradient, (g) => scale(g, max, norm));
  }
  return { norm, finite };
}

/**
 * Limits each single gradient to `[-max, max]`; NaN stays NaN (PyTorch's `clip_grad_value_`).
 *
 * @throws {OptionError} unless `max` is a finite number above 0
 */
export function clipGradValue(parameters: Iterable<Parameter>, max: number): void {
  checkPositive("clipGradValue", "max", max);
  for (const gradient of gradientsOf("clipGradValue", parameters))
    mutate(gradient, (g) => {
      for (let i = 0; i < g.length; i++) g[i] = Math.min(Math.max(g[i], -max), max);
    });
}

/** The gradients that exist, each parameter once. */
function gradientsOf(fn: string, parameters: Iterable<Parameter>): Tensor[] {
  const gradients: Tensor[] = [];
  if (typeof parameters?.[Symbol.iterator] !== "function")
    throw new OptionError(`${fn}: expected parameters, got ${describe(parameters)}`);
  for (const parameter of new Set(parameters)) {
    if (!Parameter.is(parameter)) throw new OptionError(`${fn}: expected parameters, got ${describe(parameter)}`);
    if (parameter.grad !== undefined) gradients.push(parameter.grad);
  }
  return gradients;
}

function normOf(gradients: readonly Tensor[]): number {
  const total = sumOfSquares(gradients, 1);
  // Squares of normal size lose nothing. Outside of that range, scale first, by what makes the largest 1.
  if (total >= 1e-280 && total < Number.POSITIVE_INFINITY) return Math.sqrt(total);
  let largest = 0;
  for (const { data } of gradients)
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  return Math.sqrt(sumOfSquares(gradients, largest)) * largest;
}

function sumOfSquares(gradients: readonly Tensor[], unit: number): number {
  let total = 0;
  for (const { data } of gradients) {
    // In float64 the squares of float32 are exact and within range, whatever the unit.
    const kernels = data instanceof Float32Array && unit === 1 ? activeKernels("float32") : undefined;
    if (kernels !== undefined) {
      inPlace(kernels, "gradNorm", [data as Float32Array], 0, ([x], n) => {
        total += kernels.run.sumOfSquares(x, n);
      });
      continue;
    }
    for (let i = 0; i < data.length; i++) {
      const value = data[i] / unit;
      total += value * value;
    }
  }
  return total;
}

/** `g max / norm`. */
function scale(g: TypedArray, max: number, norm: number): void {
  const factor = max / norm;
  // A float32 near the smallest has few digits.
  const kernels = g instanceof Float32Array && factor > 1e-30 ? activeKernels("float32") : undefined;
  if (kernels === undefined) for (let i = 0; i < g.length; i++) g[i] = (g[i] * max) / norm;
  else inPlace(kernels, "clipGradNorm", [g as Float32Array], 1, ([x], n) => kernels.run.scale(x, factor, n));
}
