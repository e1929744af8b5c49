import { Parameter } from "@unroll/autograd";
import { checkOptions, OptionError } from "@unroll/tensor";
import { checkNotNegative } from "./check.ts";

/** Parameters with options of their own; what is not given comes from the optimizer's options. */
export type ParameterGroup<Options> = Options & {
  params: Iterable<Parameter>;
};

/** What an optimizer takes: parameters, or groups of them. */
export type ParametersOrGroups<Options> = Iterable<Parameter> | Iterable<ParameterGroup<Options>>;

/** A group as an optimizer keeps it: every option has a value, and all may be changed between steps. */
export type Group<Settings> = Settings & {
  readonly params: readonly Parameter[];
  /** The learning rate that schedules scale; `lr` is what the next step uses. */
  baseLr: number;
};

/** Sorts what a constructor was given into groups, all options filled in and checked. */
export function makeGroups<Settings extends { lr: number }>(
  fn: string,
  given: ParametersOrGroups<Partial<Settings>>,
  options: Partial<Settings>,
  defaults: Settings,
  check: (settings: Settings) => void,
): Group<Settings>[] {
  const known = Object.keys(defaults);
  checkOptions(fn, options, known);
  const entries = listOf(fn, given);
  const grouped = entries.length > 0 && entries.every(isGroup);
  const groups = (
    grouped ? (entries as ParameterGroup<Partial<Settings>>[]) : [{ params: entries as Parameter[] }]
  ).map((group) => {
    checkOptions(fn, group, ["params", ...known]);
    const { params, ...own } = group;
    const settings = { ...defaults, ...defined(options), ...defined(own as unknown as Partial<Settings>) };
    checkNotNegative(fn, "lr", settings.lr);
    check(settings);
    return { ...settings, params: listOf(fn, params) as Parameter[], baseLr: settings.lr };
  });
  checkParameters(fn, groups);
  return groups;
}

function checkParameters(fn: string, groups: readonly { params: readonly Parameter[] }[]): void {
  const seen = new Set<Parameter>();
  for (const { params } of groups) {
    for (const parameter of params) {
      if (!Parameter.is(parameter))
        throw new OptionError(`${fn}: expected parameters, or groups { params, lr, … }, got ${String(parameter)}`);
      if (seen.has(parameter))
        throw new OptionError(
          `${fn}: ${parameter.label ?? `a parameter of shape [${parameter.shape.join(", ")}]`} is listed twice, it would be updated twice a step`,
        );
      seen.add(parameter);
    }
  }
  if (seen.size === 0)
    throw new OptionError(
      `${fn}: no parameters to optimize; does the model keep them in #private fields, where they cannot be found?`,
    );
}

function listOf(fn: string, given: unknown): unknown[] {
  if (typeof given !== "object" || given === null || !(Symbol.iterator in given))
    throw new OptionError(
      `${fn}: expected an array of parameters, or of groups { params, lr, … }, got ${String(given)}`,
    );
  return [...(given as Iterable<unknown>)];
}

function isGroup(entry: unknown): boolean {
  return typeof entry === "object" && entry !== null && !Parameter.is(entry) && "params" in entry;
}

/** Options without those that are undefined: they mean the default. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
