import { backward, noGrad, requireGrad } from "@unroll/autograd";
import {
  type Engine,
  Generator,
  randn,
  referenceEngine,
  runtime,
  sum,
  type Tensor,
  useEngine,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { RNNCell } from "./rnn-cell.ts";
import { kinds } from "./testing/kinds.ts";
import { unroll } from "./unroll.ts";

/** What work a function did: operations (views included), those that computed values, and how many values. */
interface Work {
  ops: number;
  computed: number;
  values: number;
}

/** Counts through the engine and the recorder. */
function work(fn: () => void): Work {
  const state = runtime();
  const { engine, recorder } = state;
  const count: Work = { ops: 0, computed: 0, values: 0 };
  const counting: Engine = {
    name: "counting",
    run: (op, out, output, inputs, attrs) => {
      count.computed++;
      count.values += out.length;
      (engine ?? referenceEngine).run(op, out, output, inputs, attrs);
    },
  };
  state.recorder = (op, inputs, attrs, output) => {
    count.ops++;
    recorder?.(op, inputs, attrs, output);
  };
  try {
    useEngine(counting, fn);
  } finally {
    state.recorder = recorder;
  }
  return count;
}

const [batch, inputSize, hiddenSize] = [3, 2, 4];

/** Work of a forward pass and of a backward pass over `steps` steps. */
function passes(
  kind: (typeof kinds)[number],
  steps: number,
  {
    needsX,
    lengths,
    layers = 1,
    rows = batch,
  }: { needsX: boolean; lengths?: (steps: number) => number[]; layers?: number; rows?: number },
): { forward: Work; backward: Work } {
  const generator = new Generator(1);
  const layer = kind.layer(inputSize, hiddenSize, { numLayers: layers, bidirectional: layers > 1, generator });
  const values = randn([steps, rows, inputSize], { generator });
  const x = needsX ? requireGrad(values) : values;
  let loss: Tensor = zeros([]);
  const forward = work(() => {
    loss = sum(layer.forward(x, { lengths: lengths?.(steps) }).output);
  });
  return { forward, backward: work(() => backward(loss)) };
}

describe.each(kinds)("work of $name", (kind) => {
  it.each([
    { needsX: false },
    { needsX: true },
    { needsX: false, lengths: (steps: number) => [3, steps, steps - 2] },
    { needsX: true, lengths: (steps: number) => [3, steps, steps - 2] },
    { needsX: true, lengths: (steps: number) => [3, steps, steps - 2], layers: 2 },
  ])("is exactly linear in the number of steps: %o", (options) => {
    const [a, b, c, d] = [10, 20, 30, 70].map((steps) => passes(kind, steps, options));
    for (const pass of ["forward", "backward"] as const) {
      for (const what of ["ops", "computed", "values"] as const) {
        const perTen = b[pass][what] - a[pass][what];
        expect(perTen, `${pass} ${what}`).toBeGreaterThan(0);
        expect(c[pass][what] - b[pass][what], `${pass} ${what}`).toBe(perTen);
        expect(d[pass][what] - c[pass][what], `${pass} ${what}`).toBe(4 * perTen);
      }
    }
  });

  it("of samples that have ended is not done", () => {
    const steps = 40;
    const rows = 12;
    const [four, eight, eleven] = [4, 8, 11].map((running) =>
      passes(kind, steps, {
        needsX: true,
        rows,
        lengths: () => Array.from({ length: rows }, (_, row) => (row < running ? steps : 0)),
      }),
    );
    for (const pass of ["forward", "backward"] as const) {
      // Each row that runs adds the same, and no less than a few values for each step and unit.
      const added = (eight[pass].values - four[pass].values) / 4;
      expect((eleven[pass].values - eight[pass].values) / 3).toBe(added);
      expect(added).toBeGreaterThanOrEqual(2 * steps * hiddenSize);
    }
  });

  it("does not grow with an observer, nor without a graph", () => {
    const cell = kind.cell(inputSize, hiddenSize);
    const x = zeros([10, batch, inputSize]);
    const plain = work(() => unroll(cell, x));
    const watched = work(() => unroll(cell, x, { onStep: () => undefined }));
    const without = work(() => noGrad(() => unroll(cell, x)));
    expect(watched).toEqual(plain);
    expect(without).toEqual(plain);
  });
});

describe("ten thousand steps", { timeout: 60_000 }, () => {
  it("are walked back through", () => {
    const steps = 10_000;
    const cell = new RNNCell(1, 2, { dtype: "float64", generator: new Generator(2) });
    const x = requireGrad(randn([steps, 1, 1], { dtype: "float64", generator: new Generator(3) }));
    const { output, state } = unroll(cell, x);
    expect(output.shape).toEqual([steps, 1, 2]);
    backward(sum(state.h));
    for (const parameter of cell.parameters()) {
      expect(parameter.grad?.data.every(Number.isFinite)).toBe(true);
      expect(parameter.grad?.data.some((value) => value !== 0)).toBe(true);
    }
  });
});
