import type { Parameter } from "@unroll/autograd";
import {
  allocate,
  DTypeError,
  describe,
  formatShape,
  OptionError,
  ShapeError,
  sameShape,
  Tensor,
  type TypedArray,
  tensor,
} from "@unroll/tensor";
import { checkNotNegative } from "./check.ts";
import type { Group } from "./groups.ts";
import type { ParameterState, Rule } from "./optimizer.ts";

/** What an optimizer remembers, as `stateDict()` gives it. */
export interface OptimizerStateDict {
  /** The kind: `"AdamW"`. */
  readonly optimizer: string;
  /** Options of each group, and the numbers of its parameters. */
  readonly groups: readonly { readonly params: readonly number[]; readonly [option: string]: unknown }[];
  /** By parameter number; parameters that were never updated have no entry. */
  readonly state: Readonly<Record<string, Readonly<Record<string, number | Tensor>>>>;
}

/** Numbers the parameters in order and copies all that is kept of them. */
export function writeState<Settings>(
  optimizer: string,
  groups: readonly Group<Settings>[],
  state: ReadonlyMap<Parameter, ParameterState>,
): OptimizerStateDict {
  let next = 0;
  const entries: Record<string, Record<string, number | Tensor>> = {};
  const written = groups.map(({ params, ...settings }) => ({
    ...structuredCopy(settings),
    params: params.map((parameter) => {
      const index = next++;
      const kept = state.get(parameter);
      if (kept !== undefined) entries[index] = frozen(parameter, kept);
      return index;
    }),
  }));
  return { optimizer, groups: written, state: entries };
}

function frozen({ shape, dtype }: Parameter, kept: ParameterState): Record<string, number | Tensor> {
  return Object.fromEntries(
    Object.entries(kept).map(([key, value]) => [
      key,
      typeof value === "number" ? value : tensor(value, { shape, dtype }),
    ]),
  );
}

/** Options with their arrays copied: a state dict must not change with the optimizer. */
function structuredCopy(settings: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]),
  );
}

/** Checks a state dict against an optimizer and turns it into what the optimizer keeps. */
export function readState<Settings extends { lr: number }>(
  rule: Rule<Settings>,
  groups: readonly Group<Settings>[],
  dict: OptimizerStateDict,
): { settings: Partial<Settings>[]; state: Map<Parameter, ParameterState> } {
  const fn = `${rule.name}.loadStateDict`;
  const fail = (problem: string): never => {
    throw new OptionError(`${fn}: ${problem}`);
  };
  if (
    typeof dict !== "object" ||
    dict === null ||
    !Array.isArray(dict.groups) ||
    typeof dict.state !== "object" ||
    dict.state === null
  )
    fail("expected what stateDict() gives");
  if (dict.optimizer !== rule.name) fail(`expected the state of ${rule.name}, got that of ${String(dict.optimizer)}`);
  if (dict.groups.length !== groups.length) fail(`expected ${groups.length} groups, got ${dict.groups.length}`);
  const parameters = new Map<string, { parameter: Parameter; settings: Settings }>();
  const settings = groups.map((group, i) => {
    const saved: unknown = dict.groups[i];
    if (typeof saved !== "object" || saved === null) fail(`expected options as group ${i}, got ${describe(saved)}`);
    const { params, ...options } = dict.groups[i];
    if (!Array.isArray(params) || params.length !== group.params.length)
      fail(`expected ${group.params.length} parameters in group ${i}, got ${params?.length}`);
    for (const key of Object.keys(options)) if (!(key in group)) fail(`group ${i} has an unknown option ${key}`);
    const merged = { ...group, ...structuredCopy(options) };
    checkNotNegative(fn, "lr", merged.lr);
    checkNotNegative(fn, "baseLr", merged.baseLr);
    rule.check(merged);
    params.forEach((index, k) => {
      parameters.set(String(index), { parameter: group.params[k], settings: merged });
    });
    return structuredCopy(options) as Partial<Settings>;
  });
  const state = new Map<Parameter, ParameterState>();
  for (const [index, entry] of Object.entries(dict.state)) {
    const found = parameters.get(index) ?? fail(`there is state for parameter ${index}, but no group has it`);
    const name = found.parameter.label ?? `parameter ${index}`;
    state.set(found.parameter, thawed(rule, name, found.parameter, found.settings, entry, fail));
  }
  return { settings, state };
}

function thawed<Settings>(
  rule: Rule<Settings>,
  name: string,
  parameter: Parameter,
  settings: Settings,
  entry: Readonly<Record<string, number | Tensor>>,
  fail: (problem: string) => never,
): ParameterState {
  if (typeof entry !== "object" || entry === null) fail(`expected the state of ${name}, got ${describe(entry)}`);
  const fresh = rule.start(parameter, settings);
  const missing = Object.keys(fresh).filter((key) => !(key in entry));
  if (missing.length > 0) fail(`the state of ${name} lacks ${missing.join(", ")}`);
  const out: ParameterState = {};
  for (const [key, value] of Object.entries(entry)) {
    if (!rule.stateKeys.includes(key)) fail(`the state of ${name} has an unknown entry ${key}`);
    if (key in fresh && (typeof fresh[key] === "number") !== (typeof value === "number"))
      fail(`expected ${typeof fresh[key] === "number" ? "a number" : "a tensor"} as ${key} of ${name}`);
    out[key] = typeof value === "number" ? value : arrayOf(rule.name, `${key} of ${name}`, parameter, value);
  }
  return out;
}

function arrayOf(fn: string, what: string, { shape, dtype }: Parameter, value: Tensor): TypedArray {
  if (!Tensor.is(value))
    throw new OptionError(`${fn}.loadStateDict: expected a tensor as ${what}, got ${typeof value}`);
  if (!sameShape(value.shape, shape))
    throw new ShapeError(
      `${fn}.loadStateDict: expected ${what} in shape ${formatShape(shape)}, got ${formatShape(value.shape)}`,
    );
  if (value.dtype !== dtype)
    throw new DTypeError(`${fn}.loadStateDict: expected ${what} in ${dtype}, got ${value.dtype}; use cast`);
  const copy = allocate(dtype, value.size);
  copy.set(value.data);
  return copy;
}
