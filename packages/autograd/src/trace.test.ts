import {
  abstractOutput,
  add,
  chunk,
  type Evaluator,
  logSoftmax,
  matmul,
  max,
  mul,
  type Op,
  select,
  sigmoid,
  slice,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  unbind,
  withEvaluator,
  zeros,
} from "@unroll/tensor";
import { opSamples } from "@unroll/tensor/testing";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { grad } from "./grad.ts";
import { parameter, requireGrad } from "./parameter.ts";

/** An evaluator that only notes which ops it saw: its tensors have shapes and no values. */
function tracer(): { evaluator: Evaluator; ops: string[]; take: () => string[] } {
  const ops: string[] = [];
  return {
    ops,
    take: () => ops.splice(0),
    evaluator: (op: Op, inputs, attrs) => {
      ops.push(op.name);
      return abstractOutput(op, inputs, attrs);
    },
  };
}

/** An input without values. */
function abstract(shape: number[], dtype: "float32" | "float64" = "float32"): Tensor {
  const x = withEvaluator(abstractOutput, () => zeros(shape, { dtype }));
  return requireGrad(x);
}

describe("grad under a tracer", () => {
  it("makes a trace of the gradient, without values", () => {
    const { evaluator, take } = tracer();
    const w = parameter(zeros([3, 3]));
    const [x, h] = [abstract([2, 3]), abstract([2, 3])];
    withEvaluator(evaluator, () => {
      const next = tanh(add(x, matmul(h, w)));
      expect(take()).toEqual(["matmul", "add", "tanh"]);
      const gradients = grad(next, [x, h, w], { gradOutputs: [zeros([2, 3])] });
      expect(take()).toEqual([
        // the gradient to start from
        "full",
        // g (1 - y²)
        "tanhGrad",
        // g wᵀ and hᵀ g
        "matmul",
        "matmul",
      ]);
      expect(gradients.map((g) => g.shape)).toEqual([
        [2, 3],
        [2, 3],
        [3, 3],
      ]);
      expect(gradients.every((g) => g.storage.data === undefined && g.node === undefined)).toBe(true);
    });
  });

  it("adds gradients by ops, where values are added in place otherwise", () => {
    const { evaluator, take } = tracer();
    const x = abstract([4, 2]);
    withEvaluator(evaluator, () => {
      const parts = unbind(x);
      const loss = sum(add(add(parts[0], parts[1]), mul(parts[2], parts[0])));
      take();
      const [dx] = grad(loss, [x]);
      const ops = take();
      expect(ops.filter((op) => op === "pad").length).toBe(3);
      expect(ops.filter((op) => op === "add").length).toBeGreaterThanOrEqual(3);
      expect(dx.shape).toEqual([4, 2]);
    });
  });

  it("makes the same ops whatever the sizes are", () => {
    const { evaluator, take } = tracer();
    const run = (batch: number) => {
      const w = parameter(zeros([3, 4]));
      const h = abstract([batch, 3]);
      withEvaluator(evaluator, () => {
        const [i, g] = chunk(matmul(h, w), 2, -1);
        grad(sum(mul(sigmoid(i), tanh(g))), [h, w], { createGraph: true });
      });
      return take();
    };
    expect(run(7)).toEqual(run(2));
    expect(run(7).length).toBeGreaterThan(10);
  });

  it("is differentiated twice", () => {
    const { evaluator } = tracer();
    const x = abstract([3]);
    withEvaluator(evaluator, () => {
      const [first] = grad(sum(tanh(x)), [x], { createGraph: true });
      const [second] = grad(sum(mul(first, first)), [x]);
      expect(second.shape).toEqual([3]);
    });
  });

  const samples = Object.entries(opSamples()).flatMap(([op, list]) =>
    list.filter((sample) => sample.differentiable).map((sample) => ({ name: `${op}: ${sample.label}`, sample })),
  );

  it.each(samples)("reads no values: $name", ({ sample: { call, inputs } }) => {
    const leaves = inputs.map((x) => {
      const hollow = withEvaluator(abstractOutput, () => zeros(x.shape, { dtype: x.dtype }));
      return x.dtype === "float64" ? requireGrad(hollow) : hollow;
    });
    const wanted = leaves.filter((x) => x.node !== undefined);
    const gradients = withEvaluator(abstractOutput, () => {
      const output = call(...leaves);
      const gradOutputs = [zeros(output.shape, { dtype: "float64" })];
      const first = grad(output, wanted, { gradOutputs, createGraph: true, unused: "zeros" });
      const connected = first.filter((g) => g.node !== undefined);
      if (connected.length > 0)
        grad(
          connected.map((g) => sum(g)),
          wanted,
          { unused: "zeros" },
        );
      return first;
    });
    expect(gradients.map((g) => g.shape)).toEqual(wanted.map((x) => x.shape));
    for (const gradient of gradients) expect(gradient.storage.data).toBeUndefined();
  });

  it("leaves the next run, with values, as it was", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
    ]);
    withEvaluator(abstractOutput, () => grad(sum(mul(select(w, 0, 0), slice(w, 0, 1))), [w]));
    backward(sub(sum(stack([logSoftmax(w, 1), w])), max(w)));
    expect(w.grad?.shape).toEqual([2, 2]);
    expect(w.grad?.data.every(Number.isFinite)).toBe(true);
    expect(() => withEvaluator(abstractOutput, () => sum(w).item())).toThrow("has no values");
    expect(tensor([1]).item()).toBe(1);
  });
});
