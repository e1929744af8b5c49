import { grad, requireGrad } from "@unroll/autograd";
import {
  add,
  chunk,
  concat,
  Generator,
  indexSelect,
  matmul,
  mul,
  ones,
  pad,
  randn,
  select,
  sigmoid,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  uniform,
  withGenerator,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import type { Cell, State } from "./cell.ts";
import { LSTMCell, type LSTMState } from "./lstm-cell.ts";
import type { StepRecord } from "./sequence.ts";
import { unroll } from "./unroll.ts";

describe("onStep", () => {
  const [steps, batch, hiddenSize] = [4, 3, 2];
  const lengths = [2, 4, 0];
  const cell = new LSTMCell(2, hiddenSize, { dtype: "float64", generator: new Generator(7) });
  const x = randn([steps, batch, 2], { dtype: "float64", generator: new Generator(8) });

  it.each([false, true])("is called after the sequence, in time order, reverse %s", (reverse) => {
    const records: StepRecord<LSTMState>[] = [];
    let running = true;
    const watched: Cell<LSTMState> = {
      initialState: (count) => cell.initialState(count),
      step: (input, state) => {
        expect(running).toBe(true);
        return cell.step(input, state);
      },
    };
    const { output, state } = unroll(watched, x, {
      lengths,
      reverse,
      onStep: (record) => {
        running = false;
        records.push(record);
      },
    });
    expect(records.map(({ t }) => t)).toEqual([0, 1, 2, 3]);
    expect(records.map(({ samples }) => samples)).toEqual([[1, 0], [1, 0], [1], [1]]);
    for (const record of records) {
      const index = tensor([...record.samples], { dtype: "int32" });
      expect(record.output.toArray()).toEqual(indexSelect(select(output, 0, record.t), 0, index).toArray());
      expect(record.state.h).toBe(record.output);
      expect(record.value.h).not.toBe(record.output);
      expect(record.value.h.toArray()).toEqual(record.state.h.toArray());
      expect(record.value.c.toArray()).toEqual(record.state.c.toArray());
    }
    const end = records[reverse ? 0 : 3];
    expect(slice(state.c, 0, 1, 2).toArray()).toEqual(slice(end.state.c, 0, 0, 1).toArray());
  });

  it("cannot change the sequence", () => {
    const plain = unroll(cell, x, { lengths });
    const watched = unroll(cell, x, { lengths, onStep: () => undefined });
    expect(watched.output.toArray()).toEqual(plain.output.toArray());
  });

  /** Both adjoints of every state, and the loss. */
  function adjoints(loss: (output: Tensor, state: LSTMState) => Tensor) {
    const records: StepRecord<LSTMState>[] = [];
    const { output, state } = unroll(cell, requireGrad(x), {
      onStep: (record) => {
        records.push(record);
      },
    });
    const wanted = records.flatMap((record) => [record.state.h, record.state.c, record.value.h, record.value.c]);
    const found = grad(loss(output, state), wanted, { unused: "zeros" });
    return records.map((record, t) => {
      const [stateH, stateC, totalH, totalC] = found.slice(4 * t, 4 * t + 4);
      return { record, stateH, stateC, totalH, totalC };
    });
  }

  it("tells the state's adjoint from the total one: dc_tot = dc_state + o (1 - tanh² c) dh", () => {
    const weights = randn([steps, batch, hiddenSize], { dtype: "float64", generator: new Generator(9) });
    const all = adjoints((output) => sum(mul(output, weights)));
    expect(all).toHaveLength(steps);
    all.forEach(({ record, stateH, stateC, totalH, totalC }, t) => {
      const before = t === 0 ? cell.initialState(batch) : all[t - 1].record.value;
      const { o, q } = outputGate(select(x, 0, t), before, record.value.c);
      // The cell adds up its gates in another order.
      mul(o, tanh(record.value.c)).data.forEach((value, i) => {
        expect(value).toBeCloseTo(record.value.h.data[i], 14);
      });
      for (let i = 0; i < totalC.size; i++) {
        const expected = stateC.data[i] + q.data[i] * totalH.data[i];
        expect(Math.abs(totalC.data[i] - expected)).toBeLessThan(1e-14);
      }
      // h is used nowhere inside its own step.
      expect(totalH.toArray()).toEqual(stateH.toArray());
      // The states differ, or the test would show nothing; the last one is used by nobody.
      expect(totalC.toArray()).not.toEqual(stateC.toArray());
      expect(stateC.data.every((value) => value === 0)).toBe(t === steps - 1);
    });
  });

  it("carries the loss of a step into the state's adjoint, as output and state are one tensor", () => {
    const all = adjoints((output) => sum(select(output, 0, steps - 1)));
    expect(all[steps - 1].stateH.data.every((value) => value === 1)).toBe(true);
    expect(all[0].stateH.data.some((value) => value !== 0)).toBe(true);
  });

  it("obeys the recursion of the cell's Jacobian: dc_state_t = f_{t+1} dc_tot_{t+1}", () => {
    const weights = randn([batch, hiddenSize], { dtype: "float64", generator: new Generator(10) });
    const all = adjoints((_, state) => sum(mul(state.c, weights)));
    for (let t = 0; t + 1 < steps; t++) {
      const f = gates(select(x, 0, t + 1), all[t].record.value).f;
      const expected = mul(f, all[t + 1].totalC);
      expected.data.forEach((value, i) => {
        expect(Math.abs(value - all[t].stateC.data[i])).toBeLessThan(1e-15);
      });
    }
  });

  function gates(input: Tensor, { h }: LSTMState) {
    const { weight_ih, weight_hh, bias_ih, bias_hh } = cell;
    const parts = [
      matmul(input, weight_ih, { transposeB: true }),
      matmul(h, weight_hh, { transposeB: true }),
      bias_ih as Tensor,
      bias_hh as Tensor,
    ];
    // In the cell's own order of additions.
    const [a, b] = [add(parts[0], parts[2]), add(parts[1], parts[3])];
    const [, f, , o] = chunk(add(a, b), 4, -1);
    return { f: sigmoid(f), o: sigmoid(o) };
  }

  function outputGate(input: Tensor, before: LSTMState, c: Tensor) {
    const { o } = gates(input, before);
    return { o, q: mul(o, sub(1, mul(tanh(c), tanh(c)))) };
  }
});

/** A cell made of a function. */
function cellOf<S extends { [K in keyof S]: Tensor }>(
  step: (x: Tensor, state: S) => { output: Tensor; state: S },
  initialState: (batch: number) => S,
  begin?: (batch: number) => { rows: State },
): Cell<S, { rows: State } | undefined> {
  return { step, initialState, begin: (batch) => begin?.(batch) };
}

describe("a sequence without steps", () => {
  it.each([
    ["no time", [0, 2, 3], undefined],
    ["no sample that lasts", [4, 2, 3], [0, 0]],
  ])("of %s draws nothing, though a step would", (_, shape, lengths) => {
    const own = new Generator(5);
    const cell = cellOf(
      (x: Tensor, { h }: { h: Tensor }) => {
        const next = add(mul(h, uniform([2, 4], { generator: own })), mul(uniform([2, 4]), sum(x)));
        return { output: next, state: { h: next } };
      },
      (batch) => ({ h: zeros([batch, 4]) }),
    );
    const shared = new Generator(6);
    const { output } = withGenerator(shared, () => unroll(cell, zeros(shape), { lengths }));
    expect(output.shape).toEqual([shape[0], 2, 4]);
    expect([own.state().counter, shared.state().counter]).toEqual([0, 0]);
    withGenerator(shared, () => unroll(cell, zeros([1, 2, 3]), { compile: false }));
    expect([own.state().counter, shared.state().counter]).toEqual([8, 8]);
  });
});

describe("wrong arguments of unroll", () => {
  const x = zeros([4, 2, 3]);
  const cell = new LSTMCell(3, 5);
  const state = cell.initialState(2);
  const sum5 = (batch: number) => ({ h: zeros([batch, 5]) });

  it.each<[string, () => unknown, string, string]>([
    ["no time axis", () => unroll(cell, zeros([3])), "ShapeError", "unroll: expected x of shape [T, B, …], got [3]"],
    ["no tensor", () => unroll(cell, 3 as never), "ShapeError", "unroll: expected x of shape [T, B, …], got number 3"],
    [
      "an unknown option",
      () => unroll(cell, x, { length: [1, 2] } as never),
      "OptionError",
      "unroll: unknown option length, did you mean lengths? It takes state, lengths, reset, reverse, compile, checkpoint, tap, onStep",
    ],
    [
      "a state without c",
      () => unroll(cell, x, { state: { h: state.h } as never }),
      "OptionError",
      "unroll: expected a state { h, c }, got { h }",
    ],
    [
      "a state of another name",
      () => unroll(cell, x, { state: { ...state, m: state.h } as never }),
      "OptionError",
      "unroll: expected a state { h, c }, got { h, c, m }",
    ],
    [
      "a tensor as state",
      () => unroll(cell, x, { state: state.h as never }),
      "OptionError",
      "unroll: expected a state { h, c }, got a tensor",
    ],
    [
      "a state of another batch",
      () => unroll(cell, x, { state: cell.initialState(3) }),
      "ShapeError",
      "unroll: expected state h of shape [2, 5], got [3, 5]",
    ],
    [
      "a state that is no tensor",
      () => unroll(cell, x, { state: { ...state, c: [1, 2] as never } }),
      "ShapeError",
      "unroll: expected state c of shape [2, 5], got object",
    ],
    [
      "a state of another dtype",
      () => unroll(cell, x, { state: { ...state, c: zeros([2, 5], { dtype: "float64" }) } }),
      "DTypeError",
      "unroll: expected state c of float32, got float64; use cast",
    ],
    [
      "reset of another shape",
      () => unroll(cell, x, { reset: zeros([2, 4], { dtype: "bool" }) }),
      "ShapeError",
      "unroll: expected reset of shape [4, 2], got [2, 4]",
    ],
    [
      "reset of another dtype",
      () => unroll(cell, x, { reset: zeros([4, 2]) }),
      "DTypeError",
      "unroll: expected reset of bool, got float32",
    ],
    [
      "reset that is no tensor",
      () => unroll(cell, x, { reset: [true] as never }),
      "ShapeError",
      "unroll: expected reset of shape [4, 2], got object",
    ],
    [
      "reverse that is no flag",
      () => unroll(cell, x, { reverse: 1 as never }),
      "OptionError",
      "unroll: reverse must be true or false, got number 1",
    ],
    [
      "onStep that is no function",
      () => unroll(cell, x, { onStep: {} as never }),
      "OptionError",
      "unroll: onStep must be a function, got an empty object",
    ],
    [
      "an output that mixes rows",
      () =>
        unroll(
          cellOf((input, { h }) => ({ output: sum(input, 0), state: { h } }), sum5),
          x,
        ),
      "ShapeError",
      "unroll: the step must give an output of shape [2, …], got [3]",
    ],
    [
      "a state with other rows",
      () =>
        unroll(
          cellOf((input, { h }) => ({ output: input, state: { h: concat([h, h], 0) } }), sum5),
          x,
        ),
      "ShapeError",
      "unroll: the step must give state h of shape [2, …], got [4, 5]",
    ],
    [
      "a state of another name from a step",
      () =>
        unroll(
          cellOf((input, { h }) => ({ output: input, state: { g: h } as never }), sum5),
          x,
        ),
      "OptionError",
      "unroll: after a step: expected a state { h }, got { g }",
    ],
    [
      "a step without a state",
      () =>
        unroll(
          cellOf((input) => ({ output: input }) as never, sum5),
          x,
        ),
      "OptionError",
      "unroll: the step must give a state { h }, got undefined",
    ],
    [
      "rows of another batch from begin",
      () =>
        unroll(
          cellOf(
            (input, { h }) => ({ output: input, state: { h } }),
            sum5,
            () => ({ rows: { mask: pad(ones([2]), 0, 0, 1) } }),
          ),
          x,
        ),
      "ShapeError",
      "unroll: begin must give row mask of shape [2, …], got [3]",
    ],
  ])("%s", (_, call, name, message) => {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name, message });
  });
});
