import {
  add,
  concat,
  matmul,
  mul,
  ones,
  reshape,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { GradientError } from "./errors.ts";
import { Parameter, parameter, requireGrad } from "./parameter.ts";
import { noGrad } from "./state.ts";

describe("backward", () => {
  it("fills the gradient of every parameter that the loss came from", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
    ]);
    const b = parameter([10, 20]);
    backward(sum(add(matmul(tensor([[1, -1]]), w), b)));
    expect(w.grad?.toArray()).toEqual([
      [1, 1],
      [-1, -1],
    ]);
    expect(b.grad?.toArray()).toEqual([1, 1]);
  });

  it("leaves parameters that the loss did not use without a gradient", () => {
    const [used, unused] = [parameter([1]), parameter([1])];
    mul(unused, 2);
    backward(mul(used, 3));
    expect(used.grad?.toArray()).toEqual([3]);
    expect(unused.grad).toBeUndefined();
  });

  it("starts from a given gradient when the output is not a single number", () => {
    const w = parameter([1, 2, 3]);
    backward(mul(w, w), { gradient: tensor([1, 10, 100]) });
    expect(w.grad?.toArray()).toEqual([2, 40, 600]);
  });

  it("starts from a single number of any rank, or from a scalar parameter itself", () => {
    const w = parameter([[[3]]]);
    backward(mul(w, w));
    expect(w.grad?.toArray()).toEqual([[[6]]]);
    const scalar = parameter(5);
    backward(scalar);
    expect(scalar.grad?.item()).toBe(1);
  });

  it("does not change the gradient that it was given", () => {
    const w = parameter([1, 2]);
    const gradient = tensor([1, 1]);
    backward(add(add(w, w), w), { gradient });
    backward(w, { gradient });
    expect(gradient.toArray()).toEqual([1, 1]);
    expect(w.grad?.toArray()).toEqual([4, 4]);
  });

  it("runs again over the same graph, and adds", () => {
    const w = parameter([2]);
    const loss = mul(w, w);
    backward(loss);
    backward(loss);
    expect(w.grad?.toArray()).toEqual([8]);
  });

  it("takes gradients in float64 for float64 parameters", () => {
    const w = parameter(tensor(Float64Array.of(1 / 3)));
    backward(mul(w, w));
    expect(w.grad?.dtype).toBe("float64");
    expect(w.grad?.item()).toBe(2 / 3);
  });

  it("takes the gradient of an output without values", () => {
    const w = parameter(zeros([0, 3]));
    backward(sum(mul(w, 2)));
    expect(w.grad?.shape).toEqual([0, 3]);
  });

  it("makes no graph of its own", () => {
    const w = parameter([2]);
    backward(mul(w, w));
    expect(w.grad?.node).toBeUndefined();
    expect(mul(w.grad as Tensor, 2).node).toBeUndefined();
  });

  it("refuses what it cannot differentiate, and says why", () => {
    const w = parameter([1, 2]);
    const y = mul(w, 2);
    expect(() => backward(y)).toThrow(
      "backward: expected a single number, got shape [2]; sum it, or pass its gradient",
    );
    expect(() => backward(y, { gradient: ones([3]) })).toThrow(
      "backward: the gradient of an output of shape [2] has shape [3]",
    );
    expect(() => backward(y, { gradient: ones([2], { dtype: "float64" }) })).toThrow(
      "backward: the gradient of a float32 output is float64",
    );
    expect(() => backward(3 as never)).toThrow("backward: expected a tensor, got number 3");
    expect(() => backward(sum(y), { keepGraph: true } as object)).toThrow("backward: unknown option keepGraph");
    for (const lost of [tensor(1), noGrad(() => sum(y))]) {
      expect(() => backward(lost)).toThrow(GradientError);
      expect(() => backward(lost)).toThrow("nothing that needs a gradient led to this tensor");
    }
  });

  it("gives an input that is no parameter no gradient of its own", () => {
    const x = requireGrad(tensor([1]));
    const w = parameter([2]);
    backward(mul(x, w));
    expect(w.grad?.toArray()).toEqual([1]);
    expect("grad" in x).toBe(false);
  });
});

describe("the gradients of a parameter", () => {
  it("add up over backward passes until zeroGrad", () => {
    const w = parameter([1, 2]);
    backward(sum(mul(w, 3)));
    backward(sum(mul(w, w)));
    expect(w.grad?.toArray()).toEqual([5, 7]);
  });

  it("are undefined from zeroGrad until a pass reaches it, and then use the same memory", () => {
    const w = parameter([1, 2]);
    backward(sum(mul(w, 3)));
    const first = w.grad;
    const buffer = first?.data;
    w.zeroGrad();
    expect(w.grad).toBeUndefined();
    backward(sum(mul(parameter([1]), 2)));
    expect(w.grad).toBeUndefined();
    backward(sum(mul(w, 7)));
    expect(w.grad).toBe(first);
    expect(w.grad?.data).toBe(buffer);
    expect(w.grad?.toArray()).toEqual([7, 7]);
  });

  it("notice when a kept graph used the old ones", () => {
    const w = parameter([1, 2]);
    backward(sum(mul(w, 3)));
    const scale = parameter([1]);
    const loss = sum(mul(scale, w.grad as Tensor));
    w.zeroGrad();
    backward(sum(mul(w, 7)));
    expect(() => backward(loss)).toThrow("was overwritten after mul ran");
  });

  it("of two parameters never share memory, even when one gradient reaches both", () => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4])];
    backward(sum(add(a, b)));
    expect(a.grad?.data).not.toBe(b.grad?.data);
    backward(sum(a));
    expect(a.grad?.toArray()).toEqual([2, 2]);
    expect(b.grad?.toArray()).toEqual([1, 1]);
  });

  it("add up over all uses of a shared parameter", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
    ]);
    const x = tensor([[1, 1]]);
    backward(sum(add(matmul(x, w), matmul(x, transpose(w)))));
    expect(w.grad?.toArray()).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it("count a parameter that is used a thousand times a thousand times", () => {
    const w = parameter([1, 2]);
    let total: Tensor = tensor([0, 0]);
    for (let i = 0; i < 1000; i++) total = add(total, mul(w, i));
    backward(sum(total));
    expect(w.grad?.toArray()).toEqual([499500, 499500]);
  });

  it("meet again where a value forked", () => {
    const w = parameter(tensor(Float64Array.of(0.3)));
    const h = tanh(w);
    const left = mul(h, 2);
    backward(mul(left, sub(h, left)));
    const y = Math.tanh(0.3);
    expect(w.grad?.item()).toBeCloseTo(-4 * y * (1 - y * y), 14);
  });
});

describe("gradients under way are never written through an alias", () => {
  it.each<[string, (w: Tensor) => Tensor, number[]]>([
    ["a value added to itself", (w) => add(w, w), [2, 2]],
    ["one gradient passed on to both operands, one of which gets more", (w) => add(add(w, w), add(w, w)), [4, 4]],
    ["views of one gradient", (w) => add(reshape(w, [2]), reshape(w, [2])), [2, 2]],
    ["a join of one value", (w) => concat([w, w, add(w, w)]), [4, 4]],
  ])("%s", (_, fn, expected) => {
    const w = parameter([1, 2]);
    backward(sum(fn(w)));
    expect(w.grad?.toArray()).toEqual(expected);
  });

  it("when the first of three users has a gradient that others still read", () => {
    const [a, b] = [parameter([1, 2]), parameter([5, 6])];
    const shared = add(a, b);
    backward(sum(add(add(shared, a), add(b, mul(a, 10)))));
    expect(a.grad?.toArray()).toEqual([12, 12]);
    expect(b.grad?.toArray()).toEqual([2, 2]);
  });
});

describe("parameter", () => {
  it("takes a tensor's values over and nested arrays as float32", () => {
    const values = tensor([1, 2]);
    expect(parameter(values).data).toBe(values.data);
    expect(parameter([1, 2]).dtype).toBe("float32");
    expect(parameter(7).shape).toEqual([]);
  });

  it("is a leaf, whatever its values came from", () => {
    const w = parameter([1]);
    const copy = parameter(mul(w, 2));
    backward(mul(copy, 3));
    expect(copy.grad?.toArray()).toEqual([3]);
    expect(w.grad).toBeUndefined();
  });

  it("is told from other tensors", () => {
    expect(Parameter.is(parameter([1]))).toBe(true);
    expect(Parameter.is(tensor([1]))).toBe(false);
    expect(Parameter.is(requireGrad(tensor([1])))).toBe(false);
    expect(Parameter.is(undefined)).toBe(false);
  });

  it("and requireGrad refuse what has no gradient", () => {
    const index = tensor([1], { dtype: "int32" });
    expect(() => parameter(index)).toThrow("parameter: gradients need float32 or float64, got int32; use cast");
    expect(() => requireGrad(index)).toThrow("requireGrad: gradients need float32 or float64, got int32; use cast");
    expect(() => requireGrad([1] as never)).toThrow("requireGrad: expected a tensor, got an array; use tensor(values)");
  });
});
