import { grad, type Parameter, parametersOf } from "@unroll/autograd";
import { describe, formatShape, OptionError, onesLike, Tensor } from "@unroll/tensor";
import type { Layer } from "./layer.ts";
import { Module } from "./module.ts";

/** What {@link checkModule} found; both lists are empty for a sound module. */
export interface CheckReport {
  /** Parameters that the output depends on but `parameters()` does not find: they would never be trained or saved. */
  readonly hidden: string[];
  /** Parameters that `parameters()` finds but the output does not depend on: they would never get a gradient. */
  readonly unreached: string[];
}

/**
 * Runs a module forward and the sum of its outputs backward, and compares the parameters that took part with those that
 * the module finds. No `grad` is changed.
 *
 * @param inputs what `forward` takes
 * @example
 * ```ts
 * class Lost extends Module implements Layer<[Tensor], Tensor> {
 *   readonly #weight = parameter([1, 2]);
 *   forward(x: Tensor): Tensor {
 *     return mul(x, this.#weight);
 *   }
 * }
 * checkModule(new Lost(), ones([2])).hidden; // ["a parameter of shape [2]"]
 * ```
 * @throws {OptionError} when `model` is no module with `forward`
 */
export function checkModule<In extends unknown[]>(model: Module & Layer<In, unknown>, ...inputs: In): CheckReport {
  if (!Module.is(model) || typeof model.forward !== "function")
    throw new OptionError(`checkModule: expected a module with forward, got ${describe(model)}`);
  const found = new Map(model.namedParameters().map(([name, parameter]) => [parameter, name]));
  const outputs = tensorsIn(model.forward(...inputs), new Set());
  const reached = parametersOf(outputs);
  if (reached.length > 0)
    grad(outputs, reached, { gradOutputs: outputs.map((output) => onesLike(output)), unused: "zeros" });
  return {
    hidden: reached.filter((parameter) => !found.has(parameter)).map(nameOf),
    unreached: [...found].filter(([parameter]) => !reached.includes(parameter)).map(([, name]) => name),
  };
}

function nameOf({ label, shape }: Parameter): string {
  return label ?? `a parameter of shape ${formatShape(shape)}`;
}

/** The tensors with a graph in whatever `forward` gave: one, or arrays and objects of them. */
function tensorsIn(value: unknown, seen: Set<unknown>): Tensor[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  if (Tensor.is(value)) return value.node === undefined ? [] : [value];
  return Object.values(value).flatMap((entry) => tensorsIn(entry, seen));
}
