import { jacobian } from "@unroll/autograd";
import { GRU, GRUCell, LSTM, LSTMCell } from "@unroll/cells";
import {
  add,
  addmm,
  assign,
  chunk,
  Generator,
  mul,
  ones,
  randn,
  select,
  sigmoid,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "../flow.ts";
import {
  blindGRU,
  blindLSTM,
  FlippedGateCell,
  fromLog10,
  gradients,
  logError,
  power,
  precisions,
  range,
  relativeError,
  stepsOf,
} from "./cells.ts";

interface Gated {
  readonly weight_ih: Tensor;
  readonly weight_hh: Tensor;
  readonly bias_ih: Tensor | undefined;
  readonly bias_hh: Tensor | undefined;
}

/** The pre-activations of all gates at one step, by the definition. */
function gates({ weight_ih, weight_hh, bias_ih, bias_hh }: Gated, count: number, x: Tensor, h: Tensor): Tensor[] {
  const bias = bias_ih && bias_hh ? add(bias_ih, bias_hh) : zeros([1], { dtype: x.dtype });
  const input = addmm(bias, x, weight_ih, { transposeB: true });
  return chunk(addmm(input, h, weight_hh, { transposeB: true }), count, -1);
}

const numbers = (x: Tensor) => Array.from(x.data);

describe.each(precisions)("an LSTM in %s", (dtype, tolerance) => {
  const seeded = (seed: number) => ({ dtype, generator: new Generator(seed) });

  it("O16: with U = 0, dc_T/dc_t is the product of the forget gates, bit for bit", () => {
    const [steps, hidden] = [25, 5];
    const cell = blindLSTM(3, hidden, seeded(1));
    const x = randn([steps, 2, 3], seeded(2));
    const u = randn([2, hidden], seeded(3));
    const { steps: records } = stepsOf(cell, x);
    const found = gradients(
      sum(mul(records[steps - 1].state.c, u)),
      records.map((step) => step.state.c),
    ).reverse();
    const forget = range(steps).map((t) => sigmoid(gates(cell, 4, select(x, 0, t), zeros([2, hidden], { dtype }))[1]));
    let product = u;
    for (let n = 0; n < steps; n++) {
      expect(found[n]).toEqual(numbers(product));
      product = mul(product, forget[steps - 1 - n]);
    }
  });

  it("O16: gradientFlow gives its norm, where an adjoint of h alone is exactly 0", () => {
    const [steps, hidden] = [25, 5];
    const cell = blindLSTM(3, hidden, seeded(1));
    const x = randn([steps, 1, 3], seeded(2));
    const u = randn([hidden], seeded(3));
    const { states, joint } = gradientFlow(cell, x, { probe: { h: zeros([hidden], { dtype }), c: u } });
    let product = numbers(u);
    const expected: number[] = [];
    for (let n = 0; n < steps; n++) {
      expected.push(Math.log10(Math.hypot(...product)));
      const forget = sigmoid(gates(cell, 4, select(x, 0, steps - 1 - n), zeros([1, hidden], { dtype }))[1]);
      product = product.map((value, i) => value * forget.data[i]);
    }
    expect(logError(states.c.state.mean, expected)).toBeLessThan(tolerance);
    expect(logError(states.c.total.mean, expected)).toBeLessThan(tolerance);
    expect(logError(joint.mean, expected)).toBeLessThan(tolerance);
    // The Jacobian ∂h'/∂h with c held fixed, which some released code takes for an LSTM's, is 0 here.
    const oneStep = jacobian(
      (h) => cell.step(select(x, 0, 0), { h, c: ones([1, hidden], { dtype }) }).output,
      zeros([1, hidden], { dtype }),
    );
    expect(numbers(oneStep).every((value) => value === 0)).toBe(true);
    expect(Array.from(states.h.state.mean).every((value) => value === Number.NEGATIVE_INFINITY)).toBe(true);
    expect(joint.mean[steps - 1]).toBeGreaterThan(-25);
  });

  it.each([
    [0, "7.9e-31", "1.00"],
    [1, "2.5e-14", "2.21"],
    [2, "3.1e-6", "5.46"],
    [3, "7.8e-3", "14.27"],
    [5, "0.51", "103.2"],
  ])("O18: forget bias %i keeps sigmoid(b)^100 = %s with a half-life of %s steps", (b, left, halfLife) => {
    const layer = new LSTM(2, 4, { forgetBias: b, dtype });
    for (const weight of [layer.weight_ih_l0, layer.weight_hh_l0])
      assign(weight, new Array<number>(weight.size).fill(0));
    const x = randn([101, 2, 2], seeded(4));
    const probe = { h: zeros([4], { dtype }), c: tensor([0.5, 0.5, 0.5, 0.5], { dtype }) };
    const { joint } = gradientFlow(layer, x, { probe });
    const keep = 1 / (1 + Math.exp(-b));
    expect(
      logError(
        joint.mean,
        range(101).map((n) => n * Math.log10(keep)),
      ),
    ).toBeLessThan(tolerance);
    expect(relativeError([fromLog10(joint.mean[100])], [power(keep, 100)])).toBeLessThan(tolerance);
    expect(Number(fromLog10(joint.mean[100]).toPrecision(2))).toBe(Number(left));
    expect(relativeError([joint.fit?.halfLife ?? 0], [Math.LN2 / Math.log(1 + Math.exp(-b))])).toBeLessThan(tolerance);
    expect(joint.fit?.halfLife.toFixed(halfLife.split(".")[1].length)).toBe(halfLife);
    // PyTorch has two biases: b in each of them would be 2 b, and another table.
    for (const bias of [layer.bias_ih_l0, layer.bias_hh_l0]) if (bias) assign(bias, new Array<number>(16).fill(b));
    const doubled = gradientFlow(layer, x, { probe }).joint;
    const wrong = 100 * Math.log10(1 / (1 + Math.exp(-2 * b)));
    expect(logError([doubled.mean[100]], [wrong])).toBeLessThan(tolerance);
    if (b > 0) expect(logError([doubled.mean[100]], [100 * Math.log10(keep)])).toBeGreaterThan(0.5);
  });

  it("O19: the one-step partial dc'/dc at fixed h is the forget gate, for any weights", () => {
    const hidden = 4;
    for (const seed of [1, 2, 3]) {
      const cell = new LSTMCell(3, hidden, seeded(seed));
      const x = randn([1, 3], seeded(seed + 10));
      const h = randn([1, hidden], seeded(seed + 20));
      const c = randn([1, hidden], seeded(seed + 30));
      const found = numbers(jacobian((from) => cell.step(x, { h, c: from }).state.c, c));
      const forget = numbers(sigmoid(gates(cell, 4, x, h)[1]));
      const expected = range(hidden).flatMap((i) => range(hidden).map((j) => (i === j ? forget[i] : 0)));
      expect(relativeError(found, expected)).toBeLessThan(tolerance);
      // Over two steps the gates see c through h: the product of forget gates is then wrong by far more than rounding.
      const two = jacobian((from) => {
        const first = cell.step(x, { h, c: from }).state;
        return cell.step(x, first).state.c;
      }, c);
      const second = numbers(sigmoid(gates(cell, 4, x, cell.step(x, { h, c }).state.h)[1]));
      const products = range(hidden).flatMap((i) => range(hidden).map((j) => (i === j ? forget[i] * second[i] : 0)));
      expect(relativeError(numbers(two), products)).toBe(Number.POSITIVE_INFINITY);
      const diagonal = (values: readonly number[]) => range(hidden).map((i) => values[i * hidden + i]);
      expect(relativeError(diagonal(numbers(two)), diagonal(products))).toBeGreaterThan(1e-3);
    }
  });

  it("O22: dc_total = dh o (1 - tanh² c) + f' dc_total', and the state adjoint is its second term", () => {
    const [steps, hidden, batch] = [12, 4, 2];
    const cell = new LSTMCell(3, hidden, seeded(5));
    const x = randn([steps, batch, 3], seeded(6));
    const { steps: records, output } = stepsOf(cell, x);
    // A loss with local parts: every step's h, each with its own weights.
    const loss = sum(mul(output, randn(output.shape, seeded(7))));
    const of = (pick: (record: (typeof records)[number]) => Tensor) => gradients(loss, records.map(pick));
    const dh = of((record) => record.state.h);
    const dcState = of((record) => record.state.c);
    const dcTotal = of((record) => record.value.c);
    const initial = cell.initialState(batch);
    const gate = (t: number, k: number) =>
      numbers(sigmoid(gates(cell, 4, select(x, 0, t), t === 0 ? initial.h : records[t - 1].state.h)[k]));
    const viaOutput = (t: number) => {
      const o = gate(t, 3);
      const c = numbers(records[t].value.c);
      return dh[t].map((value, i) => value * o[i] * (1 - Math.tanh(c[i]) * Math.tanh(c[i])));
    };
    const scale = Math.max(...dcTotal.flat().map(Math.abs));
    const far = (a: readonly number[], b: readonly number[]) =>
      Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / scale;
    for (let t = 0; t < steps; t++) {
      const forget = t + 1 < steps ? gate(t + 1, 1) : [];
      const carried = t + 1 < steps ? dcTotal[t + 1].map((value, i) => forget[i] * value) : dcState[t].map(() => 0);
      const direct = viaOutput(t);
      expect(
        far(
          dcTotal[t],
          direct.map((value, i) => value + carried[i]),
        ),
      ).toBeLessThan(tolerance);
      expect(far(dcState[t], carried)).toBeLessThan(tolerance);
      // Leaving out the way through the output gives another number.
      expect(far(dcTotal[t], carried)).toBeGreaterThan(1e-2);
    }
  });

  it("O22: gradientFlow tells the two apart, and the joint norm takes the state adjoint", () => {
    const cell = new LSTMCell(3, 4, seeded(5));
    const x = randn([12, 2, 3], seeded(6));
    const weights = randn([12, 2, 4], seeded(7));
    const loss = (output: Tensor) => sum(mul(output, weights));
    const { steps, output } = stepsOf(cell, x);
    const { states, joint } = gradientFlow(cell, x, { loss, reduction: "sum" });
    const norm = (values: readonly number[], row: number) => Math.hypot(...values.slice(row * 4, row * 4 + 4));
    const flat = (pick: (step: (typeof steps)[number]) => Tensor) =>
      gradients(loss(output), steps.map(pick))
        .reverse()
        .flatMap((values) => [0, 1].map((row) => norm(values, row)));
    const [dh, dc, total] = [flat((step) => step.state.h), flat((step) => step.state.c), flat((step) => step.value.c)];
    expect(logError(states.h.state.perSample, dh.map(Math.log10))).toBeLessThan(tolerance);
    expect(logError(states.h.total.perSample, dh.map(Math.log10))).toBeLessThan(tolerance);
    // At the last step nothing uses c any more: its state adjoint is an exact 0, its total is not.
    expect(states.c.state.perSample[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(states.c.state.underflow[0]).toBe(2);
    expect(logError(states.c.state.perSample.subarray(2), dc.slice(2).map(Math.log10))).toBeLessThan(tolerance);
    expect(logError(states.c.total.perSample, total.map(Math.log10))).toBeLessThan(tolerance);
    expect(
      logError(
        joint.perSample,
        dh.map((value, i) => Math.log10(Math.hypot(value, dc[i]))),
      ),
    ).toBeLessThan(tolerance);
    const counted = dh.map((value, i) => Math.log10(Math.hypot(value, total[i])));
    expect(logError(joint.perSample, counted)).toBeGreaterThan(1e-2);
  });
});

describe.each(precisions)("a GRU in %s", (dtype, tolerance) => {
  const seeded = (seed: number) => ({ dtype, generator: new Generator(seed) });
  const [steps, hidden] = [30, 5];

  /** `log10 ‖Π w_k u‖` by lag, w_k going back from the last step. */
  function productNorms(u: Tensor, factors: readonly (readonly number[])[]): number[] {
    let product = numbers(u);
    return factors.toReversed().map((factor) => {
      const norm = Math.log10(Math.hypot(...product));
      product = product.map((value, i) => value * factor[i]);
      return norm;
    });
  }

  it.each([true, false])("O24: with U = 0, dh_T/dh_t is the product of z, resetAfter %s", (resetAfter) => {
    const cell = blindGRU(3, hidden, { ...seeded(1), resetAfter });
    const x = randn([steps, 1, 3], seeded(2));
    const u = randn([hidden], seeded(3));
    const { states, joint } = gradientFlow(cell, x, { probe: { h: u } });
    const keep = range(steps).map((t) =>
      numbers(sigmoid(gates(cell, 3, select(x, 0, t), zeros([1, hidden], { dtype }))[1])),
    );
    expect(logError(joint.mean, productNorms(u, keep))).toBeLessThan(tolerance);
    expect(logError(states.h.total.mean, productNorms(u, keep))).toBeLessThan(tolerance);
    // With the gate's meaning turned round, 1 - z, it is another number.
    const flipped = keep.map((z) => z.map((value) => 1 - value));
    expect(logError(joint.mean, productNorms(u, flipped))).toBeGreaterThan(0.1);
  });

  it("O24: in the other convention, h' = (1 - z) h + z n, it is the product of 1 - z", () => {
    const x = randn([steps, 1, hidden], seeded(2));
    const u = randn([hidden], seeded(3));
    const { joint } = gradientFlow(new FlippedGateCell(hidden, dtype), x, { probe: { h: u } });
    const z = range(steps).map((t) => numbers(sigmoid(select(x, 0, t))));
    const keep = z.map((step) => step.map((value) => 1 - value));
    expect(logError(joint.mean, productNorms(u, keep))).toBeLessThan(tolerance);
    expect(logError(joint.mean, productNorms(u, z))).toBeGreaterThan(0.1);
  });

  it("O24: the layer gives what the cell gives", () => {
    const layer = new GRU(3, hidden, seeded(1));
    const cell = new GRUCell(3, hidden, seeded(1));
    const x = randn([steps, 2, 3], seeded(2));
    expect(gradientFlow(layer, x)).toEqual(gradientFlow(cell, x));
  });
});

it("O22: the reference formulas here are the cell's own", () => {
  const cell = new LSTMCell(3, 4, { dtype: "float64", generator: new Generator(5) });
  const [x, h, c] = [3, 4, 4].map((size, k) =>
    randn([2, size], { dtype: "float64", generator: new Generator(50 + k) }),
  );
  const [i, f, g, o] = gates(cell, 4, x, h);
  const nextC = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
  const { state } = cell.step(x, { h, c });
  expect(relativeError(state.c.data, nextC.data)).toBeLessThan(1e-14);
  expect(relativeError(state.h.data, mul(sigmoid(o), tanh(nextC)).data)).toBeLessThan(1e-14);
  expect(relativeError(sub(state.c, mul(sigmoid(f), c)).data, mul(sigmoid(i), tanh(g)).data)).toBeLessThan(1e-10);
});
