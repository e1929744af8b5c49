import { inspect } from "node:util";
import { describe, expect, it } from "vitest";

type Call = (...values: unknown[]) => unknown;
type Maker = new (...values: unknown[]) => object;

/** What {@link wrongArgumentTests} needs to know about a package. */
export interface WrongArgumentOptions {
  /** The module namespace of the package's entry. */
  entry: object;
  /** Whether an error is one that the package throws on purpose. */
  isOwn: (error: unknown) => boolean;
  /**
   * Arguments that work, by the name of a function, a class or a static method (`"Vocabulary.fromText"`): each one, and
   * each entry of one that is a plain object, is replaced by wrong values in turn. A name without them is called with
   * wrong values only.
   */
  valid?: Readonly<Record<string, readonly unknown[]>>;
  /** Objects whose methods are probed too, by the name of their class. */
  instances?: Readonly<Record<string, object>>;
  /** Functions whose first argument is the name that an error gives to their caller. */
  nameTakers?: readonly string[];
  /** What errors say instead of the name of a function. */
  says?: Readonly<Record<string, RegExp>>;
  /** Names that are not probed, each with the reason. */
  unchecked?: Readonly<Record<string, string>>;
}

/** A call with a wrong argument, and how a failed test shows it. */
interface Probe {
  readonly text: string;
  readonly call: () => unknown;
}

/** The text names no file that could be written. */
const wrongValues: readonly unknown[] = [undefined, null, 5, -0.5, "no/such", true, {}, [], [null], () => undefined];

function shown(value: unknown): string {
  if (typeof value === "function") return "() => undefined";
  return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY }).replace(/\s+/g, " ").slice(0, 80);
}

function isClass(value: unknown): value is Maker {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Calls with nothing at all, with wrong values alone, and with each valid argument replaced by each wrong value. */
function probesOf(name: string, arity: number, valid: readonly unknown[], call: Call): Probe[] {
  const count = Math.max(arity, valid.length, 1);
  const lists: unknown[][] = [[]];
  const replace = (at: number, value: unknown) => {
    const values = Array.from({ length: Math.max(at + 1, valid.length) }, (_, i) => valid[i]);
    values[at] = value;
    lists.push(values);
  };
  for (const value of wrongValues) {
    lists.push(new Array(count).fill(value));
    for (let at = 0; at < count; at++) {
      replace(at, value);
      const whole = valid[at];
      if (isPlain(whole)) for (const key of Object.keys(whole)) replace(at, { ...whole, [key]: value });
    }
  }
  return lists.map((values) => ({
    text: `${name}(${values.map(shown).join(", ")})`,
    call: () => call(...values),
  }));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The functions that `owner` has itself, by name; those of Object left out. */
function methodsOf(owner: object): [string, Call][] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner)).flatMap(([name, { value }]): [string, Call][] =>
    typeof value === "function" && name !== "constructor" && !isClass(value) ? [[name, value as Call]] : [],
  );
}

/** What a call comes to: the first thing that an iterator gives, or what a promise holds. */
async function outcome(value: unknown): Promise<void> {
  const result: unknown = await value;
  const next = (result as { next?: unknown } | null | undefined)?.next;
  // Generators check their arguments when they are asked for something.
  if (typeof next === "function" && next.length <= 1) await next.call(result);
}

async function complaint({ text, call }: Probe, said: RegExp, isOwn: (error: unknown) => boolean): Promise<string[]> {
  try {
    await outcome(call());
    return [];
  } catch (error) {
    const message = String(error);
    if (isOwn(error) && said.test(message)) return [];
    return [`${text} gave ${message}`];
  }
}

/** The functions of a package by name, each with what gives a line for every wrong argument that it did not name. */
export function complaintsByName(options: WrongArgumentOptions): Map<string, () => Promise<string[]>> {
  const { entry, isOwn, valid = {}, instances = {}, nameTakers = [], says = {}, unchecked = {} } = options;
  const found = new Map<string, () => Promise<string[]>>();
  const add = (name: string, own: string, arity: number, call: Call) => {
    const probes = nameTakers.includes(name)
      ? probesOf(name, arity - 1, valid[name] ?? [], (...values) => call(own, ...values))
      : probesOf(name, arity, valid[name] ?? [], call);
    const said = says[name] ?? new RegExp(`\\b${own}\\b`);
    found.set(name, async () => {
      const complaints: string[] = [];
      const works = valid[name];
      if (works !== undefined) {
        const values = nameTakers.includes(name) ? [own, ...works] : works;
        const called = (async () => outcome(call(...values)))();
        await called.catch((error) => complaints.push(`${name} with valid arguments gave ${error}`));
      }
      for (const probe of probes) complaints.push(...(await complaint(probe, said, isOwn)));
      return complaints;
    });
  };
  const addMethods = (owner: object, name: string, self: object) => {
    for (const [method, call] of methodsOf(owner))
      add(`${name}.${method}`, method, call.length, (...values) => call.apply(self, values));
  };
  for (const [name, value] of Object.entries(entry)) {
    if (isClass(value)) {
      add(name, name, value.length, (...values) => new value(...values));
      addMethods(value, name, value);
    } else if (typeof value === "function") add(name, name, value.length, value as Call);
  }
  for (const [name, instance] of Object.entries(instances)) {
    for (let owner = Object.getPrototypeOf(instance); owner !== Object.prototype; owner = Object.getPrototypeOf(owner))
      addMethods(owner, name, instance);
  }
  const named = [...Object.keys(valid), ...Object.keys(says), ...Object.keys(unchecked), ...nameTakers];
  const lost = named.filter((name) => !found.has(name));
  if (lost.length > 0) throw new Error(`wrongArgumentTests: the package has no ${lost.join(", ")}`);
  for (const name of Object.keys(unchecked)) found.delete(name);
  return found;
}

/**
 * A test for every function, class, static method and method of a package: given wrong arguments, it takes them, or
 * throws an error of the package's own that names it.
 */
export function wrongArgumentTests(options: WrongArgumentOptions): void {
  describe("a wrong argument to", () => {
    it.each([...complaintsByName(options)])("%s is named", async (_, complaints) => {
      expect(await complaints()).toEqual([]);
    });
  });
}
