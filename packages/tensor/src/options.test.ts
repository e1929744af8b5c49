import { describe, expect, it } from "vitest";
import { OptionError } from "./errors.ts";
import { checkBoolean, checkFunction, checkNumber, checkOptions, checkWhole } from "./options.ts";

describe("checkOptions", () => {
  it("accepts nothing, known keys, and known keys that are left out", () => {
    expect(() => checkOptions("f", undefined, ["a"])).not.toThrow();
    expect(() => checkOptions("f", {}, ["a"])).not.toThrow();
    expect(() => checkOptions("f", { a: 1, b: undefined }, ["a", "b"])).not.toThrow();
  });

  it.each([
    [
      { numLayer: 2 },
      ["bias", "numLayers"],
      "f: unknown option numLayer, did you mean numLayers? It takes bias, numLayers",
    ],
    [{ KEEPDIM: 2 }, ["keepDim"], "f: unknown option KEEPDIM, did you mean keepDim? It takes keepDim"],
    [{ a: 1, z: 2 }, ["a"], "f: unknown option z, did you mean a? It takes a"],
    [{ a: 1 }, [], "f: unknown option a, it takes none"],
    [null, ["a"], "f: options must be an object, got null"],
    [[1], ["a"], "f: options must be an object, got an array"],
    [true, ["a"], "f: options must be an object, got boolean true"],
    [() => 1, ["a"], "f: options must be an object, got a function"],
  ])("refuses %j", (options, known, message) => {
    expect(() => checkOptions("f", options, known)).toThrow(new OptionError(message));
  });
});

describe("the kinds of options", () => {
  it("give the value back", () => {
    expect([checkBoolean("f", "a", undefined, true), checkBoolean("f", "a", false, true)]).toEqual([true, false]);
    expect([checkNumber("f", "a", 0.5), checkNumber("f", "a", Number.NaN)]).toEqual([0.5, Number.NaN]);
    expect(checkWhole("f", "a", -3)).toBe(-3);
    expect(() => checkFunction("f", "a", () => 1)).not.toThrow();
  });

  it.each([
    [() => checkBoolean("f", "a", 1, true), "f: a must be true or false, got number 1"],
    [() => checkBoolean("f", "a", null, true), "f: a must be true or false, got null"],
    [() => checkNumber("f", "a", "1"), 'f: a must be a number, got string "1"'],
    [() => checkNumber("f", "a", undefined), "f: a must be a number, got undefined"],
    [() => checkWhole("f", "a", 0.5), "f: a must be a whole number, got number 0.5"],
    [() => checkWhole("f", "a", Number.POSITIVE_INFINITY), "f: a must be a whole number, got number Infinity"],
    [() => checkFunction("f", "a", undefined), "f: a must be a function, got undefined"],
    [() => checkFunction("f", "a", { b: 1 }), "f: a must be a function, got an object with keys b"],
  ])("refuse another kind", (call, message) => {
    expect(call).toThrow(new OptionError(message));
  });
});
