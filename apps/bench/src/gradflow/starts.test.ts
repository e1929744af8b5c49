import { Generator, type Tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { entryOf, lineup } from "./lineup.ts";

const [inputSize, hidden, horizon] = [2, 6, 50];

function layerOf(key: string) {
  return entryOf(key).make(inputSize, hidden, new Generator(3), horizon);
}

/** The sum of both biases of one gate: what the gate sees. */
function biasOf(key: string, gate: number): number[] {
  const { bias_ih_l0: ih, bias_hh_l0: hh } = layerOf(key);
  return Array.from({ length: hidden }, (_, unit) => {
    const at = gate * hidden + unit;
    return (ih?.data[at] ?? Number.NaN) + (hh?.data[at] ?? Number.NaN);
  });
}

/** One gate's block of the recurrent weight. */
function blockOf({ data }: Tensor, gate: number): number[][] {
  return Array.from({ length: hidden }, (_, row) =>
    Array.from(data.slice((gate * hidden + row) * hidden, (gate * hidden + row + 1) * hidden)),
  );
}

describe("initialisations", () => {
  it("gives every cell those that it can have, at both sizes", () => {
    const keys = lineup.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => key.startsWith("rnn"))).toEqual([
      "rnn",
      "rnn-eq",
      "rnn-orthogonal",
      "rnn-orthogonal-eq",
      "rnn-identity",
      "rnn-identity-eq",
    ]);
    expect(keys).toEqual(expect.arrayContaining(["lstm-fb0", "lstm-fb3", "gru-chrono", "relu-identity"]));
  });

  it.each([
    ["lstm-fb0", 0],
    ["lstm-fb1", 1],
    ["lstm-fb3", 3],
    ["gru-fb1", 1],
  ])("%s: the gate that keeps sees a bias of %f, and all else is as by default", (key, value) => {
    expect(biasOf(key, 1)).toEqual(new Array(hidden).fill(value));
    const [plain, changed] = [layerOf(key.split("-")[0]), layerOf(key)];
    expect(changed.weight_hh_l0.toArray()).toEqual(plain.weight_hh_l0.toArray());
    expect(biasOf(key, 0)).toEqual(biasOf(key.split("-")[0], 0));
  });

  it("chrono: forget biases are ln u with u in (1, Tmax - 1), input biases their negatives", () => {
    const forget = biasOf("lstm-chrono", 1);
    for (const bias of forget) {
      expect(Math.exp(bias)).toBeGreaterThanOrEqual(1);
      expect(Math.exp(bias)).toBeLessThanOrEqual(horizon - 1 + 1e-4);
    }
    expect(new Set(forget).size).toBe(hidden);
    for (const [unit, bias] of biasOf("lstm-chrono", 0).entries()) expect(bias).toBeCloseTo(-forget[unit], 6);
    // The GRU has no gate of its own for what comes in.
    expect(biasOf("gru-chrono", 0)).toEqual(biasOf("gru", 0));
  });

  it("orthogonal: each gate's block times its transpose is the identity", () => {
    const { weight_hh_l0: weight } = layerOf("gru-orthogonal");
    for (const gate of [0, 1, 2]) {
      const block = blockOf(weight, gate);
      for (const [i, a] of block.entries())
        for (const [j, b] of block.entries())
          expect(a.reduce((sum, value, k) => sum + value * b[k], 0)).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  });

  it("identity: each gate's block is the identity, without biases", () => {
    const { weight_hh_l0: weight } = layerOf("lstm-identity");
    for (const gate of [0, 1, 2, 3]) {
      for (const [i, row] of blockOf(weight, gate).entries()) expect(row).toEqual(row.map((_, k) => (i === k ? 1 : 0)));
      expect(biasOf("lstm-identity", gate)).toEqual(new Array(hidden).fill(0));
    }
  });
});
