import { bytesOf, type Kernels, kernels, webAssembly } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { describe, expect, it } from "vitest";
import { elementwise } from "../elementwise.ts";
import { assemble, type FunctionBody, Simd } from "./assembler.ts";
import { argumentBytes, type PassAddress, passFunction } from "./pass.ts";
import { stepBytes } from "./step-record.ts";

type Run = (at: number, step: number) => void;

const builds = (["simd", "relaxed-simd"] as const).filter((build) => webAssembly()?.validate(bytesOf(build)));

/** An elementwise function compiled alone, over rows of `n` values: `out = f(x)` or `f(x, y)`. */
function compiled(wasm: Kernels, fn: string, arity: number, attrs: number[]): Run {
  const columns = (written: boolean): PassAddress => ({ columns: true, rows: "fixed", written });
  const body = passFunction(
    [columns(false), columns(false), columns(true)],
    (code, load) => {
      const emit = elementwise(fn)?.emit;
      if (emit === undefined) throw new Error(fn);
      return [{ operand: 2, value: emit(code, [load(0), load(1)].slice(0, arity), attrs) }];
    },
    wasm.build === "relaxed-simd",
  );
  return instantiated(wasm, body);
}

/** A pass alone in a module. */
function instantiated(wasm: Kernels, body: FunctionBody): Run {
  const api = webAssembly();
  if (api === undefined) throw new Error("no WebAssembly");
  const bytes = assemble({ imports: [], functions: [body], exports: { f0: 0 } });
  const module = new api.Module(bytes);
  return (new api.Instance(module, { env: { memory: wasm.memory.memory } }).exports as { f0: Run }).f0;
}

/** Numbers of all sizes, with everything special. */
function numbers(n: number): Float32Array {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state;
  };
  const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-40, -1e-40, 88.7, -103.9, 0.9277, 9.02, 3.4e38];
  const bits = new Int32Array(n);
  const values = new Float32Array(bits.buffer);
  for (let i = 0; i < n; i++) {
    if (i < special.length) values[i] = special[i];
    else if (i % 2 === 0) values[i] = next() / 2e8;
    else bits[i] = next();
  }
  return values;
}

const unary = [
  ...["neg", "abs", "sqrt", "floor", "round", "exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "erf"],
  ...["relu", "sign", "hardSigmoid"],
] as const;
const binary = ["add", "sub", "mul", "div", "maximum", "minimum"] as const;

describe.each(builds)("emitted functions in the %s build", (build) => {
  const wasm = withKernels({ build }, kernels) as Kernels;
  const n = 4099;

  /** Both results, bit for bit; NaN has many. */
  function compare(
    fn: string,
    arity: number,
    attrs: number[],
    kernel: (out: number, x: number, y: number) => void,
  ): void {
    const run = compiled(wasm, fn, arity, attrs);
    const { memory } = wasm;
    const at = memory.allocate(5 * 4 * (n + 4) + argumentBytes(3) + stepBytes, "a test");
    const [x, y, out, expected, args] = [0, 1, 2, 3, 4].map((k) => at + 4 * k * (n + 4));
    const step = args + argumentBytes(3);
    memory.f32.set(numbers(n), x >> 2);
    memory.f32.set(numbers(n + 2).subarray(2), y >> 2);
    memory.i32.set([n, 0, x, 0, y, 0, out, 0], args >> 2);
    memory.i32.set([1, 0, 0, 0, 0], step >> 2);
    memory.f32[(out >> 2) + n] = 5;
    run(args, step);
    kernel(expected, x, y);
    const bits = (from: number) =>
      Array.from({ length: n }, (_, i) => {
        const value = memory.f32[(from >> 2) + i];
        return Number.isNaN(value) ? "NaN" : memory.i32[(from >> 2) + i];
      });
    const [got, wanted] = [bits(out), bits(expected)];
    const beyond = memory.f32[(out >> 2) + n];
    memory.free(at);
    expect(got.findIndex((value, i) => value !== wanted[i])).toBe(-1);
    expect(beyond).toBe(5);
  }

  it.each(unary)("%s has the kernel's bits", (fn) => {
    compare(fn, 1, [], (out, x) => wasm.run[fn](out, x, n));
  });

  it.each(binary)("%s has the kernel's bits", (fn) => {
    compare(fn, 2, [], (out, x, y) => wasm.run[fn](out, x, y, n, 1, 1));
  });

  it("leakyRelu, elu and clamp have the kernel's bits", () => {
    compare("leakyRelu", 1, [0.1], (out, x) => wasm.run.leakyRelu(out, x, n, 0.1));
    compare("elu", 1, [0.7], (out, x) => wasm.run.elu(out, x, n, 0.7));
    compare("clamp", 1, [-0.5, 2], (out, x) => wasm.run.clamp(out, x, n, -0.5, 2));
  });

  it("gradients of tanh and sigmoid have the kernel's bits", () => {
    compare("tanhGrad", 2, [], (out, x, y) => wasm.run.tanhGrad(out, x, y, n));
    compare("sigmoidGrad", 2, [], (out, x, y) => wasm.run.sigmoidGrad(out, x, y, n));
  });

  it.each([1, 2, 3, 4, 7, 8, 9, 13, 4099])("the sum of a pass's row of %i has the kernel's bits", (width) => {
    const body = passFunction(
      [
        { columns: true, rows: "fixed", written: false },
        { columns: false, rows: "fixed", written: true, summed: true },
      ],
      (code, load) => [{ operand: 1, value: code.of(Simd.mul, load(0), load(0)) }],
      build === "relaxed-simd",
    );
    const run = instantiated(wasm, body);
    const { memory } = wasm;
    const rows = 3;
    const at = memory.allocate(8 * (rows * width + 4) + 64 + argumentBytes(2) + stepBytes, "a test");
    const squares = at + 4 * (rows * width + 4);
    const [out, expected, args] = [0, 16, 32].map((offset) => squares + 4 * (rows * width + 4) + offset);
    const step = args + argumentBytes(2);
    const values = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i) / (1 + (i % 7)));
    memory.f32.set(values, at >> 2);
    // What follows a row must not be added.
    memory.f32.fill(Number.NaN, (at >> 2) + rows * width, (at >> 2) + rows * width + 4);
    memory.i32.set([width, 0, at, 4 * width, out, 4], args >> 2);
    memory.i32.set([rows, 0, 0, 0, 0], step >> 2);
    run(args, step);
    wasm.run.mul(squares, at, at, rows * width, 1, 1);
    wasm.run.sum(expected, squares, rows, width, 1);
    const got = memory.i32.slice(out >> 2, (out >> 2) + rows);
    const wanted = memory.i32.slice(expected >> 2, (expected >> 2) + rows);
    memory.free(at);
    expect(got).toEqual(wanted);
  });

  it("what is smaller than a pass's threshold is read as 0, and NaN is not", () => {
    const body = passFunction(
      [
        { columns: true, rows: "fixed", written: false, flushed: true },
        { columns: true, rows: "fixed", written: true },
      ],
      (_, load) => [{ operand: 1, value: load(0) }],
      build === "relaxed-simd",
    );
    const run = instantiated(wasm, body);
    const { memory } = wasm;
    const at = memory.allocate(128 + argumentBytes(2) + stepBytes, "a test");
    const [out, args, step] = [at + 64, at + 128, at + 128 + argumentBytes(2)];
    memory.f32.set([1e-31, -1e-31, 1e-29, -1e-29, 1e-40, Number.NaN, Number.NEGATIVE_INFINITY], at >> 2);
    memory.i32.set([7, 0, at, 0, out, 0], args >> 2);
    memory.i32.set([1, 0, 0, 0, 0], step >> 2);
    const results = [1e-30, 0].map((threshold) => {
      memory.f32[(args >> 2) + 1] = threshold;
      run(args, step);
      return Array.from(memory.f32.subarray(out >> 2, (out >> 2) + 7));
    });
    const all = Array.from(memory.f32.subarray(at >> 2, (at >> 2) + 7));
    memory.free(at);
    expect(results).toEqual([[0, 0, all[2], all[3], 0, Number.NaN, Number.NEGATIVE_INFINITY], all]);
  });
});
