import { type Cell, GRU, GRUCell, LSTM, LSTMCell, RNNCell } from "@unroll/cells";
import {
  add,
  assign,
  chunk,
  Generator,
  matmul,
  mul,
  OptionError,
  randn,
  select,
  sigmoid,
  slice,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { LinearCell, matrix } from "../oracles/cells.ts";
import { follow } from "../trajectory.ts";
import { gateMeans } from "./means.ts";
import { gateStatistics } from "./statistics.ts";

const seeded = (seed: number) => ({ dtype: "float64" as const, generator: new Generator(seed) });

/** A cell whose f gate is given by its input: `sums[t][k]`. */
function driven(sums: readonly (readonly number[])[]) {
  const H = sums[0].length;
  const cell = new LSTMCell(H, H, { dtype: "float64", bias: false });
  assign(cell.weight_hh, zeros([4 * H, H], { dtype: "float64" }));
  assign(
    cell.weight_ih,
    Array.from({ length: 4 * H * H }, (_, k) => Number(Math.floor(k / H) === H + (k % H))),
  );
  return gateStatistics(
    cell,
    tensor(
      sums.map((row) => [[...row]]),
      { dtype: "float64" },
    ),
    { bins: 4 },
  );
}

describe("gate statistics", () => {
  it("count what is closed, open and latched, and take means of value and logarithm", () => {
    // sigmoid: 0.5, 0.952574, 0.993307, 0.047426 for unit 0; always 0.5 for unit 1.
    const { gates, keep, count } = driven([
      [0, 0],
      [3, 0],
      [5, 0],
      [-3, 0],
    ]);
    expect(count).toBe(4);
    expect(Array.from(gates.f.left)).toEqual([0.25, 0]);
    expect(Array.from(gates.f.right)).toEqual([0.5, 0]);
    expect(Array.from(keep?.latched ?? [])).toEqual([0.25, 0]);
    const logs = [0, 3, 5, -3].map((sum) => -Math.log(1 + Math.exp(-sum)));
    const meanLog = logs.reduce((a, b) => a + b, 0) / 4;
    expect(gates.f.meanLog[0]).toBeCloseTo(meanLog, 14);
    expect(keep?.timeScale[0]).toBeCloseTo(-1 / meanLog, 13);
    expect(keep?.timeScale[1]).toBeCloseTo(1 / Math.LN2, 13);
    expect(gates.f.mean[0]).toBeCloseTo((0.5 + 0.952574126822433 + 0.993307149075715 + 0.047425873177567) / 4, 13);
    expect(Array.from(gates.f.histogram)).toEqual([1 / 8, 0, 5 / 8, 2 / 8]);
    // The other gates see no input: 0.5.
    expect(Array.from(gates.i.mean)).toEqual([0.5, 0.5]);
  });

  it("know the logarithm of a gate that is 0 in float64", () => {
    const { gates, keep } = driven([[-800], [-900]]);
    expect(gates.f.mean[0]).toBe(0);
    expect(gates.f.meanLog[0]).toBe(-850);
    expect(keep?.timeScale[0]).toBe(1 / 850);
    // And of one that is 1: 1 - e^-50 is 1 in float64.
    expect(driven([[50]]).keep?.timeScale[0]).toBeCloseTo(Math.exp(50), -10);
  });

  it("go by E ln f, not by ln E f: 5 steps and not 5.48 or 6 for gates from Beta(5, 1)", () => {
    // f = u^(1/5), taken at the middles of 20000 equal parts; its sum is ln(f / (1 - f)).
    const n = 20_000;
    const sums = Array.from({ length: n }, (_, k) => {
      const log = Math.log((k + 0.5) / n) / 5;
      return [log - Math.log(-Math.expm1(log))];
    });
    const { gates, keep } = driven(sums);
    expect(keep?.timeScale[0]).toBeCloseTo(5, 3);
    expect(1 / (1 - gates.f.mean[0])).toBeCloseTo(6, 3);
    expect(-1 / Math.log(gates.f.mean[0])).toBeCloseTo(5.48, 2);
  });

  it.each([
    ["LSTM", () => new LSTMCell(3, 4, seeded(1)), 4, ["i", "f", "g", "o"]],
    ["GRU", () => new GRUCell(3, 4, seeded(1)), 3, ["r", "z"]],
    ["GRU with reset before", () => new GRUCell(3, 4, { ...seeded(1), resetAfter: false }), 3, ["r", "z"]],
  ] as const)("are those of the cell's own sums, for an %s", (_, make, blocks, names) => {
    const cell = make();
    const x = randn([7, 2, 3], seeded(2));
    const { gates, slope } = gateStatistics(cell as never, x);
    const { steps } = follow("test", cell as never, x, {});
    for (const [at, name] of names.entries()) {
      if (name === "g") continue;
      const values = steps.map((step) => {
        const sums = add(
          add(matmul(step.x, cell.weight_ih, { transposeB: true }), cell.bias_ih ?? 0),
          add(matmul(step.before.h, cell.weight_hh, { transposeB: true }), cell.bias_hh ?? 0),
        );
        return sigmoid(chunk(sums, blocks, -1)[at]);
      });
      const all = stack(values);
      for (let k = 0; k < 4; k++) {
        const unit = Array.from(select(all, 2, k).data);
        expect(gates[name].mean[k]).toBeCloseTo(unit.reduce((a, b) => a + b, 0) / 14, 13);
      }
    }
    // The candidate of a GRU follows from h' = (1 - z) n + z h, and an LSTM's slope from c'.
    const slopes = steps.map((step) => {
      if (cell instanceof LSTMCell) return Array.from(step.after.c.data, (c) => 1 - Math.tanh(c) * Math.tanh(c));
      const sums = chunk(
        add(
          add(matmul(step.x, cell.weight_ih, { transposeB: true }), cell.bias_ih ?? 0),
          add(matmul(step.before.h, cell.weight_hh, { transposeB: true }), cell.bias_hh ?? 0),
        ),
        3,
        -1,
      );
      const z = sigmoid(sums[1]).data;
      return Array.from(z, (keep, k) => {
        const n = (step.after.h.data[k] - keep * step.before.h.data[k]) / (1 - keep);
        return 1 - n * n;
      });
    });
    for (let k = 0; k < 4; k++)
      expect(slope[k]).toBeCloseTo(slopes.reduce((total, row) => total + row[k] + row[4 + k], 0) / 14, 12);
  });

  it("find dead units of a ReLU net, and none in a tanh net", () => {
    const cell = new RNNCell(1, 3, { nonlinearity: "relu", dtype: "float64" });
    assign(cell.weight_hh, zeros([3, 3], { dtype: "float64" }));
    assign(cell.weight_ih, [1, -1, 0]);
    for (const bias of [cell.bias_ih, cell.bias_hh]) if (bias) assign(bias, [0, 0, 0]);
    // Unit 0 is alive at positive inputs, unit 1 at negative ones, unit 2 never.
    const x = tensor([[[1]], [[-2]], [[3]]], { dtype: "float64" });
    const { dead, slope, gates, keep } = gateStatistics(cell, x);
    expect(dead).toBeCloseTo(1 / 3, 15);
    expect(Array.from(slope)).toEqual([2 / 3, 1 / 3, 0]);
    expect([gates, keep]).toEqual([{}, undefined]);
    expect(gateStatistics(new RNNCell(1, 3, seeded(1)), x).dead).toBe(0);
  });

  it("leave padding out", () => {
    const layer = new LSTM(2, 3, seeded(3));
    const x = randn([6, 2, 2], seeded(4));
    const padded = mul(
      x,
      tensor(
        [
          [[1], [1]],
          [[1], [1]],
          [[1], [Number.NaN]],
          [[1], [Number.NaN]],
          [[1], [Number.NaN]],
          [[1], [Number.NaN]],
        ],
        { dtype: "float64" },
      ),
    );
    const both = gateStatistics(layer, padded, { lengths: [6, 2] });
    const long = gateStatistics(layer, slice(x, 1, 0, 1));
    const short = gateStatistics(layer, slice(slice(x, 1, 1, 2), 0, 0, 2));
    expect(both.count).toBe(8);
    for (let k = 0; k < 3; k++)
      expect(both.gates.f.mean[k]).toBeCloseTo((long.gates.f.mean[k] * 6 + short.gates.f.mean[k] * 2) / 8, 14);
  });

  it("leave padding out below as well: a layer that reads backwards starts at each sample's end", () => {
    const layer = new LSTM(2, 3, { ...seeded(3), numLayers: 2, bidirectional: true });
    const x = randn([6, 1, 2], seeded(4));
    const short = gateStatistics(layer, slice(x, 0, 0, 4));
    const padded = gateStatistics(layer, x, { lengths: [4] });
    expect(padded.gates.f.mean).toEqual(short.gates.f.mean);
  });

  it("means for an observer are those of the statistics, in both layers and with a given state", () => {
    for (const make of [LSTM, GRU] as const) {
      const layer = new make(2, 3, { ...seeded(3), numLayers: 2, bidirectional: true });
      const x = randn([6, 2, 2], seeded(4));
      const state = Object.fromEntries(
        Object.keys(layer.forward(x).state).map((name, k) => [name, mul(randn([4, 2, 3], seeded(k + 7)), 2)]),
      );
      const found = gateMeans("test", layer as never, x, { lengths: [6, 3], state });
      const { gates } = gateStatistics(layer as never, x, { lengths: [6, 3], state });
      expect(Object.keys(found ?? {})).toEqual(Object.keys(gates));
      for (const [name, means] of Object.entries(found ?? {}))
        for (const key of ["left", "right", "meanLog"] as const)
          expect(means[key]).toBeCloseTo(gates[name][key].reduce((sum, value) => sum + value, 0) / 3, 13);
    }
    expect(
      gateMeans("test", new RNNCell(2, 3), zeros([2, 1, 2]), { lengths: undefined, state: undefined }),
    ).toBeUndefined();
  });

  it("refuse cells whose gates nobody knows, and lengths of another batch", () => {
    const cell: Cell<{ h: Tensor }> = new LinearCell(matrix([[1]]));
    expect(() => gateStatistics(cell as never, zeros([2, 1, 1], { dtype: "float64" }))).toThrow(OptionError);
    expect(() => gateStatistics(new LSTM(1, 2), zeros([2, 3, 1]), { lengths: [1, 2] })).toThrow(/expected 3 lengths/);
  });
});
