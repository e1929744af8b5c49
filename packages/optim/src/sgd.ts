import { checkBoolean, OptionError, type TypedArray } from "@unroll/tensor";
import { checkNotNegative } from "./check.ts";
import { stepFloat32 } from "./float32.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { Optimizer, type Rule } from "./optimizer.ts";

/** Options of {@link SGD}. */
export interface SGDOptions {
  /** The learning rate (default 1e-3). */
  lr?: number;
  /** The share of the last update that is kept (default 0). */
  momentum?: number;
  /** The share of the gradient that momentum leaves out (default 0). */
  dampening?: number;
  /** Added to the gradient, times the parameter (default 0). */
  weightDecay?: number;
  /** Look ahead along the momentum (default false; Sutskever et al., 2013). */
  nesterov?: boolean;
}

const rule: Rule<Required<SGDOptions>> = {
  name: "SGD",
  defaults: { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false },
  check({ momentum, dampening, weightDecay, nesterov }) {
    checkNotNegative("SGD", "momentum", momentum);
    checkNotNegative("SGD", "weightDecay", weightDecay);
    if (!Number.isFinite(dampening)) throw new OptionError(`SGD: dampening must be a number, got ${String(dampening)}`);
    checkBoolean("SGD", "nesterov", nesterov, false);
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new OptionError(`SGD: nesterov needs momentum > 0 and dampening 0, got ${momentum} and ${dampening}`);
  },
  stateKeys: ["momentumBuffer"],
  start: () => ({}),
  update(p, grad, state, { lr, momentum, dampening, weightDecay, nesterov }) {
    // The first gradient is taken whole, whatever the dampening, as in PyTorch.
    const share = state.momentumBuffer === undefined ? 1 : 1 - dampening;
    if (momentum > 0) state.momentumBuffer ??= p.slice().fill(0);
    const buffer = momentum > 0 ? (state.momentumBuffer as TypedArray) : undefined;
    if (
      stepFloat32("SGD", [p, buffer, grad], (run, [p, b, g], n) =>
        run.sgd(p, g, b, n, lr, weightDecay, momentum, share, nesterov ? 1 : 0),
      )
    )
      return;
    for (let i = 0; i < p.length; i++) {
      const g = grad[i] + weightDecay * p[i];
      let change = g;
      if (buffer !== undefined) {
        buffer[i] = momentum * buffer[i] + share * g;
        change = nesterov ? g + momentum * buffer[i] : buffer[i];
      }
      p[i] -= lr * change;
    }
  },
};

/**
 * Stochastic gradient descent: `p -= lr g`, with `g` the gradient plus `weightDecay p`. With momentum, `b = momentum b +
 * (1 - dampening) g` takes the place of `g`, or with Nesterov `g + momentum b` (PyTorch's `optim.SGD`).
 *
 * @example
 * ```ts
 * const w = parameter([1]);
 * const optimizer = new SGD([w], { lr: 0.1 });
 * backward(sum(mul(w, w)));
 * optimizer.step();
 * w.toArray(); // [0.8…]
 * ```
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  /**
   * @param parameters parameters, or groups `{ params, lr, … }`
   * @throws {OptionError} when there are none, one comes twice, or an option is unknown or makes no sense
   */
  constructor(parameters: ParametersOrGroups<SGDOptions>, options: SGDOptions = {}) {
    super(rule, parameters, options);
  }
}
