import { printed, says, show } from "./compare.ts";
import type { Example } from "./find.ts";
import { planOf } from "./plan.ts";

/** What examples may import, by module name. */
export type Modules = Readonly<Record<string, object>>;

type Body = (...values: unknown[]) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...parameters: string[]) => Body;

/**
 * Runs an example, and returns a line for each place where it does not give what it says. Stated are the value of an
 * expression or of a `const` (in a comment beside it) and what was printed (in a comment beside or right below it).
 */
export async function runExample(example: Example, modules: Modules): Promise<string[]> {
  const { steps, body } = planOf(example.code);
  const wrong: string[] = [];
  let output: string[] = [];
  const place = (at: number) => `${example.file}:${example.line + steps[at].line}: ${steps[at].code}`;
  const differ = (at: number, expected: string, actual: string) =>
    wrong.push(`${place(at)}\n  says ${expected}\n  gave ${actual}`);

  const check = (at: number, values: readonly unknown[]) => {
    const { beside, below } = steps[at];
    if (output.length > 0) {
      const text = output.join("\n");
      const expected = beside ?? below;
      if (expected === undefined) differ(at, "nothing, but its output belongs into a comment beside or below it", text);
      else if (!says(expected, text)) differ(at, expected, text);
    } else if (beside !== undefined) {
      if (values.length === 0) differ(at, beside, "no single value: put remarks on lines of their own");
      else if (!(says(beside, show(values[0])) || says(beside, String(values[0])))) differ(at, beside, show(values[0]));
    }
    output = [];
  };
  const attempt = async (at: number, expression: () => Promise<unknown>) => {
    let value: unknown;
    try {
      value = await expression();
    } catch (error) {
      const expected = steps[at].beside ?? "";
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      output = [];
      if (!isErrorText(expected)) throw new Error(`${place(at)}\n  threw ${text}`, { cause: error });
      if (!says(expected, text)) differ(at, expected, text);
      return;
    }
    check(at, [value]);
  };
  const scope = example.inComment ? Object.assign({}, ...Object.values(modules).reverse()) : {};
  const known: Record<string, unknown> = {
    ...scope,
    $import: (name: string) => {
      if (modules[name] === undefined) throw new Error(`${example.file}:${example.line}: no module ${name} was given`);
      return modules[name];
    },
    $begin: () => {
      output = [];
    },
    $end: (at: number, read?: () => unknown) => check(at, read === undefined ? [] : [read()]),
    $value: attempt,
    console: { log: (...values: unknown[]) => output.push(printed(values)) },
  };
  // The inner block lets an example declare a name that is also in scope.
  await new AsyncFunction(...Object.keys(known), `"use strict";{\n${body}\n}`)(...Object.values(known));
  return wrong;
}

function isErrorText(text: string): boolean {
  return /^\w*Error\b/.test(text);
}
