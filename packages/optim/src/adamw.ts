import { type AdamOptions, adamRule } from "./adam-rule.ts";
import type { ParametersOrGroups } from "./groups.ts";
import { Optimizer, type Rule } from "./optimizer.ts";

const rule: Rule<Required<AdamOptions>> = /* @__PURE__ */ adamRule("AdamW", 0.01, true);

/**
 * Adam with weight decay of its own: each step first multiplies the parameter by `1 - lr weightDecay` (Loshchilov and
 * Hutter, 2019; PyTorch's `optim.AdamW`). The options are those of {@link Adam}, with `weightDecay` 0.01.
 *
 * @example
 * ```ts
 * const [weight, bias] = [parameter([1, 2]), parameter([0])];
 * new AdamW([{ params: [weight] }, { params: [bias], weightDecay: 0 }], { lr: 0.01 }).lr; // 0.01
 * ```
 */
export class AdamW extends Optimizer<Required<AdamOptions>> {
  /**
   * @param parameters parameters, or groups `{ params, lr, … }`
   * @throws {OptionError} when there are none, one comes twice, or an option is unknown or makes no sense
   */
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: AdamOptions = {}) {
    super(rule, parameters, options);
  }
}
