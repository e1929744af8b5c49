import { grad, requireGrad } from "@unroll/autograd";
import { unroll } from "@unroll/cells";
import { Generator, sum, tensor, uniform } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Cell97, hiddenUnits, type Net97, weightCount } from "./cell97.ts";
import { Model97 } from "./model97.ts";
import { nets } from "./nets.ts";

describe("the nets of 1997", () => {
  it.each([
    ["reber-4x1", 264],
    ["reber-3x2", 276],
    ["long-lag-50", 364],
    ["long-lag-1000", 6064],
    ["two-sequence", 102],
    ["adding", 93],
    ["multiplication", 93],
    ["temporal-order-6a", 156],
    ["temporal-order-6b", 308],
  ] as const)("%s has the %i weights of Table 10", (name, expected) => {
    const net: Net97 = nets[name];
    expect(weightCount(net)).toBe(expected);
    const model = new Model97(net, { truncated: true, generator: new Generator(1) });
    expect(model.parameters().reduce((n, { size }) => n + size, 0)).toBe(expected);
  });

  it("begins within the range, but for the gate biases that the paper gives", () => {
    const { cell, weight_out: out } = new Model97(nets["temporal-order-6b"], {
      truncated: true,
      generator: new Generator(2),
    });
    for (const weight of [cell.weight_x, cell.weight_y, out])
      for (const value of weight.data) expect(Math.abs(value)).toBeLessThanOrEqual(0.1);
    const bias = Array.from(cell.bias?.data ?? []);
    expect(bias.slice(6, 9)).toEqual([-2, -4, -6]);
    for (const value of [...bias.slice(0, 6), ...bias.slice(9)]) expect(Math.abs(value)).toBeLessThanOrEqual(0.1);
  });
});

describe("Cell97", () => {
  const net: Net97 = { inputs: 2, outputs: 1, blocks: 2, size: 2, bias: "all", range: 0.8, inputGateBias: [-1, 1] };
  const logistic = (x: number) => 1 / (1 + Math.exp(-x));

  it("follows the paper's equations, written out for single units", () => {
    const cell = new Cell97(net, { truncated: true, generator: new Generator(5) });
    const [wx, wy, b] = [cell.weight_x.data, cell.weight_y.data, cell.bias?.data ?? []];
    const units = hiddenUnits(net);
    let y = new Array<number>(units).fill(0);
    let s = [0, 0, 0, 0];
    const x = uniform([6, 1, 2], { generator: new Generator(6) });
    const { output } = unroll(cell, x);
    for (let t = 0; t < 6; t++) {
      const sums = y.map((_, u) => {
        let total = b[u] + wx[2 * u] * x.data[2 * t] + wx[2 * u + 1] * x.data[2 * t + 1];
        for (let v = 0; v < units; v++) total += wy[u * units + v] * y[v];
        return total;
      });
      const gates = sums.slice(4).map(logistic);
      s = s.map((old, c) => old + gates[c % 2] * (4 * logistic(sums[c]) - 2));
      const out = s.map((value, c) => gates[2 + (c % 2)] * (2 * logistic(value) - 1));
      y = [...out, ...gates];
      for (const [c, value] of out.entries()) expect(output.data[4 * t + c]).toBeCloseTo(value, 5);
    }
  });

  /** ∂ (the sum of s after twelve steps) / ∂ (s before the first). */
  function errorAtTheStart(truncated: boolean, compile: boolean): unknown {
    const cell = new Cell97(net, { truncated, generator: new Generator(5) });
    const x = uniform([12, 1, 2], { generator: new Generator(6) });
    const s = requireGrad(tensor([[0.3, -0.2, 0.5, 0.1]]));
    const last = unroll(cell, x, { state: { ...cell.initialState(1), s }, compile }).state.s;
    return grad(sum(last), [s])[0].toArray();
  }

  it.each([true, false])(
    "carries errors through s by exactly 1 with the truncated gradient only (compiled: %s)",
    (c) => {
      expect(errorAtTheStart(true, c)).toEqual([[1, 1, 1, 1]]);
      expect(errorAtTheStart(false, c)).not.toEqual([[1, 1, 1, 1]]);
    },
  );
});
