import { allocate, type TypedArray } from "@unroll/tensor";
import { checkNotNegative, checkShare } from "./check.ts";
import { stepFloat32 } from "./float32.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { Optimizer, type Rule } from "./optimizer.ts";

/** Options of {@link RMSprop}. */
export interface RMSpropOptions {
  /** The learning rate (default 0.01). */
  lr?: number;
  /** How much of the running mean of squares is kept each step (default 0.99). */
  alpha?: number;
  /** Keeps the divisor from 0; outside the root (default 1e-8). */
  eps?: number;
  /** Added to the gradient, times the parameter (default 0). */
  weightDecay?: number;
  /** The share of the last update that is kept (default 0). */
  momentum?: number;
  /** Divide by the standard deviation instead of the root of the mean square (default false; Graves, 2013). */
  centered?: boolean;
}

const rule: Rule<Required<RMSpropOptions>> = {
  name: "RMSprop",
  defaults: { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false },
  check({ alpha, eps, weightDecay, momentum }) {
    checkShare("RMSprop", "alpha", alpha);
    checkNotNegative("RMSprop", "eps", eps);
    checkNotNegative("RMSprop", "weightDecay", weightDecay);
    checkNotNegative("RMSprop", "momentum", momentum);
  },
  stateKeys: ["squareAvg", "gradAvg", "momentumBuffer"],
  start: ({ dtype, size }) => ({ squareAvg: allocate(dtype, size) }),
  update(p, grad, kept, { lr, alpha, eps, weightDecay, momentum, centered }) {
    const state = kept as { squareAvg: TypedArray; gradAvg?: TypedArray; momentumBuffer?: TypedArray };
    const { squareAvg } = state;
    if (centered) state.gradAvg ??= squareAvg.slice().fill(0);
    if (momentum > 0) state.momentumBuffer ??= squareAvg.slice().fill(0);
    // What an earlier step with other options left in the state is kept, and not used.
    const gradAvg = centered ? state.gradAvg : undefined;
    const momentumBuffer = momentum > 0 ? state.momentumBuffer : undefined;
    const arrays = [p, squareAvg, gradAvg, momentumBuffer, grad];
    if (
      stepFloat32("RMSprop", arrays, (run, [p, v, m, b, g], n) =>
        run.rmsprop(p, g, v, m, b, n, lr, alpha, 1 - alpha, eps, weightDecay, momentum),
      )
    )
      return;
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weightDecay * p[i];
      squareAvg[i] = alpha * squareAvg[i] + (1 - alpha) * g * g;
      let square = squareAvg[i];
      if (gradAvg !== undefined) {
        gradAvg[i] = alpha * gradAvg[i] + (1 - alpha) * g;
        // A constant gradient has no variance, and rounding must not make it negative.
        square = Math.max(square - gradAvg[i] * gradAvg[i], 0);
      }
      let change = g / (Math.sqrt(square) + eps);
      if (momentumBuffer !== undefined) {
        momentumBuffer[i] = momentum * momentumBuffer[i] + change;
        change = momentumBuffer[i];
      }
      p[i] -= lr * change;
    }
  },
};

/**
 * Divides each gradient by the root of a running mean of its squares: `p -= lr g / (√v + eps)`, with `v = alpha v + (1 -
 * alpha) g²` (Hinton, 2012; PyTorch's `optim.RMSprop`).
 *
 * @example
 * ```ts
 * const w = parameter([1, 100]);
 * const optimizer = new RMSprop([w], { lr: 0.05 });
 * backward(sum(mul(w, w)));
 * optimizer.step();
 * w.toArray(); // [0.5…, 99.5…]
 * ```
 */
export class RMSprop extends Optimizer<Required<RMSpropOptions>> {
  /**
   * @param parameters parameters, or groups `{ params, lr, … }`
   * @throws {OptionError} when there are none, one comes twice, or an option is unknown or makes no sense
   */
  constructor(parameters: ParametersOrGroups<RMSpropOptions>, options: RMSpropOptions = {}) {
    super(rule, parameters, options);
  }
}
