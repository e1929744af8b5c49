import {
  add,
  exp,
  identity,
  matmul,
  mul,
  ones,
  pow,
  relu,
  select,
  sin,
  sum,
  type Tensor,
  tanh,
  tensor,
  where,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { grad } from "./grad.ts";
import { parameter, requireGrad } from "./parameter.ts";
import { noGrad } from "./state.ts";

function float64(...values: number[]): Tensor {
  return tensor(Float64Array.from(values));
}

describe("grad", () => {
  it("returns gradients of inputs and of parameters, and leaves .grad alone", () => {
    const w = parameter([2, 3]);
    backward(sum(w));
    const x = requireGrad(tensor([5, 7]));
    const [dx, dw] = grad(sum(mul(w, x)), [x, w]);
    expect(dx.toArray()).toEqual([2, 3]);
    expect(dw.toArray()).toEqual([5, 7]);
    expect(w.grad?.toArray()).toEqual([1, 1]);
    const untouched = parameter([1]);
    grad(mul(untouched, 2), [untouched]);
    expect(untouched.grad).toBeUndefined();
  });

  it("returns the gradients of hidden states on the way", () => {
    const w = parameter(float64(0.5));
    const states = [requireGrad(float64(0.1))];
    for (let t = 0; t < 4; t++) states.push(tanh(mul(w, states[t])));
    const gradients = grad(sum(states[4]), states);
    let expected = 1;
    for (let t = 4; t >= 0; t--) {
      expect(gradients[t].item()).toBeCloseTo(expected, 15);
      expected *= 0.5 * (1 - states[t].item() * states[t].item());
    }
  });

  it("tells a value from its identity: uses of each count for each alone", () => {
    const h = mul(requireGrad(tensor([2])), 1);
    const handedOn = identity(h);
    const loss = add(mul(handedOn, 3), mul(h, 10));
    const [total, state] = grad(loss, [h, handedOn]);
    expect(total.toArray()).toEqual([13]);
    expect(state.toArray()).toEqual([3]);
  });

  it("gives an output itself the gradient it starts from", () => {
    const x = requireGrad(tensor([1, 2]));
    const y = mul(x, 3);
    const gradOutputs = [tensor([5, 6])];
    expect(grad(y, [y], { gradOutputs })[0].toArray()).toEqual([5, 6]);
    expect(grad(x, [x], { gradOutputs })[0].toArray()).toEqual([5, 6]);
  });

  it("answers an input that is asked for twice twice", () => {
    const x = requireGrad(tensor([3]));
    expect(grad(mul(x, x), [x, x]).map((g) => g.item())).toEqual([6, 6]);
  });

  it("adds up several outputs, weighted by their gradients", () => {
    const x = requireGrad(tensor([1, 2]));
    const [dx] = grad([mul(x, x), sum(x), mul(x, x)], [x], {
      gradOutputs: [tensor([1, 1]), tensor(10), tensor([0, 1])],
    });
    expect(dx.toArray()).toEqual([12, 18]);
    const y = sum(mul(x, 2));
    expect(grad([y, y], [x])[0].toArray()).toEqual([4, 4]);
    expect(grad([mul(x, 2), sum(x)], [x], { gradOutputs: [ones([2]), undefined] })[0].toArray()).toEqual([3, 3]);
  });

  it("differentiates again when asked to make a graph", () => {
    const x = requireGrad(float64(0.7));
    const [first] = grad(sin(x), [x], { createGraph: true });
    const [second] = grad(first, [x], { createGraph: true });
    const [third] = grad(second, [x]);
    expect(first.item()).toBe(Math.cos(0.7));
    expect(second.item()).toBe(-Math.sin(0.7));
    expect(third.item()).toBe(-Math.cos(0.7));
    expect(third.node).toBeUndefined();
  });

  it("lets a loss hold a gradient: a gradient penalty reaches the parameters", () => {
    const w = parameter(float64(0.5, -1));
    const x = requireGrad(float64(2, 3));
    const [slope] = grad(sum(mul(mul(w, w), x)), [x], { createGraph: true });
    backward(sum(mul(slope, slope)));
    expect(w.grad?.toArray()).toEqual([4 * 0.5 * 0.5 * 0.5, -4]);
  });

  it("makes no graph unless asked to", () => {
    const x = requireGrad(tensor([1]));
    expect(grad(exp(x), [x])[0].node).toBeUndefined();
  });

  it("makes a graph when asked to, also inside noGrad", () => {
    const x = requireGrad(tensor([3]));
    const y = mul(x, x);
    const [first] = noGrad(() => grad(y, [x], { createGraph: true }));
    expect(grad(first, [x])[0].item()).toBe(2);
  });

  it("says which input has no path to the outputs, or gives zeros", () => {
    const [x, other] = [requireGrad(tensor([1, 2])), requireGrad(tensor([[3]]))];
    const y = sum(mul(x, 2));
    expect(() => grad(y, [x, other])).toThrow("grad: input 1 of shape [1, 1] has no path to the outputs");
    expect(() => grad(y, [tensor([1, 2])])).toThrow(
      "grad: input 0 of shape [2] needs no gradient; wrap it in requireGrad before using it",
    );
    const [dx, none, constant] = grad(y, [x, other, tensor([1], { dtype: "float64" })], { unused: "zeros" });
    expect(dx.toArray()).toEqual([2, 2]);
    expect(none.toArray()).toEqual([[0]]);
    expect(constant.dtype).toBe("float64");
    expect(constant.toArray()).toEqual([0]);
  });

  it("does not wander into what leads to no input", () => {
    const x = requireGrad(tensor([1]));
    const w = parameter([2]);
    const unrelated = where(tensor([true]), mul(w, w), 0);
    expect(grad(add(mul(x, 3), unrelated), [x])[0].toArray()).toEqual([3]);
    expect(w.grad).toBeUndefined();
  });

  it("refuses wrong arguments", () => {
    const x = requireGrad(tensor([1, 2]));
    const y = mul(x, 2);
    expect(() => grad(y, [x])).toThrow("grad: expected a single number, got shape [2]");
    expect(() => grad(sum(y), x as never)).toThrow("grad: expected an array of input tensors, got a tensor");
    expect(() => grad(sum(y), [1 as never])).toThrow("grad: inputs: expected a tensor, got number 1");
    expect(() => grad(tensor(1), [x])).toThrow("grad: nothing that needs a gradient led to this tensor");
    expect(() => grad([sum(y), sum(y)], [x], { gradOutputs: [tensor(1)] })).toThrow(
      "grad: expected 2 gradOutputs, one for each output, got 1",
    );
    expect(() => grad(sum(y), [x], { unused: "maybe" as never })).toThrow(
      'unused must be "error" or "zeros", got string "maybe"',
    );
    expect(() => grad(sum(y), [x], { create_graph: true } as object)).toThrow("did you mean createGraph?");
  });

  it("returns nothing for no inputs", () => {
    expect(grad(mul(requireGrad(tensor(1)), 2), [])).toEqual([]);
  });

  it("leaves gradients that it returned alone when it runs again", () => {
    const x = requireGrad(tensor([1, 2]));
    const parts = [select(x, 0, 0), select(x, 0, 1), select(x, 0, 0)];
    const y = parts.reduce((a, b) => add(a, b));
    const [first] = grad(y, [x]);
    const [second] = grad(y, [x]);
    expect(first.toArray()).toEqual([2, 1]);
    expect(second.toArray()).toEqual([2, 1]);
    expect(first.data).not.toBe(second.data);
  });

  it("holds a rule of any order to the shapes of a batch of matrix products", () => {
    const a = requireGrad(
      tensor(
        Float64Array.from({ length: 12 }, (_, i) => i / 5),
        { shape: [2, 2, 3] },
      ),
    );
    const b = requireGrad(
      tensor(
        Float64Array.from({ length: 6 }, (_, i) => 1 - i / 3),
        { shape: [3, 2] },
      ),
    );
    const [da, db] = grad(sum(pow(matmul(a, b), 2)), [a, b], { createGraph: true });
    expect(da.shape).toEqual([2, 2, 3]);
    expect(db.shape).toEqual([3, 2]);
    const [twice] = grad(sum(add(sum(mul(da, da)), sum(relu(db)))), [b]);
    expect(twice.shape).toEqual([3, 2]);
  });
});
