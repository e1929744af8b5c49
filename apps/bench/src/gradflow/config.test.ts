import { describe, expect, it } from "vitest";
import { configOf } from "./config.ts";

describe("configOf", () => {
  it("compares all cells on both tasks unless told otherwise", () => {
    const config = configOf({});
    expect(config.tasks).toEqual(["text", "adding"]);
    expect(config.cells).toEqual(["rnn", "lstm", "lstm-fb1", "gru", "rnn-eq", "gru-eq"]);
    expect(config.seeds).toEqual([1]);
  });

  it("takes what is asked for, in the order in which it is shown", () => {
    const config = configOf({ cells: "gru, rnn", task: "adding", hidden: 8, seeds: 3, seed: 5, steps: "12" });
    expect(config.cells).toEqual(["rnn", "gru"]);
    expect(config.tasks).toEqual(["adding"]);
    expect(config.hidden).toEqual({ text: 8, adding: 8 });
    expect(config.seeds).toEqual([5, 6, 7]);
    expect(config.steps).toEqual({ text: 12, adding: 12 });
    expect(config.probeEvery).toBe(1);
  });

  it("reads a file whose name is a number", () => {
    expect(configOf({ data: 2024 }).data).toBe("2024");
  });

  it("takes an infinite norm as no clipping", () => {
    expect(configOf({ clip: "Infinity" }).clip).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [{ steps: 0 }, "--steps must be a whole number >= 1, got 0"],
    [{ hidden: "x" }, "--hidden must be a whole number >= 1, got x"],
    [{ seeds: 1.5 }, "--seeds must be a whole number >= 1, got 1.5"],
    [{ length: true }, "--length must be a whole number >= 2, got true"],
    [{ lr: "-1" }, "--lr must be a number > 0, got -1"],
    [{ clip: 0 }, "--clip must be a number > 0, got 0"],
    [{ cells: "rnn,lstn" }, "--cells: there is no lstn; choose from rnn"],
    [{ task: "" }, "--task: there is no empty name"],
    [{ lr: Number.POSITIVE_INFINITY }, "--lr must be a number > 0, got Infinity"],
    [{ seed: Number.MAX_SAFE_INTEGER }, "--seed 9007199254740991 is too large"],
    [{ data: ["a", "b"] }, "--data must be one path, got a and b"],
    [{ data: true }, "--data must be one path, got true"],
    [{ cells: ["rnn", "gru"] }, "--cells comes twice; separate names by commas"],
    [{ quick: true, full: true }, "--quick and --full exclude each other"],
  ])("refuses %j", (options, message) => {
    expect(() => configOf(options)).toThrow(message);
  });
});
