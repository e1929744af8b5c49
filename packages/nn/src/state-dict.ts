import type { Parameter } from "@unroll/autograd";
import { assign, formatShape, OptionError, sameShape, Tensor } from "@unroll/tensor";
import { StateDictError } from "./errors.ts";

/** Writes the entries of `dict` into the parameters of the same name, or says all that does not fit and writes none. */
export function loadInto(
  named: readonly (readonly [string, Parameter])[],
  dict: Readonly<Record<string, Tensor>>,
  strict: boolean,
  rename: (name: string) => string | undefined,
): { missing: string[]; unexpected: string[] } {
  const entries = renamed(dict, rename);
  const known = new Map(named);
  const unexpected = [...entries.keys()].filter((name) => !known.has(name));
  const given = new Set(named.filter(([name]) => entries.has(name)).map(([, parameter]) => parameter));
  const missing = named.filter(([, parameter]) => !given.has(parameter)).map(([name]) => name);
  const mismatched: string[] = [];
  for (const [name, parameter] of known) {
    const value = entries.get(name);
    if (value === undefined) continue;
    if (!sameShape(value.shape, parameter.shape))
      mismatched.push(`${name} (expected ${formatShape(parameter.shape)}, got ${formatShape(value.shape)})`);
    else if (value.dtype !== parameter.dtype)
      mismatched.push(`${name} (expected ${parameter.dtype}, got ${value.dtype}; use cast)`);
  }
  if (mismatched.length > 0 || (strict && missing.length + unexpected.length > 0))
    throw new StateDictError(describe({ missing, unexpected, mismatched }, strict), {
      missing,
      unexpected,
      mismatched,
    });
  for (const [name, parameter] of known) {
    const value = entries.get(name);
    if (value !== undefined) assign(parameter, value);
  }
  return { missing, unexpected };
}

function renamed(
  dict: Readonly<Record<string, Tensor>>,
  rename: (name: string) => string | undefined,
): Map<string, Tensor> {
  const entries = new Map<string, Tensor>();
  for (const [from, value] of Object.entries(dict)) {
    if (!Tensor.is(value)) throw new OptionError(`loadStateDict: expected a tensor under ${from}, got ${typeof value}`);
    const name = rename(from);
    if (name === undefined) continue;
    if (entries.has(name))
      throw new OptionError(`loadStateDict: rename gives the name ${name} twice, again for ${from}`);
    entries.set(name, value);
  }
  return entries;
}

function describe(
  { missing, unexpected, mismatched }: { missing: string[]; unexpected: string[]; mismatched: string[] },
  strict: boolean,
): string {
  const parts: string[] = [];
  if (strict && missing.length > 0) parts.push(`missing: ${missing.join(", ")}`);
  if (strict && unexpected.length > 0) parts.push(`unexpected: ${unexpected.join(", ")}`);
  if (mismatched.length > 0) parts.push(`wrong shape or dtype: ${mismatched.join(", ")}`);
  return `loadStateDict: the state dict does not fit, nothing was loaded; ${parts.join("; ")}`;
}
