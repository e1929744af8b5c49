import type { Parameter } from "@unroll/autograd";
import { mutate, type TypedArray } from "@unroll/tensor";
import { checkNotNegative } from "./check.ts";
import { type Group, makeGroups, type ParametersOrGroups } from "./groups.ts";
import { type OptimizerStateDict, readState, writeState } from "./state-dict.ts";

/** What an optimizer remembers of one parameter: counts and running products, and arrays as long as the parameter. */
export type ParameterState = Record<string, number | TypedArray>;

/** How one kind of optimizer differs from the others. */
export interface Rule<Settings> {
  readonly name: string;
  readonly defaults: Settings;
  /** Throws for settings that make no sense. */
  check(settings: Settings): void;
  /** Names of all that a parameter's state may hold. */
  readonly stateKeys: readonly string[];
  /** The state before the first update. */
  start(parameter: Parameter, settings: Settings): ParameterState;
  /** Updates `values` in place, and the state. */
  update(values: TypedArray, gradient: TypedArray, state: ParameterState, settings: Settings): void;
}

/**
 * The base of all optimizers: groups, state, and the walk over parameters. A parameter without a gradient is skipped:
 * neither weight decay nor momentum moves it, and its count of steps stands still, as in PyTorch.
 */
export class Optimizer<Settings extends { lr: number }> {
  /** The groups with their options, which may be changed between steps. */
  readonly groups: readonly Group<Settings>[];
  readonly #rule: Rule<Settings>;
  readonly #state = new Map<Parameter, ParameterState>();

  /** For subclasses: an optimizer of your own is a {@link Rule} and a constructor. */
  protected constructor(
    rule: Rule<Settings>,
    parameters: ParametersOrGroups<Partial<Settings>>,
    options: Partial<Settings>,
  ) {
    this.#rule = rule;
    this.groups = makeGroups(rule.name, parameters, options, rule.defaults, (settings) => rule.check(settings));
  }

  /** The learning rate of the first group. Setting it sets that of all groups, and what schedules start from. */
  get lr(): number {
    return this.groups[0].lr;
  }

  set lr(lr: number) {
    checkNotNegative(this.#rule.name, "lr", lr);
    for (const group of this.groups) {
      group.lr = lr;
      group.baseLr = lr;
    }
  }

  /** Updates every parameter that has a gradient, in place. */
  step(): void {
    for (const group of this.groups) {
      for (const parameter of group.params) {
        const gradient = parameter.grad?.data;
        if (gradient === undefined) continue;
        let state = this.#state.get(parameter);
        if (state === undefined) {
          state = this.#rule.start(parameter, group);
          this.#state.set(parameter, state);
        }
        const kept = state;
        mutate(parameter, (values) => this.#rule.update(values, gradient, kept, group));
      }
    }
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const { params } of this.groups) for (const parameter of params) parameter.zeroGrad();
  }

  /**
   * All that a later run needs to go on bit for bit: options and state, with parameters numbered in order. Numbers,
   * strings and booleans are safe to keep as JSON; tensors are copies.
   */
  stateDict(): OptimizerStateDict {
    return writeState(this.#rule.name, this.groups, this.#state);
  }

  /**
   * Goes on where a state dict was taken, options included. The optimizer must have the same kind, groups and shapes;
   * when something does not fit, nothing is loaded.
   *
   * @throws {OptionError} when kind, groups or entries differ
   * @throws {ShapeError} when a tensor has the wrong shape
   * @throws {DTypeError} when a tensor has the wrong dtype
   */
  loadStateDict(dict: OptimizerStateDict): void {
    const { settings, state } = readState(this.#rule, this.groups, dict);
    this.groups.forEach((group, i) => {
      Object.assign(group, settings[i]);
    });
    this.#state.clear();
    for (const [parameter, entry] of state) this.#state.set(parameter, entry);
  }
}
