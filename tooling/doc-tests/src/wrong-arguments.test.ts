import { describe, expect, it } from "vitest";
import { complaintsByName, type WrongArgumentOptions } from "./wrong-arguments.ts";

function named(fn: string, value: unknown): string {
  if (typeof value !== "string") throw new RangeError(`${fn}: expected text, got ${String(value)}`);
  return value;
}

class Box {
  constructor(text: string) {
    named("Box", text);
  }
  static of(text: string): number {
    return text.length;
  }
  put(text: string): string {
    return text.trim();
  }
}

const entry = {
  good: (text: string) => named("good", text),
  bare: (text: string) => text.length,
  other: (text: string) => named("another", text),
  second: (text: string, { size }: { size: number }) => [named("second", text), size.toFixed(1)],
  later: async (text: string) => text.trim(),
  drawn: function* (text: string) {
    yield text.trim();
  },
  check: (fn: string, text: string) => named(fn, text),
  notCalled: 5,
  Box,
};

function complaintsOf(name: string, options: Partial<WrongArgumentOptions> = {}): Promise<string[]> {
  const isOwn = (error: unknown) => error instanceof RangeError;
  const find = complaintsByName({ entry, isOwn, instances: { Box: new Box("") }, ...options }).get(name);
  if (find === undefined) throw new Error(`no ${name}`);
  return find();
}

describe("wrong arguments", () => {
  it("may be taken, or refused by an error that names the function", async () => {
    expect(await complaintsOf("good")).toEqual([]);
    expect(await complaintsOf("Box")).toEqual([]);
  });

  it("are complained of when the error is not the package's own", async () => {
    expect(await complaintsOf("bare")).toEqual([
      "bare() gave TypeError: Cannot read properties of undefined (reading 'length')",
      "bare(undefined) gave TypeError: Cannot read properties of undefined (reading 'length')",
      "bare(undefined) gave TypeError: Cannot read properties of undefined (reading 'length')",
      "bare(null) gave TypeError: Cannot read properties of null (reading 'length')",
      "bare(null) gave TypeError: Cannot read properties of null (reading 'length')",
    ]);
  });

  it("are complained of when the error names another function, unless that is expected", async () => {
    expect(await complaintsOf("other")).toContain("other(5) gave RangeError: another: expected text, got 5");
    expect(await complaintsOf("other", { says: { other: /another/ } })).toEqual([]);
  });

  it("are put in the place of valid ones, and of the entries of objects", async () => {
    const found = await complaintsOf("second", { valid: { second: ["text", { size: 1 }] } });
    expect(found.some((line) => line.startsWith("second('text', null) gave TypeError: Cannot destructure"))).toBe(true);
    expect(found).toContain("second('text', { size: 'no/such' }) gave TypeError: size.toFixed is not a function");
  });

  it("are found behind promises, in generators, in static methods and in methods", async () => {
    for (const name of ["later", "drawn", "Box.put"])
      expect(await complaintsOf(name), name).toContain(`${name}(5) gave TypeError: text.trim is not a function`);
    expect((await complaintsOf("Box.of"))[0]).toMatch(/^Box\.of\(\) gave TypeError/);
  });

  it("are not made from valid ones that do not work", async () => {
    expect(await complaintsOf("good", { valid: { good: [5] } })).toEqual([
      "good with valid arguments gave RangeError: good: expected text, got 5",
    ]);
  });

  it("leave the name that a function is given alone", async () => {
    expect(await complaintsOf("check", { nameTakers: ["check"] })).toEqual([]);
    expect(await complaintsOf("check")).not.toEqual([]);
  });

  it("are not looked for where that is said, which must be somewhere", async () => {
    await expect(async () => complaintsOf("bare", { unchecked: { bare: "a reason" } })).rejects.toThrow("no bare");
    await expect(async () => complaintsOf("bare", { valid: { gone: [] } })).rejects.toThrow("the package has no gone");
  });
});
