import { describe, expect, it } from "vitest";
import { describe as name, tensor } from "./index.ts";

describe("describing what came", () => {
  it.each([
    [undefined, "undefined"],
    [null, "null"],
    [3, "number 3"],
    [Number.NaN, "number NaN"],
    ["a", 'string "a"'],
    [true, "boolean true"],
    [10n, "bigint 10"],
    [Symbol("s"), "symbol Symbol(s)"],
    [() => 1, "a function"],
    [class A {}, "a function"],
    [[], "an array"],
    [new Float32Array(2), "a Float32Array"],
    [tensor(1), "a tensor"],
    [{}, "an empty object"],
    [{ a: 1 }, "an object with keys a"],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5 }, "an object with keys a, b, c, d"],
  ])("%s", (value, text) => {
    expect(name(value)).toBe(text);
  });
});
