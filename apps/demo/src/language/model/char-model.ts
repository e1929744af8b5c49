import type { Linear, Module } from "@unroll/nn";
import { Generator, type Tensor } from "@unroll/tensor";
import { RecurrentModel } from "./recurrent-model.ts";
import type { ModelSpec } from "./spec.ts";
import { WindowModel } from "./window-model.ts";

/** What a model carries from one character to the next; empty before the first. */
export type ModelState = Readonly<Record<string, Tensor>>;

/** A model of the next character. */
export interface CharModel extends Module {
  /** From features to the logits of all symbols: `[…, F]` to `[…, V]`. */
  readonly output: Linear;
  /**
   * @param input int32 `[T, B]`
   * @param state what an earlier run gave; undefined at the start of a text
   * @returns features `[T, B, F]`, and the state after the last character
   */
  run(input: Tensor, state: ModelState | undefined): { readonly features: Tensor; readonly state: ModelState };
}

/** A new model: the same seed gives the same weights. */
export function makeModel(spec: ModelSpec, seed: number): CharModel {
  const generator = new Generator(seed);
  return spec.kind === "nplm" ? new WindowModel(spec, generator) : new RecurrentModel(spec, spec.kind, generator);
}
