import { allocate, type TypedArray } from "@unroll/tensor";
import { checkNotNegative } from "./check.ts";
import { stepFloat32 } from "./float32.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { Optimizer, type Rule } from "./optimizer.ts";

/** Options of {@link Adagrad}. */
export interface AdagradOptions {
  /** The learning rate (default 0.01). */
  lr?: number;
  /** Divides the learning rate of step t by `1 + (t - 1) lrDecay` (default 0). */
  lrDecay?: number;
  /** Added to the gradient, times the parameter (default 0). */
  weightDecay?: number;
  /** What the sums of squares start from (default 0). */
  initialAccumulatorValue?: number;
  /** Keeps the divisor from 0 (default 1e-10). */
  eps?: number;
}

const rule: Rule<Required<AdagradOptions>> = {
  name: "Adagrad",
  defaults: { lr: 0.01, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10 },
  check({ lrDecay, weightDecay, initialAccumulatorValue, eps }) {
    checkNotNegative("Adagrad", "lrDecay", lrDecay);
    checkNotNegative("Adagrad", "weightDecay", weightDecay);
    checkNotNegative("Adagrad", "initialAccumulatorValue", initialAccumulatorValue);
    checkNotNegative("Adagrad", "eps", eps);
  },
  stateKeys: ["step", "sum"],
  start: ({ dtype, size }, { initialAccumulatorValue }) => ({
    step: 0,
    sum: allocate(dtype, size).fill(initialAccumulatorValue),
  }),
  update(p, grad, kept, { lr, lrDecay, weightDecay, eps }) {
    const state = kept as { step: number; sum: TypedArray };
    const rate = lr / (1 + state.step * lrDecay);
    state.step++;
    const { sum } = state;
    if (
      stepFloat32("Adagrad", [p, sum, grad], (run, [p, sum, g], n) => run.adagrad(p, g, sum, n, rate, eps, weightDecay))
    )
      return;
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weightDecay * p[i];
      sum[i] += g * g;
      p[i] -= (rate * g) / (Math.sqrt(sum[i]) + eps);
    }
  },
};

/**
 * Divides each gradient by the root of the sum of all its squares so far: `p -= lr g / (√Σ g² + eps)` (Duchi et al., 2011;
 * PyTorch's `optim.Adagrad`).
 *
 * @example
 * ```ts
 * const w = parameter([1, 100]);
 * const optimizer = new Adagrad([w], { lr: 0.5 });
 * backward(sum(mul(w, w)));
 * optimizer.step();
 * w.toArray(); // [0.5, 99.5]
 * ```
 */
export class Adagrad extends Optimizer<Required<AdagradOptions>> {
  /**
   * @param parameters parameters, or groups `{ params, lr, … }`
   * @throws {OptionError} when there are none, one comes twice, or an option is unknown or makes no sense
   */
  constructor(parameters: ParametersOrGroups<AdagradOptions>, options: AdagradOptions = {}) {
    super(rule, parameters, options);
  }
}
