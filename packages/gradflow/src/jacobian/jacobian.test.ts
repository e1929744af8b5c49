import { jacobian, parameter } from "@unroll/autograd";
import { type Cell, GRUCell, LSTM, LSTMCell, RNNCell } from "@unroll/cells";
import {
  add,
  concat,
  DTypeError,
  Generator,
  mul,
  OptionError,
  randn,
  reshape,
  ShapeError,
  slice,
  sub,
  type Tensor,
  tanh,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { follow } from "../trajectory.ts";
import { jacobiansOf, stateJacobian } from "./jacobian.ts";

const seeded = (seed: number, dtype: "float64" | "float32" = "float64") => ({ dtype, generator: new Generator(seed) });

const cells = [
  ["RNN", (options: object) => new RNNCell(3, 5, options)],
  ["RNN with ReLU", (options: object) => new RNNCell(3, 5, { ...options, nonlinearity: "relu" })],
  ["RNN without bias", (options: object) => new RNNCell(3, 5, { ...options, bias: false })],
  ["LSTM", (options: object) => new LSTMCell(3, 5, options)],
  ["GRU", (options: object) => new GRUCell(3, 5, options)],
  ["GRU with reset before", (options: object) => new GRUCell(3, 5, { ...options, resetAfter: false })],
] as const;

/** A point away from zero, where every term of the formulas counts. */
function pointOf(cell: Cell<Record<string, Tensor>>, batch: number, dtype: "float64" | "float32" = "float64") {
  const generator = new Generator(77);
  const x = mul(randn([batch, 3], { dtype, generator }), 1.5);
  const state = Object.fromEntries(
    Object.entries(cell.initialState(batch)).map(([name, { shape }]) => [name, randn(shape, { dtype, generator })]),
  );
  return { x, state };
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe.each(cells)("the Jacobian of %s", (_, make) => {
  const cell = make(seeded(3)) as unknown as Cell<Record<string, Tensor>>;
  const { x, state } = pointOf(cell, 3);
  const by = (method: "analytic" | "autodiff" | "difference") => stateJacobian(cell, x, state, { method }).matrix.data;

  it("in closed form is what automatic differentiation gives, to rounding", () => {
    expect(worst(by("analytic"), by("autodiff"))).toBeLessThan(2e-15);
    expect(Math.max(...by("analytic").map(Math.abs))).toBeGreaterThan(0.1);
  });

  it("agrees with central differences to 1e-10", () => {
    expect(worst(by("analytic"), by("difference"))).toBeLessThan(1e-10);
  });

  it("has in column j the derivative with respect to the j-th number of the state", () => {
    const { matrix, parts } = stateJacobian(cell, x, state);
    const width = matrix.shape[1];
    const first = slice(x, 0, 0, 1);
    const [name] = parts.map((part) => part.name);
    const own = jacobian(
      (h) => {
        const after = cell.step(first, { ...rowOf(state, 0), [name]: h }).state;
        return concat(
          parts.map((part) => after[part.name]),
          1,
        );
      },
      slice(state[name], 0, 0, 1),
    );
    const block = reshape(own, [width, parts[0].size]);
    for (let i = 0; i < width; i++)
      for (let j = 0; j < parts[0].size; j++)
        expect(matrix.data[i * width + j]).toBeCloseTo(block.data[i * parts[0].size + j], 14);
  });

  it("is in float64 when the cell is float32", () => {
    const single = make(seeded(3, "float32")) as unknown as Cell<Record<string, Tensor>>;
    const point = pointOf(single, 3, "float32");
    const closed = stateJacobian(single, point.x, point.state).matrix;
    expect(closed.dtype).toBe("float64");
    const auto = stateJacobian(single, point.x, point.state, { method: "autodiff" }).matrix;
    expect(worst(closed.data, auto.data)).toBeLessThan(2e-6);
    expect(() => stateJacobian(single, point.x, point.state, { method: "difference" })).toThrow(DTypeError);
  });
});

const rowOf = (state: Record<string, Tensor>, row: number) =>
  Object.fromEntries(Object.entries(state).map(([name, value]) => [name, slice(value, 0, row, row + 1)]));

/** A cell of a user: two states that mix, one of them a matrix, and a mask per sample. */
class Mixer implements Cell<{ h: Tensor; m: Tensor }, { rows: { mask: Tensor } }> {
  readonly weight = parameter(randn([3], seeded(9)));

  begin(batch: number) {
    return { rows: { mask: randn([batch, 3], seeded(10)) } };
  }

  step(x: Tensor, { h, m }: { h: Tensor; m: Tensor }, { rows }: { rows: { mask: Tensor } }) {
    const flat = reshape(m, [m.shape[0], 6]);
    const next = tanh(add(mul(h, this.weight), mul(x, rows.mask)));
    const memory = add(m, reshape(concat([mul(next, h), sub(slice(flat, 1, 0, 3), next)], 1), m.shape));
    return { output: add(next, slice(flat, 1, 3, 6)), state: { h: next, m: memory } };
  }

  initialState(batch: number) {
    return { h: zeros([batch, 3], { dtype: "float64" }), m: zeros([batch, 2, 3], { dtype: "float64" }) };
  }
}

describe("a user's cell", () => {
  const state = { h: randn([4, 3], seeded(11)), m: randn([4, 2, 3], seeded(12)) };
  const x = randn([4, 3], seeded(13));

  it("is differentiated automatically, its masks with it", () => {
    const { matrix, method, parts } = stateJacobian(new Mixer(), x, state);
    expect(method).toBe("autodiff");
    expect(parts).toEqual([
      { name: "h", size: 3 },
      { name: "m", size: 6 },
    ]);
    expect(worst(matrix.data, stateJacobian(new Mixer(), x, state, { method: "difference" }).matrix.data)).toBeLessThan(
      1e-10,
    );
    expect(() => stateJacobian(new Mixer(), x, state, { method: "analytic" })).toThrow(OptionError);
  });

  it("derived from an LSTM is not taken for one", () => {
    class Halved extends LSTMCell {
      override step(x: Tensor, state: { h: Tensor; c: Tensor }) {
        const next = super.step(x, state);
        return { output: next.output, state: { h: next.output, c: mul(next.state.c, 0.5) } };
      }
    }
    const options = seeded(3);
    const point = { h: randn([2, 4], seeded(1)), c: randn([2, 4], seeded(2)) };
    const own = stateJacobian(new Halved(3, 4, options), randn([2, 3], seeded(4)), point);
    const plain = stateJacobian(new LSTMCell(3, 4, seeded(3)), randn([2, 3], seeded(4)), point);
    expect(own.method).toBe("autodiff");
    for (let j = 0; j < 64; j++) expect(own.matrix.data[j]).toBeCloseTo(plain.matrix.data[j] * (j < 32 ? 1 : 0.5), 14);
  });
});

describe("a layer's trajectory", () => {
  it("has the states of forward, in every layer and direction", () => {
    const layer = new LSTM(3, 4, { ...seeded(5), numLayers: 2, bidirectional: true });
    const x = randn([6, 2, 3], seeded(6));
    const states = { h: randn([4, 2, 4], seeded(7)), c: randn([4, 2, 4], seeded(8)) };
    for (const at of [0, 1])
      for (const reverse of [false, true]) {
        const expected: Tensor[] = [];
        layer.forward(x, {
          state: states,
          onStep: (step) => {
            if (step.layer === at && step.reverse === reverse) expected.push(step.value.c);
          },
        });
        const { steps } = follow("test", layer, x, { state: states, layer: at, reverse });
        const found = reverse ? steps.toReversed() : steps;
        found.forEach((step, t) => {
          expect(worst(step.after.c.data, expected[t].data)).toBeLessThan(1e-15);
        });
        expect(found).toHaveLength(6);
      }
  });

  it("gives Jacobians whose product is the gradient across steps", () => {
    const cell = new GRUCell(3, 4, seeded(14));
    const x = randn([2, 1, 3], seeded(15));
    const h = randn([1, 4], seeded(16));
    const trajectory = follow("test", cell, x, { state: { h } });
    const [[first], [second]] = trajectory.steps.map((step) => jacobiansOf("test", trajectory, step).matrices);
    const both = jacobian((from) => {
      const after = cell.step(reshape(slice(x, 0, 0, 1), [1, 3]), {
        h: from,
      });
      return cell.step(reshape(slice(x, 0, 1, 2), [1, 3]), after.state).output;
    }, h).data;
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) {
        let product = 0;
        for (let k = 0; k < 4; k++) product += second[i * 4 + k] * first[k * 4 + j];
        expect(product).toBeCloseTo(both[i * 4 + j], 14);
      }
  });

  it("refuses what does not fit", () => {
    const cell = new LSTMCell(3, 4);
    expect(() => stateJacobian(cell, zeros([2, 3]), { h: zeros([2, 4]), c: zeros([2, 5]) })).toThrow(ShapeError);
    expect(() => stateJacobian(cell, zeros([2, 3]), { h: zeros([2, 4]) } as never)).toThrow(OptionError);
    expect(() => stateJacobian({} as never, zeros([2, 3]))).toThrow(
      new OptionError("stateJacobian: expected a cell, got an empty object"),
    );
    expect(() => stateJacobian(cell, zeros([2, 3]), undefined, { method: "exact" as never })).toThrow(
      new OptionError('stateJacobian: method must be "analytic", "autodiff" or "difference", got string "exact"'),
    );
  });
});
