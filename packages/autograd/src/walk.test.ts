import {
  add,
  concat,
  type Engine,
  gather,
  indexSelect,
  matmul,
  mul,
  referenceEngine,
  select,
  slice,
  split,
  stack,
  sum,
  type Tensor,
  tanh,
  tensor,
  unbind,
  useEngine,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { defineFunction } from "./function.ts";
import { grad } from "./grad.ts";
import type { GraphNode } from "./node.ts";
import { Parameter, parameter, requireGrad } from "./parameter.ts";
import { reachable } from "./walk.ts";

/** How many ops compute values while `fn` runs, and how many values they compute. */
function work(fn: () => void): { ops: number; values: number } {
  const counted = { ops: 0, values: 0 };
  const engine: Engine = {
    name: "counting",
    run: (op, out, output, inputs, attrs) => {
      counted.ops++;
      counted.values += out.length;
      referenceEngine.run(op, out, output, inputs, attrs);
    },
  };
  useEngine(engine, fn);
  return counted;
}

function nodesBelow(output: Tensor): number {
  return reachable([output.node as GraphNode]).length;
}

/** A recurrent network over T steps whose inputs are parts of one tensor [T, B, I]. */
function unrolled(T: number, x: Tensor, w: Parameter): Tensor {
  let h: Tensor = zeros([2, 3]);
  const outputs: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    h = tanh(add(select(x, 0, t), matmul(h, w)));
    outputs.push(h);
  }
  return sum(stack(outputs));
}

function inputs(T: number): { x: Tensor; w: Parameter } {
  const w = parameter(
    tensor(
      Float32Array.from({ length: 9 }, (_, i) => (i - 4) / 20),
      { shape: [3, 3] },
    ),
  );
  return {
    x: tensor(
      Float32Array.from({ length: T * 6 }, (_, i) => Math.sin(i)),
      { shape: [T, 2, 3] },
    ),
    w,
  };
}

/** Checks that a count taken at T, 2T and 3T steps lies on a line. */
function expectLinear(count: (T: number) => number): void {
  const [one, two, three] = [count(50), count(100), count(150)];
  expect(two).toBeGreaterThan(one);
  expect(three - two).toBe(two - one);
}

describe("what an unrolled network costs is linear in its steps", () => {
  it("nodes of the graph", () => {
    expectLinear((T) => {
      const { x, w } = inputs(T);
      return nodesBelow(unrolled(T, x, w));
    });
  });

  it.each(["ops", "values"] as const)("%s that backward computes", (what) => {
    expectLinear((T) => {
      const { x, w } = inputs(T);
      const loss = unrolled(T, x, w);
      return work(() => backward(loss))[what];
    });
  });

  it.each(["ops", "values"] as const)("%s, when the whole input needs a gradient", (what) => {
    expectLinear((T) => {
      const { x, w } = inputs(T);
      const leaf = requireGrad(x);
      const loss = unrolled(T, leaf, w);
      return work(() => grad(loss, [leaf, w]))[what];
    });
  });

  it("and the gradient of the whole input is right, where all its parts were added in place", () => {
    const { x, w } = inputs(4);
    const leaf = requireGrad(x);
    const [whole] = grad(unrolled(4, leaf, w), [leaf]);
    const parts = unbind(x).map((part) => requireGrad(part));
    let h: Tensor = zeros([2, 3]);
    let loss: Tensor = tensor(0);
    for (const part of parts) {
      h = tanh(add(part, matmul(h, w)));
      loss = add(loss, sum(h));
    }
    expect(whole.toArray()).toEqual(stack(grad(loss, parts)).toArray());
  });

  it("a gradient across one step of a long graph costs one step", () => {
    const cost = (T: number) => {
      const w = parameter([0.5]);
      let h = mul(w, 1);
      let previous = h;
      for (let t = 0; t < T; t++) {
        previous = h;
        h = tanh(mul(w, h));
      }
      return work(() => grad(h, [previous])).ops;
    };
    expect(cost(1000)).toBe(cost(10));
  });
});

describe("a graph of 10,000 steps", () => {
  const T = 10_000;

  it("is walked without recursion", () => {
    const w = parameter(tensor(Float64Array.of(1)));
    const h0 = requireGrad(tensor(Float64Array.of(0.5)));
    let h: Tensor = h0;
    for (let t = 0; t < T; t++) h = mul(h, w);
    backward(sum(h));
    expect(w.grad?.item()).toBe(T * 0.5);
    expect(grad(sum(h), [h0])[0].item()).toBe(1);
  });

  it("with parts of one input and a join of all outputs", () => {
    const { x, w } = inputs(T);
    const leaf = requireGrad(x);
    const [dx, dw] = grad(unrolled(T, leaf, w), [leaf, w]);
    expect(dx.shape).toEqual([T, 2, 3]);
    expect(dw.data.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  it("is differentiated twice", () => {
    const w = parameter(tensor(Float64Array.of(1)));
    let h: Tensor = w;
    for (let t = 1; t < T; t++) h = mul(h, w);
    const [first] = grad(sum(h), [w], { createGraph: true });
    expect(first.item()).toBe(T);
    expect(grad(sum(first), [w])[0].item()).toBe(T * (T - 1));
  });
});

describe("parts added in place", () => {
  it("do not touch a gradient that someone else reads", () => {
    const x = requireGrad(tensor([1, 2, 3]));
    const y = mul(x, 1);
    const gradient = tensor([10, 10, 10]);
    const [dy, dx] = grad([y, select(y, 0, 1), slice(y, 0, 2)], [y, x], {
      gradOutputs: [gradient, tensor(5), tensor([7])],
    });
    expect(gradient.toArray()).toEqual([10, 10, 10]);
    expect(dy.toArray()).toEqual([10, 15, 17]);
    expect(dx.toArray()).toEqual([10, 15, 17]);
  });

  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    ["one part only", (x) => select(x, 0, 2), [0, 0, 1, 0]],
    ["parts that overlap", (x) => concat([slice(x, 0, 0, 3), slice(x, 0, 1, 4)]), [1, 2, 2, 1]],
    ["every second element", (x) => slice(x, 0, 0, 4, 2), [1, 0, 1, 0]],
    ["one row several times", (x) => indexSelect(x, 0, tensor(Int32Array.of(1, 1, 3))), [0, 2, 0, 1]],
    ["a part and the whole", (x) => add(mul(x, 10), select(x, 0, 0)), [14, 10, 10, 10]],
    ["pieces, of which one is left over", (x) => concat(split(x, 2).slice(0, 1)), [1, 1, 0, 0]],
    ["no rows", (x) => add(sum(slice(x, 0, 2, 2)), sum(x)), [1, 1, 1, 1]],
  ])("%s", (_, fn, expected) => {
    const w = parameter([1, 2, 3, 4]);
    backward(sum(fn(w)));
    expect(w.grad?.toArray()).toEqual(expected);
    expect(grad(sum(fn(w)), [w], { createGraph: true })[0].toArray()).toEqual(expected);
  });
});

describe("a rule that is wrong", () => {
  const suspect = (backwards: (g: Tensor) => readonly (Tensor | undefined)[]) =>
    defineFunction<void, undefined>({
      name: "suspect",
      forward: ([x]) => ({ outputs: [mul(x, 1)], saved: undefined }),
      backward: (_, [g]) => backwards(g as Tensor),
    })([parameter([1, 2])]);

  it("in shape, dtype or number of gradients is an error that names it", () => {
    const run = (backwards: (g: Tensor) => readonly (Tensor | undefined)[]) => () =>
      backward(sum(suspect(backwards)[0]));
    expect(run(() => [zeros([3])])).toThrow("suspect: the gradient of input 0 has shape [3], expected [2]");
    expect(run(() => [zeros([])])).toThrow("suspect: the gradient of input 0 has shape [], expected [2]");
    expect(run(() => [zeros([2], { dtype: "float64" })])).toThrow(
      "suspect: the gradient of input 0 is float64, expected float32",
    );
    expect(run(() => [])).toThrow("suspect: expected 1 gradients, one per input, got 0");
    expect(run((g) => [g, g])).toThrow("suspect: expected 1 gradients, one per input, got 2");
  });

  it("may leave broadcasting to the walker", () => {
    const w = parameter([1, 2]);
    const fn = defineFunction<void, undefined>({
      name: "repeat",
      forward: ([x]) => ({ outputs: [add(x, zeros([3, 2]))], saved: undefined }),
      backward: (_, [g]) => [g],
    });
    backward(sum(fn([w])[0]));
    expect(w.grad?.toArray()).toEqual([3, 3]);
  });
});

describe("a gradient after gather", () => {
  it("reaches only what was read", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
    ]);
    backward(sum(gather(w, 1, tensor(Int32Array.of(1, 0), { shape: [2, 1] }))));
    expect(w.grad?.toArray()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(Parameter.is(w)).toBe(true);
  });
});
