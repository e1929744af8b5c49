import { type AdamOptions, adamRule } from "./adam-rule.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { Optimizer, type Rule } from "./optimizer.ts";

const rule: Rule<Required<AdamOptions>> = /* @__PURE__ */ adamRule("Adam", 0, false);

/**
 * Adam: steps along a running mean of gradients, each divided by the root of a running mean of squares:
 * `p -= lr m̂ / (√v̂ + eps)`, with `m̂ = m / (1 - β₁ᵗ)` and `v̂ = v / (1 - β₂ᵗ)` (Kingma and Ba, 2015; PyTorch's
 * `optim.Adam`). Weight decay is added to the gradient; {@link AdamW} keeps it apart.
 *
 * @example
 * ```ts
 * const w = parameter([1, 2]);
 * const optimizer = new Adam([w], { lr: 0.5 });
 * backward(sum(mul(w, w)));
 * optimizer.step();
 * w.toArray(); // [0.5, 1.5]
 * ```
 */
export class Adam extends Optimizer<Required<AdamOptions>> {
  /**
   * @param parameters parameters, or groups `{ params, lr, … }`
   * @throws {OptionError} when there are none, one comes twice, or an option is unknown or makes no sense
   */
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: AdamOptions = {}) {
    super(rule, parameters, options);
  }
}
