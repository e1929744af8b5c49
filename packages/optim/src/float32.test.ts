import { type Parameter, parameter } from "@unroll/autograd";
import { activeKernels, cast, type DType, Generator, randn, Tensor, tensor, useEngine } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Adagrad } from "./adagrad.ts";
import { Adam } from "./adam.ts";
import { AdamW } from "./adamw.ts";
import { clipGradNorm, gradNorm } from "./clip.ts";
import { stepFloat32 } from "./float32.ts";
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";
import type { OptimizerStateDict } from "./state-dict.ts";

// Steps in float64 are loops that agree with PyTorch to 1e-12 (goldens.test.ts). Each step in float32, by the kernels, is
// held to the one that float64 takes from the very same numbers.

interface AnyOptimizer {
  step(): void;
  stateDict(): OptimizerStateDict;
  loadStateDict(dict: OptimizerStateDict): void;
}

const kinds: [string, (p: Parameter[]) => AnyOptimizer][] = [
  ["SGD", (p) => new SGD(p, { lr: 0.1, weightDecay: 0.1 })],
  ["SGD with momentum", (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3 })],
  ["SGD with Nesterov's momentum", (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })],
  ["Adam", (p) => new Adam(p, { lr: 0.01, weightDecay: 0.1 })],
  ["Adam with Keras's epsilon", (p) => new Adam(p, { lr: 0.01, epsPlacement: "keras" })],
  ["AdamW", (p) => new AdamW(p, { lr: 0.01 })],
  ["AdamW with amsgrad", (p) => new AdamW(p, { lr: 0.01, amsgrad: true, betas: [0.5, 0.7] })],
  ["RMSprop", (p) => new RMSprop(p, { weightDecay: 0.1 })],
  ["RMSprop with momentum", (p) => new RMSprop(p, { momentum: 0.9 })],
  ["RMSprop, centred", (p) => new RMSprop(p, { centered: true, alpha: 0.8 })],
  ["RMSprop, centred, with momentum", (p) => new RMSprop(p, { centered: true, momentum: 0.5, alpha: 0.9 })],
  ["Adagrad", (p) => new Adagrad(p, { lr: 0.1, lrDecay: 0.1, initialAccumulatorValue: 0.1, weightDecay: 0.1 })],
];

function inFloat64(dict: OptimizerStateDict): OptimizerStateDict {
  const state = Object.entries(dict.state).map(([index, entry]) => [
    index,
    Object.fromEntries(
      Object.entries(entry).map(([key, value]) => [key, Tensor.is(value) ? cast(value, "float64") : value]),
    ),
  ]);
  return { ...dict, state: Object.fromEntries(state) };
}

/** The parameter's values, and all arrays of its state. */
function arraysOf({ data }: Parameter, dict: OptimizerStateDict): [name: string, values: Float64Array][] {
  const state = Object.entries(dict.state[0] ?? {}).flatMap(([key, value]): [string, Float64Array][] =>
    Tensor.is(value) ? [[key, Float64Array.from(value.data)]] : [],
  );
  return [["parameter", Float64Array.from(data)], ...state];
}

function largest(n: number, f: (i: number) => number): number {
  let most = 0;
  for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(f(i)));
  return most;
}

describe.each(kinds)("%s in float32", (_, make) => {
  it.each([1, 3, 4, 5, 31, 8192, 8197])("steps as float64 does from the same %i values, to 1e-6", (n) => {
    const generator = new Generator(n);
    const single = parameter(randn([n], { generator }));
    const optimizer = make([single]);
    for (let step = 0; step < 5; step++) {
      single.grad = randn([n], { generator });
      const double = parameter(cast(tensor(single.data), "float64"));
      double.grad = cast(single.grad, "float64");
      const oracle = make([double]);
      const before = [...arraysOf(single, inFloat64(optimizer.stateDict()))];
      oracle.loadStateDict(inFloat64(optimizer.stateDict()));
      optimizer.step();
      oracle.step();
      const got = arraysOf(single, optimizer.stateDict());
      const want = arraysOf(double, oracle.stateDict());
      expect(got.map(([name]) => name)).toEqual(want.map(([name]) => name));
      for (const [k, [name, expected]] of want.entries()) {
        const old = before.find(([known]) => known === name)?.[1];
        // Terms may cancel: the error is measured by the largest of them all, but a parameter's by its own and the step's.
        const change = largest(n, (i) => expected[i] - (old?.[i] ?? 0));
        const floor =
          name === "parameter"
            ? change
            : Math.max(
                change,
                largest(n, (i) => expected[i]),
              );
        const errors = Float64Array.from(expected, (value, i) => {
          const size = name === "parameter" ? Math.max(Math.abs(value), Math.abs(old?.[i] ?? 0)) : 0;
          return Math.abs(got[k][1][i] - value) / (size + floor);
        });
        expect([name, largest(n, (i) => errors[i])]).toEqual([name, expect.closeTo(0, 6)]);
      }
      const moved = single.data.filter((value, i) => value !== before[0][1][i]).length;
      expect(moved).toBeGreaterThanOrEqual(0.99 * n);
      expect(optimizer.stateDict().state[0].step).toBe(oracle.stateDict().state[0].step);
    }
  });

  it("keeps what is not finite to itself, as the loops of the reference engine do", () => {
    const after = (["wasm", "reference"] as const).map((engine) =>
      useEngine(engine, () => {
        const p = parameter([1, 2, 3, 4, 5]);
        const optimizer = make([p]);
        for (let step = 0; step < 3; step++) {
          p.grad = tensor([0.5, NaN, -0.25, Infinity, 1]);
          optimizer.step();
        }
        return [...p.data];
      }),
    );
    expect(after[0].map(Number.isNaN)).toEqual(after[1].map(Number.isNaN));
    expect(after[0].map(Number.isFinite)).toEqual([true, false, true, expect.any(Boolean), true]);
    for (const i of [0, 2, 4]) expect(Math.abs(after[0][i] / after[1][i] - 1)).toBeLessThan(1e-6);
  });
});

describe("stepFloat32", () => {
  it("leaves float64, and another engine, to the loops", () => {
    const refuse = (): never => {
      throw new Error("called");
    };
    expect(stepFloat32("test", [new Float64Array(2)], refuse)).toBe(false);
    expect(useEngine("reference", () => stepFloat32("test", [new Float32Array(2)], refuse))).toBe(false);
  });

  it("writes all arrays but the last, and gives 0 for one that is missing", () => {
    const [p, state, gradient] = [Float32Array.of(1), Float32Array.of(2), Float32Array.of(3)];
    const done = stepFloat32("test", [p, undefined, state, gradient], (run, [at, missing, kept, g], n) => {
      expect([missing, n]).toEqual([0, 1]);
      run.addInto(at, g, n);
      run.addInto(kept, at, n);
      run.addInto(g, at, n);
    });
    const expected = activeKernels("float32") === undefined ? [false, 1, 2, 3] : [true, 4, 6, 3];
    expect([done, p[0], state[0], gradient[0]]).toEqual(expected);
  });
});

describe("norms of float32 gradients", () => {
  function withGradients(dtype: DType, ...gradients: ArrayLike<number>[]): Parameter[] {
    return gradients.map((values) => {
      const p = parameter(tensor(Float32Array.from(values), { dtype }));
      p.grad = tensor(Float32Array.from(values), { dtype });
      return p;
    });
  }

  it.each([1, 5, 8192, 8193, 50_000])("of %i values are those of float64, and clipping reaches the limit", (n) => {
    const values = randn([n], { generator: new Generator(n) }).data;
    const single = withGradients("float32", values, [3, 4]);
    const norm = gradNorm(withGradients("float64", values, [3, 4]));
    expect(Math.abs(gradNorm(single) / norm - 1)).toBeLessThan(1e-14 * Math.sqrt(n));
    expect(clipGradNorm(single, 0.5).norm).toBe(gradNorm(withGradients("float32", values, [3, 4])));
    expect(Math.abs(gradNorm(single) / 0.5 - 1)).toBeLessThan(2e-7);
    const last = single[0].grad?.data[n - 1] ?? NaN;
    expect(Math.abs((last / values[n - 1]) * (norm / 0.5) - 1)).toBeLessThan(2e-7);
  });

  it.each([
    ["the largest", [3.4e38, -3.4e38, 3.4e38]],
    ["the smallest", [1e-45, 1e-45, 0]],
    ["both", [3e38, 1e-45, 0]],
  ])("survive %s numbers", (_, values) => {
    const [p] = withGradients("float32", values);
    const norm = Math.hypot(...(p.grad?.data ?? []));
    expect(Math.abs(gradNorm([p]) / norm - 1)).toBeLessThan(1e-12);
    // The factor is then too small for float32, and the result is not.
    clipGradNorm([p], Math.min(1e-3, norm / 2));
    expect(gradNorm([p]) / Math.min(1e-3, norm / 2)).toBeLessThan(1 + 1e-6);
  });

  it("report what is not finite, and leave it", () => {
    for (const [values, norm] of [
      [[1, NaN, 2], NaN],
      [[1, -Infinity, 2, 3, 4], Infinity],
      [[Infinity, NaN], NaN],
    ] as const) {
      const [p] = withGradients("float32", values);
      expect(clipGradNorm([p], 1)).toEqual({ norm, finite: false });
      expect([...(p.grad?.data ?? [])]).toEqual([...values]);
    }
  });
});
