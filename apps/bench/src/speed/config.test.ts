import { describe, expect, it } from "vitest";
import { speedConfigOf } from "./config.ts";
import { suiteNames } from "./result.ts";

describe("speedConfigOf", () => {
  it("measures everything unless told otherwise", () => {
    expect(speedConfigOf({})).toEqual({ suites: suiteNames, seconds: 900, seed: 1 });
    expect(speedConfigOf({ quick: true }).seconds).toBe(120);
  });

  it("takes less time where no other library is asked", () => {
    expect(speedConfigOf({ only: "gemm,training" }).seconds).toBe(60);
    expect(speedConfigOf({ only: "eager", quick: true }).seconds).toBe(12);
    expect(speedConfigOf({ only: "eager,cells", quick: true }).seconds).toBe(120);
  });

  it("takes what is asked for, in the order in which it is shown", () => {
    expect(speedConfigOf({ only: "training, gemm", seconds: "0.5", seed: 4 })).toEqual({
      suites: ["gemm", "training"],
      seconds: 0.5,
      seed: 4,
    });
  });

  it.each([
    [{ only: "gemn" }, "--only: there is no gemn; choose from gemm, elementwise, eager, training, train"],
    [{ seconds: 0 }, "--seconds must be a number > 0, got 0"],
    [{ seconds: "Infinity" }, "--seconds must be a number > 0"],
    [{ seed: 1.5 }, "--seed must be a whole number >= 0, got 1.5"],
    [{ quick: true, seconds: 3 }, "--quick and --seconds exclude each other"],
  ])("refuses %j", (options, message) => {
    expect(() => speedConfigOf(options)).toThrow(message);
  });
});
