import {
  abstractOutput,
  add,
  defaultGenerator,
  Generator,
  less,
  manualSeed,
  matmul,
  mul,
  mutate,
  randn,
  runtime,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  uniform,
  where,
  withEvaluator,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { checkpoint } from "./checkpoint.ts";
import { GradientError } from "./errors.ts";
import { grad } from "./grad.ts";
import type { GraphNode } from "./node.ts";
import { type Parameter, parameter, requireGrad } from "./parameter.ts";
import { isRecording, noGrad } from "./state.ts";
import { gradcheck, gradgradcheck } from "./testing/index.ts";
import { reachable } from "./walk.ts";

function drawn(shape: number[], seed: number): Tensor {
  return randn(shape, { dtype: "float64", generator: new Generator(seed) });
}

function dropout(x: Tensor, generator?: Generator): Tensor {
  return where(less(uniform(x.shape, { generator }), 0.5), mul(x, 2), 0);
}

function nodesBelow(output: Tensor): number {
  return reachable([output.node as GraphNode]).length;
}

/** Runs a network of three blocks with or without checkpoints, and gives all that can be compared. */
function train(
  block: (h: Tensor, w: Parameter, i: number) => Tensor,
  wrap: (fn: (h: Tensor) => Tensor, h: Tensor) => Tensor,
) {
  manualSeed(7);
  const weights = [1, 2, 3].map((seed) => parameter(drawn([4, 4], seed)));
  const input = requireGrad(drawn([2, 4], 4));
  let h = input;
  for (const [i, w] of weights.entries()) h = wrap((x) => block(x, w, i), h);
  const loss = sum(mul(h, h));
  const after = defaultGenerator().state();
  const [first] = grad(loss, [input]);
  backward(loss);
  return {
    loss: loss.item(),
    input: first.toArray(),
    gradients: weights.map((w) => w.grad?.toArray()),
    position: defaultGenerator().state(),
    after,
    nodes: nodesBelow(loss),
  };
}

const plainly = (fn: (h: Tensor) => Tensor, h: Tensor) => fn(h);
const checkpointed = (fn: (h: Tensor) => Tensor, h: Tensor) => checkpoint(fn, h);

describe("checkpoint gives bit-equal gradients", () => {
  const layer = (h: Tensor, w: Parameter) => tanh(matmul(tanh(matmul(h, w)), w));
  const explicit = (generator: Generator) => (h: Tensor, w: Parameter) => dropout(layer(h, w), generator);
  const cases: [string, () => (h: Tensor, w: Parameter, i: number) => Tensor][] = [
    ["of plain layers", () => layer],
    ["with draws from the default generator", () => (h, w) => dropout(layer(dropout(h), w))],
    ["with draws from a generator of its own", () => explicit(new Generator(3))],
    [
      "with checkpoints inside, which draw too",
      () => (h, w) => dropout(checkpoint((x) => dropout(layer(dropout(x), w)), dropout(h))),
    ],
    [
      "with a gradient taken inside",
      () => (h, w) => {
        const y = sum(tanh(matmul(dropout(h), w)));
        return add(h, mul(grad(y, [w], { createGraph: true })[0].shape.length, layer(h, w)));
      },
    ],
  ];

  it.each(cases)("%s", (_, make) => {
    const { nodes: fewer, ...again } = train(make(), checkpointed);
    const { nodes: all, ...plain } = train(make(), plainly);
    expect(again).toEqual(plain);
    expect(again.gradients.every((g) => g !== undefined)).toBe(true);
    expect(fewer).toBeLessThan(all);
  });

  it("and leaves generators where forward left them", () => {
    const { after, position } = train((h, w) => dropout(layer(h, w)), checkpointed);
    expect(position).toEqual(after);
    const generator = new Generator(3);
    const x = requireGrad(drawn([8], 1));
    const y = checkpoint((z) => dropout(z, generator), x);
    const before = generator.state();
    grad(sum(y), [x]);
    grad(sum(y), [x]);
    expect(generator.state()).toEqual(before);
    expect(generator.seed).toBe(3);
  });

  it("however often it is asked", () => {
    const x = requireGrad(drawn([16], 1));
    const y = sum(checkpoint((z) => dropout(z), x));
    expect(grad(y, [x])[0].toArray()).toEqual(grad(y, [x])[0].toArray());
  });
});

describe("checkpoint", () => {
  it("keeps one node for each output, whatever runs inside", () => {
    const x = requireGrad(tensor([1, 2]));
    const deep = (n: number) => (z: Tensor) => {
      let h = z;
      for (let i = 0; i < n; i++) h = tanh(h);
      return h;
    };
    expect(nodesBelow(checkpoint(deep(50), x))).toBe(nodesBelow(checkpoint(deep(2), x)));
    expect(nodesBelow(deep(50)(x))).toBe(51);
  });

  it("runs its function once forward, and once for each backward pass", () => {
    let runs = 0;
    const x = requireGrad(tensor([1]));
    const y = checkpoint((z) => {
      runs++;
      return mul(z, z);
    }, x);
    expect(runs).toBe(1);
    grad(y, [x]);
    expect(runs).toBe(2);
    grad(y, [x]);
    expect(runs).toBe(3);
  });

  it("takes several inputs, returns several outputs, and reaches parameters used inside", () => {
    const w = parameter(drawn([3], 1));
    const [x, y] = [requireGrad(drawn([3], 2)), requireGrad(drawn([3], 3))];
    const fn = (a: Tensor, b: Tensor) => [mul(tanh(mul(a, w)), b), add(a, mul(b, w))] as const;
    const total = ([p, q]: readonly Tensor[]) => sum(add(mul(p, 2), mul(q, q)));
    const plain = grad(total(fn(x, y)), [x, y, w]).map((g) => g.toArray());
    expect(grad(total(checkpoint(fn, x, y)), [x, y, w]).map((g) => g.toArray())).toEqual(plain);
    const [only] = checkpoint(fn, x, y);
    expect(grad(sum(only), [x])[0].toArray()).toEqual(grad(sum(fn(x, y)[0]), [x])[0].toArray());
  });

  it("hands through inputs, parameters and constants with the nodes that they have", () => {
    const w = parameter([3]);
    const [x, y] = [requireGrad(tensor([1])), requireGrad(tensor([2]))];
    const constant = tensor([9]);
    const outputs = checkpoint((a, b) => [tanh(a), b, w, constant], x, y);
    expect(outputs.slice(1)).toEqual([y, w, constant]);
    expect(outputs[1].node).toBe(y.node);
    const loss = sum(add(add(outputs[0], mul(outputs[1], 5)), mul(outputs[2], outputs[3])));
    expect(grad(loss, [y, w]).map((g) => g.item())).toEqual([5, 9]);
    expect(checkpoint((a) => a, x)).toBe(x);
  });

  it("makes no node without recording, or when nothing inside needs a gradient", () => {
    const x = requireGrad(tensor([1]));
    expect(noGrad(() => checkpoint((z) => tanh(z), x)).node).toBeUndefined();
    expect(checkpoint((z) => tanh(z), tensor([1])).node).toBeUndefined();
  });

  it("has right first and second derivatives", () => {
    const w = parameter(drawn([3, 3], 1));
    const fn = (x: Tensor) =>
      checkpoint(
        (h) =>
          tanh(
            matmul(
              checkpoint((z) => tanh(matmul(z, w)), h),
              w,
            ),
          ),
        x,
      );
    const x = drawn([2, 3], 2);
    expect(gradcheck(fn, [x, w])).toBeLessThan(1e-6);
    expect(gradgradcheck(fn, [x, w], { projections: 1 })).toBeLessThan(1e-6);
  });

  it("stops at what was there before: a row of checkpoints does not walk the graph below each", () => {
    const visits = (count: number) => {
      const x = mul(parameter(tensor([0.5])), 1);
      const node = x.node as GraphNode & { kind: "op" };
      const { parents } = node;
      let seen = 0;
      Object.defineProperty(node, "parents", {
        get: () => {
          seen++;
          return parents;
        },
      });
      const w = parameter([0.9]);
      let h = x;
      for (let i = 0; i < count; i++) h = checkpoint((z) => tanh(mul(z, w)), h);
      backward(h);
      return seen;
    };
    expect(visits(40)).toBe(visits(4));
  });

  it("restores recording and throws what its function throws", () => {
    const x = requireGrad(tensor([1]));
    let broken = false;
    const fn = (z: Tensor) => {
      if (broken) throw new Error("inside");
      return mul(z, 2);
    };
    const y = checkpoint(fn, x);
    broken = true;
    expect(() => checkpoint(fn, x)).toThrow("inside");
    expect(() => grad(y, [x])).toThrow("inside");
    expect(isRecording()).toBe(true);
    expect(runtime().blocks).toBeUndefined();
  });

  it("refuses a function that returns a promise, or that does something else the second time", () => {
    const x = requireGrad(tensor([1]));
    expect(() => checkpoint((async (z: Tensor) => z) as never, x)).toThrow(
      "checkpoint: the function returned a promise",
    );
    let runs = 0;
    const fickle = checkpoint((z) => (runs++ === 0 ? mul(z, 2) : zeros([1])), x);
    expect(() => grad(fickle, [x])).toThrow(GradientError);
    const greedy = checkpoint((z) => (runs++ > 2 ? mul(dropout(z), dropout(z)) : dropout(z)), x);
    runs = 3;
    expect(() => grad(greedy, [x])).toThrow("drew more often than the first time");
  });

  it("notices an input or a parameter that was overwritten before it ran again", () => {
    const w = parameter([2]);
    w.label = "gate";
    const x = requireGrad(tensor([1]));
    const first = checkpoint((z) => add(z, w), x);
    const second = checkpoint((z) => sub(z, 1), x);
    mutate(w, (data) => data.fill(5));
    expect(() => backward(first)).toThrow("backward: parameter gate, used by checkpoint, was overwritten");
    mutate(x, (data) => data.fill(5));
    expect(() => grad(second, [x])).toThrow("backward: a tensor of shape [1], used by checkpoint, was overwritten");
  });

  it("can be traced, forward and backward", () => {
    const w = parameter(drawn([3, 3], 1));
    const x = requireGrad(drawn([2, 3], 2));
    const ops: string[] = [];
    const gradients = withEvaluator(
      (op, inputs, attrs) => {
        ops.push(op.name);
        return abstractOutput(op, inputs, attrs);
      },
      () => grad(sum(checkpoint((z) => tanh(matmul(z, w)), x)), [x, w]),
    );
    expect(gradients.map((g) => g.shape)).toEqual([
      [2, 3],
      [3, 3],
    ]);
    expect(ops.filter((op) => op === "tanh").length).toBe(2);
    expect(gradients.every((g) => g.storage.data === undefined)).toBe(true);
  });
});
