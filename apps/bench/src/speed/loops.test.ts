import { add, exp, Generator, mul, randn, sigmoid, softmax, sum, type Tensor, tanh, useEngine } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { type LoopName, loops } from "./loops.ts";
import { agree } from "./suite.ts";

const [rows, columns] = [6, 5];
const generator = new Generator(5);
const [x, y] = [randn([rows, columns], { generator }), randn([rows, columns], { generator })];

const expected: Record<LoopName, () => Tensor> = {
  tanh: () => tanh(x),
  sigmoid: () => sigmoid(x),
  exp: () => exp(x),
  add: () => add(x, y),
  mul: () => mul(x, y),
  "sum of rows": () => sum(x, 1),
  "sum of columns": () => sum(x, 0),
  "softmax of rows": () => softmax(x, 1),
};

describe("loops", () => {
  it.each(Object.entries(expected))("compute what the op for %s does", (name, op) => {
    const { data } = useEngine("reference", op);
    const out = new Float32Array(data.length).fill(9);
    const result = loops[name as LoopName](x.data as Float32Array, y.data as Float32Array, out, columns);
    expect(result).toBe(out);
    agree(name, out, data, 1e-6);
  });
});

describe("agree", () => {
  it("names what differs, and where", () => {
    expect(() => agree("tanh", [1, 2], [1, 2.1], 1e-3)).toThrow("tanh: expected 2.1 at 1, got 2");
    expect(() => agree("tanh", [Number.NaN], [1], 1e-3)).toThrow("tanh: expected 1 at 0, got NaN");
    expect(() => agree("tanh", [1], [1, 2], 1e-3)).toThrow("tanh: expected 2 values, got 1");
    agree("tanh", [1000.5], [1000], 1e-3);
  });
});
