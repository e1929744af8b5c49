import { grad, type Parameter, parameter } from "@unroll/autograd";
import { checkModule, Module } from "@unroll/nn";
import {
  add,
  apply,
  argmax,
  cast,
  cumsum,
  DTypeError,
  defineOp,
  matmul,
  max,
  min,
  mul,
  ones,
  randn,
  reshape,
  softmax,
  sum,
  type Tensor,
  tanh,
  transpose,
  uniform,
  useEngine,
  zeros,
} from "@unroll/tensor";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { Cell } from "./cell.ts";
import { explain } from "./explain.ts";
import { unroll } from "./unroll.ts";

type H = { h: Tensor };

/** A cell of the given step whose class has a name. */
class Own implements Cell<H> {
  readonly step: Cell<H>["step"];

  constructor(next: (x: Tensor, h: Tensor) => Tensor) {
    this.step = (x, { h }) => {
      const value = next(x, h);
      return { output: value, state: { h: value } };
    };
  }

  initialState(batch: number): H {
    return { h: ones([batch, 4]) };
  }
}

let line = "";

/** Notes the line that calls it, as `file:line`: as it runs, which in a browser is not as it is written. */
function here(): undefined {
  line =
    new Error().stack
      ?.split("\n")[2]
      ?.match(/([^ (]+:\d+):\d+\)?$/)?.[1]
      ?.replace("file://", "") ?? "no stack";
}

function on(_: undefined, value: Tensor): Tensor {
  return value;
}

const x = randn([3, 2, 4]);
let counter = 0;
let warn: MockInstance;

beforeEach(() => {
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
});

afterEach(() => {
  warn.mockRestore();
});

const cubeOp = defineOp({
  name: "cube",
  dtype: (_, [x]) => x.dtype,
  shape: ([x]) => x.shape,
  forward: (out, [x]) => {
    for (let i = 0; i < out.length; i++) out[i] = x.data[i] * x.data[i] * x.data[i];
  },
});

// Steps of their own, since a message leads to the line of a cell's `step`, not to what that calls.
const cells: readonly (readonly [string, Cell<H>["step"], string])[] = [
  ["reads values", (x, { h }) => same(here(), x.data[0] > 0 ? tanh(x) : h), "it reads values"],
  ["reads one", (x, { h }) => same(here(), add(h, mul(x, sum(h).item()))), "it reads values"],
  ["adds up the batch", (x, { h }) => same(here(), add(h, sum(x, 0))), "sum over axis 0 mixes rows"],
  ["compares samples", (x, { h }) => same(here(), add(h, softmax(x, 0))), "softmax along axis 0 mixes rows"],
  ["transposes", (x, { h }) => same(here(), matmul(matmul(h, transpose(x)), h)), "permute (or transpose) mixes rows"],
  ["counts", (x, { h }) => same(here(), add(h, mul(x, counter++))), "the step is impure: mul differs"],
  ["takes chances", (x, { h }) => same(here(), add(mul(h, Math.random()), x)), "the step is impure: mul differs"],
  ["draws", (x, { h }) => same(here(), mul(add(x, h), uniform([2, 4]))), "uniform draws random numbers"],
  ["chooses", (x, { h }) => same(here(), add(h, firstOf(argmax(x, 1)))), "argmax gives indices"],
  ["adds up a row", (x, { h }) => same(here(), add(h, cumsum(x, 1))), "cumsum adds up along a row"],
  ["has an op of its own", (x, { h }) => same(here(), add(h, apply(cubeOp, [x], undefined))), "cube is not known"],
];

function same(_: undefined, h: Tensor): { output: Tensor; state: H } {
  return { output: h, state: { h } };
}

function firstOf(index: Tensor): Tensor {
  return cast(reshape(index, [-1, 1]), "float32");
}

describe("a cell that cannot be compiled", () => {
  it.each(cells)("because it %s runs plain, and says once at which line", (_, step, reason) => {
    const cell: Cell<H> = { step, initialState: (batch) => ({ h: ones([batch, 4]) }) };
    expect(explain(cell, x)).toMatch(/^plain ops, because /);
    const run = (rows: number) => unroll(cell, x.shape[1] === rows ? x : ones([5, rows, 4]));
    run(2);
    run(2);
    expect(warn).toHaveBeenCalledTimes(1);
    const [message] = warn.mock.calls[0] as [string];
    expect(message).toContain(
      `unroll: the cell runs operation by operation, many times slower than compiled, because `,
    );
    expect(message).toContain(reason);
    expect(message).toContain(`, at ${line}:`);
    expect(explain(cell, x)).toContain(`, at ${line}:`);
  });

  it("is named, and speaks once for all cells of its line", () => {
    const make = () => new Own((x, h) => add(h, sum(x, 0)));
    for (let i = 0; i < 3; i++) unroll(make(), x);
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringMatching(
        /^unroll: Own runs operation by operation, .* because sum over axis 0 mixes rows, at .*:\d+;/,
      ),
    ]);
  });

  it("says nothing where plain ops were asked for, or are all there is", () => {
    const cell = new Own((x, h) => add(h, max(x, 0)));
    unroll(cell, x, { compile: false });
    unroll(cell, x, { onStep: () => {} });
    useEngine("reference", () => unroll(cell, x));
    const double = cast(x, "float64");
    const initialState = (batch: number) => ({ h: ones([batch, 4], { dtype: "float64" }) });
    unroll({ step: cell.step, initialState }, double);
    unroll(cell, zeros([0, 2, 4]));
    expect(warn).not.toHaveBeenCalled();
    unroll(cell, x);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it("gives the same numbers as ever", () => {
    const cell = new Own((x, h) => tanh(add(h, min(x, 0))));
    expect(unroll(cell, x).output.toArray()).toEqual(unroll(cell, x, { compile: false }).output.toArray());
  });
});

describe("a step that changes fields of its cell", () => {
  /** Warms up for its first steps. */
  class Counting extends Own {
    steps = 0;

    constructor() {
      super((x, h) => {
        this.steps++;
        return this.steps > 2 ? tanh(add(x, h)) : mul(add(x, h), 0.5);
      });
    }
  }

  it("runs plain from where it was before anything was traced, and says so once", () => {
    const [cell, plain] = [new Counting(), new Counting()];
    for (let call = 0; call < 3; call++)
      expect(unroll(cell, x).output.toArray()).toEqual(unroll(plain, x, { compile: false }).output.toArray());
    expect([cell.steps, plain.steps]).toEqual([9, 9]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toContain("because the step is impure: it changes the field steps whenever it runs");
    // The line is that of the cell's step, which is the class above.
    expect(warn.mock.calls[0][0]).toMatch(/, at .*fallback\.test\.ts[^:]*:\d+:\d+;/);
    expect(explain(cell, x)).toContain("it changes the field steps");
    expect(cell.steps).toBe(9);
  });

  it("finds its fields as they were whatever the reason is", () => {
    const cell: Cell<H> & { steps: number } = {
      steps: 0,
      step(x, { h }) {
        const next = add(h, mul(sum(x, 0, { keepDim: true }), this.steps++));
        return { output: next, state: { h: next } };
      },
      initialState: (batch) => ({ h: ones([batch, 4]) }),
    };
    const plain = { ...cell };
    expect(unroll(cell, x).output.toArray()).toEqual(unroll(plain, x, { compile: false }).output.toArray());
    expect([cell.steps, plain.steps]).toEqual([3, 3]);
    expect(warn.mock.calls[0][0]).toContain("sum over axis 0 mixes rows");
  });

  it("may keep there what it makes once, but not what it makes each time", () => {
    const made: Cell<H> & { scale?: Tensor } = {
      step(x, { h }) {
        this.scale ??= mul(ones([4]), 0.5);
        const next = tanh(add(mul(x, this.scale), h));
        return { output: next, state: { h: next } };
      },
      initialState: (batch) => ({ h: ones([batch, 4]) }),
    };
    expect(unroll(made, x).output.toArray()).toEqual(unroll(made, x, { compile: false }).output.toArray());
    expect(warn).not.toHaveBeenCalled();
    const last: Cell<H> & { seen?: Tensor } = {
      step(x, { h }) {
        this.seen = on(here(), tanh(add(x, h)));
        return { output: this.seen, state: { h: this.seen } };
      },
      initialState: (batch) => ({ h: ones([batch, 4]) }),
    };
    const { state } = unroll(last, x);
    expect(last.seen?.toArray()).toEqual(state.h.toArray());
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining("it changes the field seen whenever it runs, at "),
    ]);
    expect(warn.mock.calls[0][0]).toContain(`, at ${line}:`);
  });

  it("may keep what it makes once of its input: plain ops make it anew", () => {
    const cell: Cell<H> & { first?: Tensor } = {
      step(x, { h }) {
        this.first ??= mul(x, 0.5);
        const next = tanh(add(this.first, h));
        return { output: next, state: { h: next } };
      },
      initialState: (batch) => ({ h: ones([batch, 4]) }),
    };
    const { output } = unroll(cell, x);
    expect(warn).toHaveBeenCalledTimes(1);
    const again = { ...cell };
    delete again.first;
    expect(output.toArray()).toEqual(unroll(again, x, { compile: false }).output.toArray());
  });
});

describe("an error of a step", () => {
  it("is that of the operation, with the step's line on its stack, and nothing is said", () => {
    const cell = new Own((x, h) => on(here(), matmul(x, h)));
    const thrown = errorOf(() => unroll(cell, x));
    expect(thrown.message).toBe("matmul: inner sizes differ, got [2, 4] x [2, 4]");
    expect(thrown.stack).toContain(`${line}:`);
    const mixed = new Own((x, h) => add(h, cast(x, "float64")));
    expect(() => unroll(mixed, x)).toThrow(DTypeError);
    expect(() => unroll(mixed, x)).toThrow("add: dtypes differ, got float32 and float64");
    expect(warn).not.toHaveBeenCalled();
  });

  it("names an operation without a gradient where one is wanted", () => {
    const w = parameter(ones([4]));
    const cell = new Own((x, h) => on(here(), add(h, apply(cubeOp, [mul(x, w)], undefined))));
    const thrown = errorOf(() => unroll(cell, x));
    expect(thrown.message).toContain("cube: this op has no gradient");
    expect(thrown.stack).toContain(`${line}:`);
    expect(warn).not.toHaveBeenCalled();
  });
});

function errorOf(fn: () => unknown): Error {
  try {
    fn();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}

describe("a parameter that the step does not use", () => {
  class Forgetful extends Module implements Cell<H> {
    readonly used: Parameter = parameter(ones([4]));
    readonly forgotten: Parameter = parameter(ones([4]));

    step(x: Tensor, { h }: H): { output: Tensor; state: H } {
      return same(undefined, tanh(add(mul(x, this.used), h)));
    }

    initialState(batch: number): H {
      return { h: zeros([batch, 4]) };
    }

    forward(x: Tensor): Tensor {
      return unroll(this, x).output;
    }
  }

  it("is named by explain, by checkModule, and by a gradient that is asked for", () => {
    const cell = new Forgetful();
    expect(explain(cell, x).split("\n").at(-1)).toBe("not used, and so without a gradient: forgotten");
    expect(checkModule(cell, x)).toEqual({ hidden: [], unreached: ["forgotten"] });
    const loss = sum(cell.forward(x));
    expect(() => grad(loss, [cell.used, cell.forgotten])).toThrow("grad: input 1 of shape [4] has no path");
    expect(warn).not.toHaveBeenCalled();
  });
});

it("one cell's impurity is not another's, though both have one program", () => {
  const make = (number: () => number): Cell<H> => ({
    step: (x, { h }) => {
      const next = add(mul(h, number()), x);
      return { output: next, state: { h: next } };
    },
    initialState: (batch) => ({ h: ones([batch, 6]) }),
  });
  const x = ones([2, 1, 6]);
  let counter = 0;
  const cells = [make(() => 0.5), make(() => counter++), make(() => 0.25)];
  const said = [0, 1, 2, 0, 1].map((index) => {
    warn.mockClear();
    unroll(cells[index], x);
    return warn.mock.calls.map(([text]) => String(text).match(/the step is impure: mul differs/)?.[0]);
  });
  expect(said).toEqual([[], ["the step is impure: mul differs"], [], [], []]);
  expect(explain(cells[1], x)).toContain("the step is impure: mul differs");
  expect(explain(cells[2], x)).not.toContain("plain ops");
});
