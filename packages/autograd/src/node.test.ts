import {
  add,
  assign,
  type Dims,
  div,
  exp,
  gather,
  indexAdd,
  indexSelect,
  log,
  matmul,
  max,
  mul,
  mutate,
  neg,
  reshape,
  scatterAdd,
  select,
  sigmoid,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  where,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { backward } from "./backward.ts";
import { StaleTensorError } from "./errors.ts";
import { defineFunction } from "./function.ts";
import { grad } from "./grad.ts";
import { parameter, requireGrad } from "./parameter.ts";

function overwrite(x: Tensor): void {
  mutate(x, (data) => data.fill(1));
}

function message(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (StaleTensorError.is(error)) return error.message;
    throw error;
  }
  return "nothing was stale";
}

describe("a value that backward needs and that was overwritten", () => {
  it("is an error that names the parameter and the op", () => {
    const w = parameter([2, 3]);
    w.label = "lstm.weight_ih_l0";
    const loss = sum(mul(w, w));
    overwrite(w);
    expect(message(() => backward(loss))).toBe(
      "backward: parameter lstm.weight_ih_l0, input 1 of mul, was overwritten after mul ran; call backward before changing it, or run the forward pass again",
    );
  });

  it("is named by its shape when it has no other name", () => {
    const w = parameter([2, 3]);
    const x = requireGrad(tensor([1, 1]));
    const loss = sum(mul(w, x));
    overwrite(w);
    expect(message(() => grad(loss, [x]))).toContain("parameter of shape [2], input 0 of mul,");
    const constant = tensor([2, 3]);
    const other = sum(mul(constant, x));
    overwrite(constant);
    expect(message(() => grad(other, [x]))).toContain("a tensor of shape [2], input 0 of mul,");
  });

  it("is recognised through a view of a parameter", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
    ]);
    w.label = "table";
    const loss = sum(mul(reshape(select(w, 0, 1), [2, 1]), w));
    overwrite(w);
    expect(message(() => backward(loss))).toContain("parameter table, input");
    const copied = transpose(w);
    const second = sum(mul(copied, copied));
    overwrite(copied);
    expect(message(() => backward(second))).toContain("a tensor of shape [2, 2], input 1 of mul");
  });

  it("shows the parameter's own shape, not that of a view of it", () => {
    const w = parameter([
      [1, 2],
      [3, 4],
    ]);
    const loss = sum(mul(select(w, 0, 1), select(w, 0, 0)));
    overwrite(w);
    expect(message(() => backward(loss))).toContain("parameter of shape [2, 2], input 1 of mul");
  });

  it("is noticed through a view that was written", () => {
    const w = parameter([1, 2]);
    const loss = sum(mul(w, w));
    overwrite(reshape(w, [2, 1]));
    expect(message(() => backward(loss))).toContain("parameter of shape [2]");
  });

  it.each<[string, (x: Tensor) => Tensor]>([
    ["tanh", tanh],
    ["sigmoid", sigmoid],
    ["exp", exp],
  ])("may be the output of %s", (name, fn) => {
    const w = parameter([0.5, 1]);
    const y = fn(w);
    const loss = sum(y);
    overwrite(w);
    expect(message(() => backward(loss))).toBe("nothing was stale");
    overwrite(y);
    expect(message(() => backward(loss))).toContain(`a tensor of shape [2], the output of ${name},`);
  });

  it.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
    ["mul", mul],
    ["div", div],
    ["matmul", (x, y) => matmul(x, y)],
  ])("may be an operand of %s", (name, fn) => {
    const [a, b] = [parameter([1, 2]), parameter([3, 4])];
    const loss = sum(fn(a, b));
    overwrite(b);
    // matmul of vectors keeps views of them.
    expect(message(() => backward(loss))).toMatch(new RegExp(`parameter of shape .*, input 1 of ${name},`));
  });

  it("may be input and output of a maximum", () => {
    const w = parameter([1, 2]);
    const whole: Dims = undefined;
    const loss = max(w, whole);
    overwrite(w);
    expect(message(() => backward(loss))).toContain("input 0 of max");
  });

  it("is noticed after assign, as after an optimizer step", () => {
    const w = parameter([1, 2]);
    const loss = sum(log(w));
    assign(w, [5, 6]);
    expect(message(() => backward(loss))).toContain("input 0 of log");
  });

  it("is noticed when it was saved by a function", () => {
    const w = parameter([3]);
    w.label = "gain";
    const build = <Saved>(save: (x: Tensor) => Saved) =>
      sum(
        defineFunction<void, Saved>({
          name: "square",
          forward: ([x]) => ({ outputs: [mul(x, x)], saved: save(x) }),
          backward: (_, [g]) => [g],
        })([w])[0],
      );
    const losses = [build((x) => x), build((x) => [7, x]), build((x) => ({ x, n: 1 }))];
    const unsaved = build(() => null);
    overwrite(w);
    for (const loss of losses)
      expect(message(() => backward(loss))).toContain("backward: parameter gain, saved by square, was overwritten");
    expect(message(() => backward(unsaved))).toBe("nothing was stale");
  });
});

describe("an index that was overwritten", () => {
  it.each<[string, (w: Tensor, index: Tensor) => Tensor]>([
    ["input 1 of gather", (w, index) => gather(w, 0, index)],
    ["input 1 of indexSelect", (w, index) => indexSelect(w, 0, index)],
    ["input 1 of scatterAdd", (w, index) => scatterAdd(zeros([2]), 0, index, w)],
    ["input 1 of indexAdd", (w, index) => indexAdd(zeros([2]), 0, index, w)],
  ])("is noticed: %s", (role, fn) => {
    const w = parameter([1, 2]);
    const index = tensor([0, 1], { dtype: "int32" });
    const loss = sum(fn(w, index));
    overwrite(index);
    expect(message(() => backward(loss))).toContain(`a tensor of shape [2], ${role}, was overwritten`);
  });
});

it("notices a mask of where that was overwritten", () => {
  const mask = tensor([true, false]);
  const loss = sum(where(mask, parameter([1, 2]), 0));
  overwrite(mask);
  expect(message(() => backward(loss))).toContain("a tensor of shape [2], input 0 of where, was overwritten");
});

describe("a value that backward does not need", () => {
  it.each<[string, (w: Tensor) => Tensor]>([
    ["add", (w) => add(w, 1)],
    ["neg", neg],
    ["sum", (w) => sum(w)],
    ["reshape", (w) => reshape(w, [2, 1])],
    ["select", (w) => select(w, 0, 0)],
    ["a branch of where", (w) => where(tensor([true, false]), w, 0)],
    ["what gather looks up", (w) => gather(w, 0, tensor([1], { dtype: "int32" }))],
    ["what indexSelect looks up", (w) => indexSelect(w, 0, tensor([1], { dtype: "int32" }))],
    ["both tensors of scatterAdd", (w) => scatterAdd(w, 0, tensor([1, 1], { dtype: "int32" }), w)],
    ["both tensors of indexAdd", (w) => indexAdd(w, 0, tensor([1, 1], { dtype: "int32" }), w)],
  ])("may be overwritten: %s", (_, fn) => {
    const w = parameter([1, 2]);
    const loss = sum(fn(w));
    overwrite(w);
    expect(message(() => backward(loss))).toBe("nothing was stale");
    expect(w.grad).toBeDefined();
  });

  it("may be overwritten: the operand of a product whose other operand needs no gradient", () => {
    const w = parameter([1, 2]);
    const loss = sum(mul(w, tensor([5, 6])));
    overwrite(w);
    expect(message(() => backward(loss))).toBe("nothing was stale");
    expect(w.grad?.toArray()).toEqual([5, 6]);
  });

  it("may be overwritten after backward, as every optimizer does", () => {
    const w = parameter([1, 2]);
    for (let step = 0; step < 3; step++) {
      w.zeroGrad();
      backward(sum(mul(w, w)));
      mutate(w, (data) => {
        for (let i = 0; i < data.length; i++) data[i] -= 0.25 * (w.grad as Tensor).data[i];
      });
    }
    expect(w.toArray()).toEqual([0.125, 0.25]);
  });
});
