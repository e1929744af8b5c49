import {
  abstractOutput,
  add,
  cast,
  cos,
  exp,
  floor,
  mul,
  neg,
  type Op,
  sin,
  sub,
  sum,
  type Tensor,
  tensor,
  withEvaluator,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { defineFunction } from "./function.ts";
import { grad } from "./grad.ts";
import { jacobian } from "./jacobian.ts";
import type { BackwardRequest } from "./node.ts";
import { parameter, requireGrad } from "./parameter.ts";
import { isRecording, noGrad } from "./state.ts";
import { gradcheck, gradgradcheck } from "./testing/index.ts";

function float64(...values: number[]): Tensor {
  return tensor(Float64Array.from(values));
}

/** Sine and cosine of `a x + b`, with everything that a definition can have. */
function rotation(log: string[] = []) {
  return defineFunction<{ scale: number }, { s: Tensor; c: Tensor; a: Tensor; x: Tensor; scale: number }>({
    name: "rotation",
    forward: ([x, a, b], { scale }) => {
      log.push(`forward, recording ${isRecording()}`);
      const angle = mul(add(mul(a, x), b), scale);
      const [s, c] = [sin(angle), cos(angle)];
      return { outputs: [s, c], saved: { s, c, a, x, scale } };
    },
    backward: ({ s, c, a, x, scale }, [gs, gc], { needs }) => {
      log.push(`backward, recording ${isRecording()}, sine ${gs !== undefined}, cosine ${gc !== undefined}`);
      const zero = mul(s, 0);
      const angle = mul(sub(mul(gs ?? zero, c), mul(gc ?? zero, s)), scale);
      return [needs[0] ? mul(angle, a) : undefined, needs[1] ? mul(angle, x) : undefined, angle];
    },
    plain: ([x, a, b], { scale }) => {
      log.push(`plain, recording ${isRecording()}`);
      const angle = mul(add(mul(a, x), b), scale);
      return [sin(angle), cos(angle)];
    },
  });
}

const x = float64(0.3, -1.1);
const a = float64(0.7, 2);
const b = float64(0.1, 0.4);

describe("defineFunction", () => {
  it("has right gradients for several outputs and inputs, of first and second order", () => {
    const rotate = rotation();
    expect(gradcheck((x, a, b) => rotate([x, a, b], { scale: 1.5 }), [x, a, b])).toBeLessThan(1e-6);
    expect(gradgradcheck((x, a, b) => rotate([x, a, b], { scale: 1.5 }), [x, a, b])).toBeLessThan(1e-6);
  });

  it("runs forward without recording and backward without the plain form", () => {
    const log: string[] = [];
    const input = requireGrad(x);
    const [s, c] = rotation(log)([input, a, b], { scale: 1 });
    const loss = sum(add(s, c));
    expect(log).toEqual(["forward, recording false"]);
    grad(loss, [input]);
    expect(log.slice(1)).toEqual(["backward, recording false, sine true, cosine true"]);
  });

  it("gives backward no gradient for an output that did not reach the loss", () => {
    const log: string[] = [];
    const input = requireGrad(x);
    const [s, c] = rotation(log)([input, a, b], { scale: 1 });
    expect(grad(sum(c), [input])[0].toArray()).toEqual(neg(mul(s, a)).toArray());
    expect(log.at(-1)).toBe("backward, recording false, sine false, cosine true");
  });

  it("is not run backward when none of its outputs reached the loss", () => {
    const log: string[] = [];
    const input = requireGrad(x);
    rotation(log)([input, a, b], { scale: 1 });
    grad(sum(mul(input, 2)), [input]);
    expect(log).toEqual(["forward, recording false"]);
  });

  it("says which gradients are needed, whether a graph is wanted, and whether another pass follows", () => {
    const requests: BackwardRequest[] = [];
    const fn = defineFunction<void, undefined>({
      name: "asks",
      forward: ([p, q, r]) => ({ outputs: [add(p, add(q, r))], saved: undefined }),
      backward: (_, [g], request) => {
        requests.push(request);
        return [g, g, g];
      },
    });
    const [p, q] = [parameter([1]), requireGrad(tensor([2]))];
    const [y] = fn([p, q, tensor([3])]);
    backward(y);
    grad(y, [q], { retain: true });
    backward(y, { retain: true });
    jacobian((z) => fn([z, z, tensor([1])])[0], tensor([2]));
    jacobian((z) => fn([add(z, tensor([1, 2])), z, tensor([1])])[0], tensor([2]));
    const request = (needs: boolean[], retain: boolean) => ({ needs, createGraph: false, retain });
    expect(requests).toEqual([
      request([true, true, false], false),
      request([false, true, false], true),
      request([true, true, false], true),
      request([true, true, false], false),
      request([true, true, false], true),
      request([true, true, false], false),
    ]);
  });

  it("adds up the gradients of an input that is given twice", () => {
    const w = parameter([3]);
    const product = defineFunction<void, readonly Tensor[]>({
      name: "product",
      forward: ([p, q]) => ({ outputs: [mul(p, q)], saved: [p, q] }),
      backward: ([p, q], [g]) => (g ? [mul(g, q), mul(g, p)] : [undefined, undefined]),
    });
    backward(product([w, w])[0]);
    expect(w.grad?.toArray()).toEqual([6]);
  });

  it("treats a gradient that backward leaves out as none", () => {
    const silent = defineFunction<void, undefined>({
      name: "silent",
      forward: ([p]) => ({ outputs: [mul(p, 1)], saved: undefined }),
      backward: () => [undefined],
    });
    const w = parameter([1]);
    const [y] = silent([w]);
    backward(y);
    expect(w.grad).toBeUndefined();
    expect(grad(y, [w], { unused: "zeros" })[0].toArray()).toEqual([0]);
  });

  it("may hand an input through: its node stays, and the output has one of its own", () => {
    const through = defineFunction<void, undefined>({
      name: "through",
      forward: ([p]) => ({ outputs: [p, mul(p, 2)], saved: undefined }),
      backward: (_, [g, twice]) => [add(g ? mul(g, 100) : tensor([0]), twice ? mul(twice, 2) : tensor([0]))],
    });
    const input = requireGrad(tensor([5]));
    const node = input.node;
    const [same, twice] = through([input]);
    expect(input.node).toBe(node);
    expect(same.node).not.toBe(node);
    expect(same.data).toBe(input.data);
    expect(grad(add(same, mul(twice, 10)), [input])[0].toArray()).toEqual([120]);
    expect(grad(input, [input])[0].toArray()).toEqual([1]);
  });

  it("gives indices and masks no gradient", () => {
    const parts = defineFunction<void, undefined>({
      name: "parts",
      forward: ([p]) => ({ outputs: [cast(floor(p), "int32"), sub(p, floor(p))], saved: undefined }),
      backward: (_, [whole, rest]) => {
        expect(whole).toBeUndefined();
        return [rest];
      },
    });
    const w = parameter([2.5]);
    const [whole, rest] = parts([w]);
    expect(whole.node).toBeUndefined();
    backward(mul(rest, cast(whole, "float32")));
    expect(w.grad?.toArray()).toEqual([2]);
  });

  it("makes no node when nothing needs a gradient, or inside noGrad", () => {
    const rotate = rotation();
    for (const output of rotate([x, a, b], { scale: 1 })) expect(output.node).toBeUndefined();
    for (const output of noGrad(() => rotate([parameter(x), a, b], { scale: 1 }))) expect(output.node).toBeUndefined();
  });
});

describe("the plain form", () => {
  it("is run, recorded, when the gradient must be differentiable", () => {
    const log: string[] = [];
    const input = requireGrad(x);
    const [s] = rotation(log)([input, a, b], { scale: 2 });
    const [first] = grad(sum(s), [input], { createGraph: true });
    expect(log).toEqual(["forward, recording false", "plain, recording true"]);
    expect(first.node).toBeDefined();
    const [second] = grad(sum(first), [input]);
    const expected = mul(neg(s), mul(mul(a, 2), mul(a, 2)));
    for (const [i, value] of second.data.entries()) expect(value).toBeCloseTo(expected.data[i], 14);
  });

  it("counts direct uses only when one input was computed from another", () => {
    const product = defineFunction<void, readonly Tensor[]>({
      name: "product",
      forward: ([p, q]) => ({ outputs: [mul(p, q)], saved: [p, q] }),
      backward: ([p, q], [g]) => (g ? [mul(g, q), mul(g, p)] : [undefined, undefined]),
      plain: ([p, q]) => [mul(p, q)],
    });
    const input = requireGrad(float64(0.5));
    const [y] = product([input, mul(input, input)]);
    const [first] = grad(y, [input], { createGraph: true });
    expect(first.item()).toBeCloseTo(3 * 0.25, 15);
    const [second] = grad(first, [input], { createGraph: true });
    expect(second.item()).toBeCloseTo(6 * 0.5, 15);
    expect(grad(second, [input])[0].item()).toBeCloseTo(6, 15);
  });

  it("is what a tracer sees, forward and backward", () => {
    const log: string[] = [];
    const ops: string[] = [];
    const tracer = (op: Op, inputs: readonly Tensor[], attrs: unknown) => {
      ops.push(op.name);
      return abstractOutput(op, inputs, attrs);
    };
    const input = requireGrad(x);
    const rotate = rotation(log);
    withEvaluator(tracer, () => grad(sum(rotate([input, a, b], { scale: 1 })[0]), [input]));
    expect(log).toEqual(["plain, recording true"]);
    expect(ops).toContain("sin");
    // Made by values, differentiated under the tracer: the hand-written gradient would read them.
    const [s] = rotate([input, a, b], { scale: 1 });
    ops.length = 0;
    const [traced] = withEvaluator(tracer, () => grad(s, [input], { gradOutputs: [s] }));
    expect(log.slice(1)).toEqual(["forward, recording false", "plain, recording true"]);
    expect(ops).toEqual(expect.arrayContaining(["identity", "sin", "cos", "mul"]));
    expect(traced.storage.data).toBeUndefined();
    expect(traced.node).toBeUndefined();
  });

  it("gives zeros for what it does not depend on", () => {
    const first = defineFunction<void, undefined>({
      name: "first",
      forward: ([p]) => ({ outputs: [mul(p, 2)], saved: undefined }),
      backward: (_, [g]) => [g && mul(g, 2), undefined],
      plain: ([p]) => [mul(p, 2)],
    });
    const [p, q] = [requireGrad(tensor([1])), requireGrad(tensor([1, 2]))];
    const [dp, dq] = grad(first([p, q])[0], [p, q], { createGraph: true });
    expect(dp.toArray()).toEqual([2]);
    expect(dq.toArray()).toEqual([0, 0]);
    const constant = defineFunction<void, undefined>({
      name: "constant",
      forward: ([z]) => ({ outputs: [exp(mul(z, 0))], saved: undefined }),
      backward: (_, [g]) => [g && mul(g, 0)],
      plain: () => [tensor([1])],
    });
    expect(grad(constant([p])[0], [p], { createGraph: true })[0].toArray()).toEqual([0]);
  });

  it("is missed by name where it is needed", () => {
    const hand = defineFunction<void, Tensor>({
      name: "handmade",
      forward: ([z]) => ({ outputs: [exp(z)], saved: z }),
      backward: (z, [g]) => [g && mul(g, exp(z))],
    });
    const [y] = hand([requireGrad(x)]);
    const input = requireGrad(x);
    expect(() => grad(sum(hand([input])[0]), [input], { createGraph: true })).toThrow(
      "handmade: has no second derivative, it has no plain form",
    );
    expect(() => withEvaluator(abstractOutput, () => hand([input]))).toThrow(
      "handmade: cannot be traced, it has no plain form",
    );
    expect(() => withEvaluator(abstractOutput, () => backward(sum(y)))).toThrow(
      "handmade: its gradient cannot be traced, it has no plain form",
    );
  });
});
