import * as tensor from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { grad } from "../grad.ts";
import { requireGrad } from "../parameter.ts";
import goldens from "./gradients.json";

// Written by tooling/goldens/autograd.py from PyTorch 1.13.

interface Golden {
  label: string;
  fn: string;
  args: unknown[];
  out: string;
  g: string;
  gradients: string[];
  weights?: string[];
  second?: string[];
}

function decode(text: string): tensor.Tensor {
  const [, dtype, shape, values] = /^(\w+)\[(.*?)\](.*)$/.exec(text) ?? [];
  return tensor.tensor(Float64Array.from(values.trim().split(" ").map(Number)), {
    shape: shape === "" ? [] : shape.split(",").map(Number),
    dtype: tensor.checkDType("golden", dtype),
  });
}

/** Where PyTorch's or our rounding allows less than 14 digits, and why. */
const looser: Record<string, number> = {
  // PyTorch has 1/6 in float32 here.
  hardSigmoid: 4e-8,
  // exp(-x²/2) magnifies the rounding of x² by x².
  gelu: 1e-12,
};

/** Equal up to rounding; infinite and NaN alike. */
function compare(actual: tensor.Tensor, text: string, tolerance: number): void {
  const expected = decode(text);
  expect({ shape: actual.shape, dtype: actual.dtype }).toEqual({ shape: expected.shape, dtype: expected.dtype });
  for (let i = 0; i < expected.size; i++) {
    const [a, e] = [actual.data[i], expected.data[i]];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= tolerance * Math.abs(e))) throw new Error(`value ${i}: expected ${e}, got ${a}`);
  }
}

const functions = new Map<string, unknown>(Object.entries(tensor));

describe("gradients where a convention decides agree with PyTorch's", () => {
  it.each(goldens.cases as Golden[])("$fn, $label", ({ fn, args, out, g, gradients, weights, second }) => {
    const call = functions.get(fn) as (...args: unknown[]) => tensor.Tensor;
    const tolerance = looser[fn] ?? 1e-14;
    const values = args.map((arg) => (typeof arg === "string" ? decode(arg) : arg));
    const inputs = values.map((value) =>
      tensor.Tensor.is(value) && value.dtype === "float64" ? requireGrad(value) : value,
    );
    const wanted = inputs.filter((input) => tensor.Tensor.is(input) && input.node !== undefined) as tensor.Tensor[];
    const output = call(...inputs);
    compare(output, out, tolerance);
    const first = grad(output, wanted, { gradOutputs: [decode(g)], createGraph: true });
    for (const [i, gradient] of first.entries()) compare(gradient, gradients[i], tolerance);
    if (second === undefined || weights === undefined) return;
    const again = grad(first, wanted, { gradOutputs: weights.map(decode) });
    for (const [i, gradient] of again.entries()) compare(gradient, second[i], tolerance);
  });
});
