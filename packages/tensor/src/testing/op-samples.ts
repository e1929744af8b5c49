import { Generator } from "../random/generator.ts";
import { discreteSamples } from "./discrete-samples.ts";
import { elementwiseSamples } from "./elementwise-samples.ts";
import type { OpSamples } from "./sample.ts";
import { structuralSamples } from "./structural-samples.ts";

/**
 * Sample calls for every op: broadcast pairs, axes other than the last, scalars and empty tensors, with float64 inputs
 * drawn from a generator and kept away from kinks and ties. Tests of values, of shape rules and of gradients share
 * them; an op that has none does not type-check.
 *
 * @example
 * ```ts
 * import { opSamples } from "@unroll/tensor/testing";
 *
 * const [sample] = opSamples().tanh;
 * sample.call(...sample.inputs).shape; // [3, 4]
 * ```
 */
export function opSamples(generator: Generator = new Generator(1)): OpSamples {
  return {
    ...elementwiseSamples(generator),
    ...structuralSamples(generator),
    ...discreteSamples(generator),
  };
}
