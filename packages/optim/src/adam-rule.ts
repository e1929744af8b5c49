import { allocate, OptionError, type TypedArray } from "@unroll/tensor";
import { checkNotNegative, checkShare } from "./check.ts";
import { stepFloat32 } from "./float32.ts";
import type { ParameterState, Rule } from "./optimizer.ts";

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions {
  /** The learning rate (default 1e-3). */
  lr?: number;
  /** How much of the running means of gradients and squared gradients is kept each step (default [0.9, 0.999]). */
  betas?: readonly [number, number];
  /** Keeps the divisor from 0 (default 1e-8). */
  eps?: number;
  /** Default 0 for Adam, where it is added to the gradient, and 0.01 for AdamW, where it shrinks the parameter. */
  weightDecay?: number;
  /** Divide by the largest mean of squares so far (default false; Reddi et al., 2018). */
  amsgrad?: boolean;
  /**
   * Where eps stands: `"torch"` (default) adds it to `√(v / (1 - β₂ᵗ))`; `"keras"` to `√v`, the "epsilon hat" of Kingma
   * and Ba's second form, which Keras uses and PyTorch did before 1.3.
   */
  epsPlacement?: "torch" | "keras";
}

/** The rule of Adam; decoupled, its weight decay is AdamW's. */
export function adamRule(name: string, weightDecay: number, decoupled: boolean): Rule<Required<AdamOptions>> {
  return {
    name,
    defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay, amsgrad: false, epsPlacement: "torch" },
    check(settings) {
      if (!Array.isArray(settings.betas) || settings.betas.length !== 2)
        throw new OptionError(`${name}: betas must be two numbers, got ${String(settings.betas)}`);
      checkShare(name, "betas[0]", settings.betas[0]);
      checkShare(name, "betas[1]", settings.betas[1]);
      checkNotNegative(name, "eps", settings.eps);
      checkNotNegative(name, "weightDecay", settings.weightDecay);
      if (settings.epsPlacement !== "torch" && settings.epsPlacement !== "keras")
        throw new OptionError(`${name}: epsPlacement must be "torch" or "keras", got ${String(settings.epsPlacement)}`);
    },
    stateKeys: ["step", "beta1Product", "beta2Product", "expAvg", "expAvgSq", "maxExpAvgSq"],
    start: ({ dtype, size }) => ({
      step: 0,
      // Running products: powers of doubles may differ between JavaScript engines, products may not.
      beta1Product: 1,
      beta2Product: 1,
      expAvg: allocate(dtype, size),
      expAvgSq: allocate(dtype, size),
    }),
    update: (p, grad, state, settings) => updateAdam(p, grad, state, settings, decoupled),
  };
}

interface AdamState {
  step: number;
  beta1Product: number;
  beta2Product: number;
  expAvg: TypedArray;
  expAvgSq: TypedArray;
  maxExpAvgSq?: TypedArray;
}

function updateAdam(
  p: TypedArray,
  grad: TypedArray,
  kept: ParameterState,
  { lr, betas: [beta1, beta2], eps, weightDecay, amsgrad, epsPlacement }: Required<AdamOptions>,
  decoupled: boolean,
): void {
  const state = kept as unknown as AdamState;
  state.step++;
  state.beta1Product *= beta1;
  state.beta2Product *= beta2;
  const { expAvg, expAvgSq } = state;
  if (amsgrad) state.maxExpAvgSq ??= expAvgSq.slice().fill(0);
  const largest = amsgrad ? state.maxExpAvgSq : undefined;
  const divisors = largest ?? expAvgSq;
  const correction = Math.sqrt(1 - state.beta2Product);
  const rate = lr / (1 - state.beta1Product);
  // √v / c + e = (√v + e c) / c: one form for both places of eps.
  const [scale, shift] = [rate * correction, epsPlacement === "torch" ? eps * correction : eps];
  const shrink = decoupled ? lr * weightDecay : 0;
  const added = decoupled ? 0 : weightDecay;
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  if (
    stepFloat32("Adam", [p, expAvg, expAvgSq, largest, grad], (run, [p, m, v, l, g], n) =>
      run.adam(p, g, m, v, l, n, beta1, rest1, beta2, rest2, scale, shift, shrink, added),
    )
  )
    return;
  for (let i = 0; i < p.length; i++) {
    const g = grad[i] + added * p[i];
    expAvg[i] = beta1 * expAvg[i] + rest1 * g;
    expAvgSq[i] = beta2 * expAvgSq[i] + rest2 * g * g;
    if (amsgrad) divisors[i] = Math.max(divisors[i], expAvgSq[i]);
    p[i] = p[i] * (1 - shrink) - (scale * expAvg[i]) / (Math.sqrt(divisors[i]) + shift);
  }
}
