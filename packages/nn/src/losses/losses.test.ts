import { grad, parameter, requireGrad } from "@unroll/autograd";
import { gradcheck } from "@unroll/autograd/testing";
import { cast, type DType, Generator, mul, randn, type Tensor, tensor, uniform } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Differentiated, type Dump, difference, read } from "../goldens/golden.ts";
import goldens from "../goldens/losses.json" with { type: "json" };
import { binaryCrossEntropyWithLogits } from "./binary.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { nll } from "./nll.ts";
import { huber, l1, mse } from "./regression.ts";

const losses = { crossEntropy, nll, binaryCrossEntropyWithLogits, mse, l1, huber };

interface LossCase extends Differentiated {
  readonly loss: keyof typeof losses;
  readonly options: Readonly<Record<string, number | string>>;
  readonly input: Dump;
  readonly target: Dump;
  readonly indices: boolean;
  readonly tensors: Readonly<Record<string, Dump>>;
}

const cases = goldens as unknown as LossCase[];

function int(values: Parameters<typeof tensor>[0]): Tensor {
  return tensor(values, { dtype: "int32" });
}

function run(golden: LossCase, dtype: DType): { output: Tensor; gradient: Tensor } {
  const loss = losses[golden.loss] as (input: Tensor, target: Tensor, options: object) => Tensor;
  const tensors = Object.entries(golden.tensors).map(([name, dump]) => [name, read(dump, dtype)]);
  const input = requireGrad(read(golden.input, dtype));
  const output = loss(input, read(golden.target, golden.indices ? "int32" : dtype), {
    ...golden.options,
    ...Object.fromEntries(tensors),
  });
  const [gradient] = grad(output, [input], { gradOutputs: [read(golden.direction, dtype)] });
  return { output, gradient };
}

describe.each(Object.keys(losses))("%s against PyTorch", (name) => {
  const own = cases.filter(({ loss }) => loss === name);

  it.each([
    ["float64", 1e-13],
    ["float32", 2e-5],
  ] as const)("in %s, with its gradient, for every combination of options", (dtype, tolerance) => {
    expect(own.length).toBeGreaterThan(2);
    const worst = own.map((golden) => {
      const { output, gradient } = run(golden, dtype);
      return Math.max(difference(output, golden.output), difference(gradient, golden.gradients.input));
    });
    expect(Math.max(...worst)).toBeLessThan(tolerance);
  });
});

describe("gradients of losses", () => {
  const generator = new Generator(3);
  const float = (shape: number[]): Tensor => randn(shape, { dtype: "float64", generator });
  const logits = float([4, 3, 5]);
  const weight = uniform([5], { dtype: "float64", generator });
  const index = int([
    [0, 1, 2],
    [3, 4, -100],
    [0, 0, 0],
    [-100, 2, 1],
  ]);

  it.each<[string, (x: Tensor) => Tensor]>([
    ["crossEntropy", (x) => crossEntropy(x, index, { weight, labelSmoothing: 0.2 })],
    ["crossEntropy without reduction", (x) => crossEntropy(x, index, { reduction: "none" })],
    ["nll", (x) => nll(x, index, { weight })],
    ["huber", (x) => huber(x, mul(logits, 0.3), { delta: 0.4 })],
    ["mse", (x) => mse(x, mul(logits, 0.3))],
    ["l1", (x) => l1(x, mul(logits, 0.3))],
    [
      "binaryCrossEntropyWithLogits",
      (x) =>
        binaryCrossEntropyWithLogits(x, uniform(x.shape, { dtype: "float64", generator: new Generator(5) }), {
          posWeight: weight,
        }),
    ],
  ])("of %s agree with finite differences", (_, loss) => {
    expect(gradcheck(loss, [logits], { step: 1e-4 })).toBeLessThan(1e-6);
  });

  it("reach targets and weights that are learned", () => {
    const targets = uniform([2, 3], { dtype: "float64", generator });
    const x = float([2, 3]);
    expect(gradcheck((y, t) => crossEntropy(y, t, { labelSmoothing: 0.1 }), [x, targets])).toBeLessThan(1e-6);
    const classWeight = parameter(cast(tensor([1, 2, 3]), "float64"));
    expect(gradcheck((y) => crossEntropy(y, int([0, 2]), { weight: classWeight }), [x, classWeight])).toBeLessThan(
      1e-6,
    );
  });
});

describe("crossEntropy", () => {
  it("takes sequences as they are: classes last", () => {
    const logits = randn([3, 2, 4], { dtype: "float64", generator: new Generator(1) });
    const targets = int([
      [0, 1],
      [2, 3],
      [1, 1],
    ]);
    const rows = tensor(logits.data, { shape: [6, 4] });
    expect(crossEntropy(logits, targets).item()).toBe(crossEntropy(rows, int([0, 1, 2, 3, 1, 1])).item());
    expect(crossEntropy(logits, targets, { reduction: "none" }).shape).toEqual([3, 2]);
  });

  it("stays finite for logits of any size, and exact where one class is certain", () => {
    const logits = tensor([
      [1e4, -1e4],
      [3e38, 0],
    ]);
    expect(crossEntropy(logits, int([0, 0])).item()).toBe(0);
    expect(crossEntropy(logits, int([1, 0]), { reduction: "none" }).toArray()).toEqual([2e4, 0]);
  });

  it("is the same for indices and for their one-hot probabilities", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 0, max: 2 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, target, labelSmoothing) => {
          const logits = tensor(values, { shape: [2, 3], dtype: "float64" });
          const oneHot = tensor(
            [0, 1, 2].map((c) => (c === target ? 1 : 0)),
            { dtype: "float64" },
          );
          const both = tensor([...oneHot.data, ...oneHot.data], { shape: [2, 3], dtype: "float64" });
          const a = crossEntropy(logits, int([target, target]), { labelSmoothing }).item();
          const b = crossEntropy(logits, both, { labelSmoothing }).item();
          expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.max(1, a));
        },
      ),
      { seed: 11, numRuns: 100 },
    );
  });

  it("is NaN when nothing is left to average, as in PyTorch", () => {
    const nothing = tensor([], { shape: [0, 3] });
    expect(crossEntropy(nothing, tensor([], { dtype: "int32" })).item()).toBeNaN();
    expect(crossEntropy(nothing, tensor([], { dtype: "int32" }), { reduction: "sum" }).item()).toBe(0);
  });

  it.each<[RegExp, () => unknown]>([
    [
      /^crossEntropy: expected targets in \[0, 3\) or ignoreIndex, got 3$/,
      () => crossEntropy(randn([2, 3]), int([0, 3])),
    ],
    [
      /^crossEntropy: expected targets in \[0, 3\) or ignoreIndex, got -1$/,
      () => crossEntropy(randn([2, 3]), int([-1, 3])),
    ],
    [
      /^crossEntropy: expected targets of shape \[2\] beside 3 classes, got \[3\]$/,
      () => crossEntropy(randn([2, 3]), int([0, 1, 2])),
    ],
    [
      /^crossEntropy: expected probabilities of shape \[2, 3\], got \[2\]; class indices must be int32$/,
      () => crossEntropy(randn([2, 3]), tensor([0, 1])),
    ],
    [/^crossEntropy: expected int32 class indices, got bool/, () => crossEntropy(randn([2, 3]), tensor([true, false]))],
    [/^crossEntropy: expected float32 or float64 logits, got int32/, () => crossEntropy(int([[1, 2]]), int([0]))],
    [
      /^crossEntropy: expected a float32 target, got float64/,
      () => crossEntropy(randn([2, 3]), randn([2, 3], { dtype: "float64" })),
    ],
    [
      /^crossEntropy: expected a weight of shape \[3\], got \[2\]$/,
      () => crossEntropy(randn([2, 3]), int([0, 1]), { weight: tensor([1, 2]) }),
    ],
    [
      /^crossEntropy: expected a float32 weight, got int32/,
      () => crossEntropy(randn([2, 3]), int([0, 1]), { weight: int([1, 2, 3]) }),
    ],
    [
      /^crossEntropy: ignoreIndex is for class indices/,
      () => crossEntropy(randn([2, 3]), randn([2, 3]), { ignoreIndex: 0 }),
    ],
    [
      /^crossEntropy: labelSmoothing must be in \[0, 1\], got 1.5$/,
      () => crossEntropy(randn([2, 3]), int([0, 1]), { labelSmoothing: 1.5 }),
    ],
    [
      /^crossEntropy: reduction must be "mean", "sum" or "none", got avg$/,
      () => crossEntropy(randn([2, 3]), int([0, 1]), { reduction: "avg" as never }),
    ],
    [/^crossEntropy: no axis 2/, () => crossEntropy(randn([2, 3]), int([0, 1]), { classDim: 2 })],
    [/^crossEntropy: expected an axis of classes, got a scalar$/, () => crossEntropy(tensor(1), int([0]))],
    [
      /^crossEntropy: unknown option labelSmooth, did you mean labelSmoothing/,
      () => crossEntropy(randn([2, 3]), int([0, 1]), { labelSmooth: 0 } as object),
    ],
    [/^nll: expected targets in \[0, 3\) or ignoreIndex, got 7$/, () => nll(randn([1, 3]), int([7]))],
    [/^nll: expected float32 or float64, got int32/, () => nll(int([[1]]), int([0]))],
    [/^nll: unknown option labelSmoothing/, () => nll(randn([1, 3]), int([0]), { labelSmoothing: 0 } as object)],
    [/^mse: input and target must have one shape, got \[3\] and \[3, 1\]$/, () => mse(randn([3]), randn([3, 1]))],
    [/^l1: expected a float32 target, got float64/, () => l1(randn([3]), randn([3], { dtype: "float64" }))],
    [/^mse: expected float32 or float64, got int32/, () => mse(int([1]), int([1]))],
    [/^huber: delta must be > 0, got 0$/, () => huber(randn([3]), randn([3]), { delta: 0 })],
    [
      /^binaryCrossEntropyWithLogits: expected a posWeight that broadcasts to \[2, 3\], got \[4, 2, 3\]$/,
      () => binaryCrossEntropyWithLogits(randn([2, 3]), randn([2, 3]), { posWeight: randn([4, 2, 3]) }),
    ],
    [
      /^binaryCrossEntropyWithLogits: expected a float32 weight, got float64/,
      () => binaryCrossEntropyWithLogits(randn([2, 3]), randn([2, 3]), { weight: randn([3], { dtype: "float64" }) }),
    ],
  ])("says %s", (message, call) => {
    expect(call).toThrow(message);
  });
});
