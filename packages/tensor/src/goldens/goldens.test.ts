import { describe, expect, it } from "vitest";
import * as api from "../index.ts";
import calls from "./ops.json";

// Written by tooling/goldens/ops.py from PyTorch 1.13.

/** What a golden says: a tensor as "dtype[shape] values", a plain value, or an array or object of these. */
function decode(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v)]));
  const [, dtype, shape, data] = /^(\w+)\[(.*?)\]((?: \S+)*)$/.exec(String(value)) ?? [];
  if (dtype === undefined) return value;
  const sizes = shape === "" ? [] : shape.split(",").map(Number);
  const values = data.split(" ").slice(1).map(Number);
  return api.tensor(Float64Array.from(values), { shape: sizes, dtype: api.checkDType("golden", dtype) });
}

/**
 * How far a value may be off, relative to it. PyTorch's own functions are off by up to one unit in the last place, that is
 * 2.2e-16 in float64 and 1.2e-7 in float32; ours likewise.
 */
const relative = { float32: 2.4e-7, float64: 4.5e-16 };

/** Where more is due in float64, and why. */
const looser: Record<string, number> = {
  // A rational approximation, and PyTorch's own.
  erf: 1e-15,
  // exp(y log x) magnifies the rounding of the logarithm.
  pow: 1e-13,
};

/** What results may be off by, however small they are. */
const absolute: Record<string, number> = {
  // Terms of size 1 cancel.
  ...Object.fromEntries(
    ["sum", "mean", "variance", "std", "logSumExp", "logSoftmax", "matmul"].map((fn) => [fn, 2e-15]),
  ),
  // PyTorch computes e^x - 1, which has no digits left near 0.
  elu: 1e-16,
};

/** PyTorch's vector functions round what is smaller to 0. */
const smallestNormal = 2.2250738585072014e-308;

function compare(actual: unknown, expected: unknown, fn: string): void {
  if (!api.Tensor.is(expected)) {
    const entries = Object.entries(expected as object);
    expect(Object.keys(actual as object)).toEqual(entries.map(([key]) => key));
    for (const [key, value] of entries) compare((actual as Record<string, unknown>)[key], value, fn);
    return;
  }
  const got = actual as api.Tensor;
  expect({ shape: got.shape, dtype: got.dtype }).toEqual({ shape: expected.shape, dtype: expected.dtype });
  for (let i = 0; i < expected.size; i++) {
    const [a, e] = [got.data[i], expected.data[i]];
    if (Object.is(a, e) || a === e) continue;
    const scale = expected.dtype === "float32" ? relative.float32 : (looser[fn] ?? relative.float64);
    const bound = scale * Math.abs(e) + (absolute[fn] ?? 0) + smallestNormal;
    if (!(Math.abs(a - e) <= bound)) throw new Error(`value ${i}: expected ${e}, got ${a}`);
  }
}

const functions = api as unknown as Record<string, (...args: unknown[]) => unknown>;
const cases = calls.map(({ fn, args, out }, i) => ({ name: `${i} ${fn}`, fn, args, out }));

describe("against PyTorch", () => {
  it.each(cases)("$name", ({ fn, args, out }) => {
    compare(functions[fn](...(decode(args) as unknown[])), decode(out), fn);
  });
});
