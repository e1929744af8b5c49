import {
  cast,
  concat,
  exp,
  flip,
  greater,
  matmul,
  mul,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { grad } from "./grad.ts";
import { jacobian } from "./jacobian.ts";
import { parameter, requireGrad } from "./parameter.ts";
import { noGrad } from "./state.ts";

function float64(values: number[], shape: number[] = [values.length]): Tensor {
  return tensor(Float64Array.from(values), { shape });
}

describe("jacobian", () => {
  it("of a linear map is its matrix", () => {
    const a = float64([1, 2, 3, 4, 5, 6], [3, 2]);
    expect(jacobian((x) => matmul(a, x), float64([0.3, 0.7])).toArray()).toEqual(a.toArray());
  });

  it("of a softmax is diag(y) - y yᵀ", () => {
    const x = float64([0.2, -0.5, 1]);
    const y = softmax(x, 0).data;
    const J = jacobian((z) => softmax(z, 0), x);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) expect(J.data[3 * i + j]).toBeCloseTo((i === j ? y[i] : 0) - y[i] * y[j], 15);
  });

  it("of one step of a plain recurrent network is diag(1 - h'²) W", () => {
    const w = parameter(float64([0.5, -0.3, 0.2, 0.9], [2, 2]));
    const h = float64([0.1, -0.4]);
    const step = (state: Tensor) => tanh(matmul(w, state));
    const next = step(h).data;
    const J = jacobian(step, h);
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 2; j++)
        expect(J.data[2 * i + j]).toBeCloseTo((1 - next[i] * next[i]) * w.data[2 * i + j], 15);
    expect(w.grad).toBeUndefined();
  });

  it("has the output's axes, then the input's", () => {
    const x = float64([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(jacobian((z) => sum(z, 1), x).shape).toEqual([2, 2, 3]);
    expect(jacobian((z) => sum(z), x).toArray()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(jacobian((z) => mul(z, z), tensor(3)).item()).toBe(6);
    const J = jacobian((z) => transpose(z), x);
    expect(J.shape).toEqual([3, 2, 2, 3]);
    for (const [at, value] of J.data.entries()) {
      const [a, b, c, d] = [Math.floor(at / 12), Math.floor(at / 6) % 2, Math.floor(at / 3) % 2, at % 3];
      expect(value).toBe(a === d && b === c ? 1 : 0);
    }
  });

  it("is zero where the function does not depend on its input", () => {
    const x = float64([1, 2]);
    expect(jacobian(() => float64([7]), x).toArray()).toEqual([[0, 0]]);
    expect(jacobian((z) => cast(greater(z, 0), "float64"), x).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const w = parameter(float64([3]));
    expect(jacobian(() => mul(w, 2), x).toArray()).toEqual([[0, 0]]);
  });

  it("works inside noGrad and makes no graph unless asked to", () => {
    const w = parameter(float64([2, 3]));
    const J = noGrad(() => jacobian((z) => mul(z, w), float64([1, 1])));
    expect(J.toArray()).toEqual([
      [2, 0],
      [0, 3],
    ]);
    expect(J.node).toBeUndefined();
    expect(jacobian((z) => mul(z, w), float64([1, 1])).node).toBeUndefined();
  });

  it("is differentiable when asked: the Hessian is the Jacobian of a gradient", () => {
    const a = float64([2, 0.5, 0.5, 3], [2, 2]);
    const x = float64([1, -1]);
    const slope = (z: Tensor) => {
      const input = z.node === undefined ? requireGrad(z) : z;
      return grad(sum(mul(input, matmul(a, input))), [input], { createGraph: true })[0];
    };
    expect(jacobian(slope, x).toArray()).toEqual([
      [4, 1],
      [1, 6],
    ]);
    const w = requireGrad(float64([0.5, 2]));
    const J = jacobian((z) => mul(exp(z), w), x, { createGraph: true });
    expect(grad(sum(J), [w])[0].toArray()).toEqual([Math.exp(1), Math.exp(-1)]);
    const y = mul(w, w);
    const second = grad(sum(jacobian((z) => mul(z, z), y, { createGraph: true })), [w])[0];
    expect(second.toArray()).toEqual([2, 8]);
  });

  it("holds the products of Jacobians of a chain", () => {
    const x = float64([0.1, 0.2]);
    const f = (z: Tensor) => concat([tanh(z), exp(z)]);
    const g = (z: Tensor) => sub(mul(z, z), flip(z));
    const chain = matmul(jacobian(g, f(x)), jacobian(f, x)).data;
    const whole = jacobian((z) => g(f(z)), x).data;
    for (const [i, value] of whole.entries()) expect(value).toBeCloseTo(chain[i], 14);
  });

  it("refuses wrong arguments", () => {
    const x = float64([1, 2]);
    expect(() => jacobian((z) => reshape(z, [2]), tensor([1], { dtype: "int32" }))).toThrow(
      "jacobian: gradients need float32 or float64, got int32",
    );
    expect(() => jacobian(() => zeros([0, 2]), x)).toThrow("jacobian: the function returned no values, shape [0, 2]");
    expect(() => jacobian((() => 3) as never, x)).toThrow("jacobian: expected a function to a tensor, got number");
    expect(() => jacobian((z) => z, x, { creategraph: true } as object)).toThrow("did you mean createGraph?");
  });
});
