import { describe, expect, it } from "vitest";
import {
  all,
  any,
  argmax,
  argmin,
  argsort,
  DTypeError,
  IndexError,
  logSumExp,
  matmul,
  max,
  mean,
  min,
  OptionError,
  ShapeError,
  sort,
  std,
  sum,
  tensor,
  topk,
  type UnrollError,
  variance,
  zeros,
} from "../index.ts";

const x = zeros([2, 3]);
const whole = tensor([1, 2, 3], { dtype: "int32" });
const mask = tensor([true, false, true]);

/** What a caller without types might pass. */
function wrong(value: unknown): never {
  return value as never;
}

/** The kind and message of what a call throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return "nothing";
}

type Case = [name: string, call: () => unknown, type: typeof UnrollError, message: string];

const reductions: Case[] = [
  ["half an axis", () => sum(x, 0.5), IndexError, "sum: no axis 0.5, expected one in [-2, 1]"],
  [
    "a string as axis",
    () => sum(x, wrong("0")),
    IndexError,
    'sum: expected an axis or an array of axes, got string "0"',
  ],
  ["null as axis", () => sum(x, wrong(null)), IndexError, "sum: expected an axis or an array of axes, got null"],
  [
    "options in the place of the axis",
    () => sum(x, wrong({ keepDim: true })),
    IndexError,
    "sum: expected an axis or an array of axes, got an object with keys keepDim",
  ],
  [
    "a string among axes",
    () => sum(x, wrong([0, "1"])),
    IndexError,
    'sum: no axis string "1", expected one in [-2, 1]',
  ],
  ["an axis named twice", () => sum(x, [0, -2]), ShapeError, "sum: axis 0 is named twice"],
  ["an axis out of range", () => max(x, 2), IndexError, "max: no axis 2, expected one in [-2, 1]"],
  [
    "a misspelt option",
    () => sum(x, 0, wrong({ keepdim: true })),
    OptionError,
    "sum: unknown option keepdim, did you mean keepDim? It takes keepDim",
  ],
  [
    "a number as keepDim",
    () => sum(x, 0, { keepDim: wrong(1) }),
    OptionError,
    "sum: keepDim must be true or false, got number 1",
  ],
  ["true as options", () => mean(x, 0, wrong(true)), OptionError, "mean: options must be an object, got boolean true"],
  ["an array", () => sum(wrong([1, 2])), DTypeError, "sum: expected a tensor, got an array; use tensor(values)"],
  [
    "an array to mean",
    () => mean(wrong([1, 2])),
    DTypeError,
    "mean: expected a tensor, got an array; use tensor(values)",
  ],
  ["whole numbers to mean", () => mean(whole), DTypeError, "mean: expected float32 or float64, got int32; use cast"],
  ["an axis to mean", () => mean(x, 2), IndexError, "mean: no axis 2, expected one in [-2, 1]"],
  [
    "whole numbers to variance",
    () => variance(whole),
    DTypeError,
    "variance: expected float32 or float64, got int32; use cast",
  ],
  [
    "an option of variance",
    () => variance(x, 0, wrong({ unbiased: false })),
    OptionError,
    "variance: unknown option unbiased, did you mean",
  ],
  [
    "a string as correction",
    () => std(x, 0, { correction: wrong("1") }),
    OptionError,
    'std: correction must be a number, got string "1"',
  ],
  ["an axis to std", () => std(x, -3), IndexError, "std: no axis -3, expected one in [-2, 1]"],
  ["nothing to max", () => max(zeros([0, 3]), 0), ShapeError, "max: nothing to reduce, got shape [0, 3]"],
  ["nothing at all to min", () => min(zeros([0])), ShapeError, "min: nothing to reduce, got shape [0]"],
  ["a mask to max", () => max(mask), DTypeError, "max: expected numbers, got bool; use cast"],
  [
    "whole numbers to logSumExp",
    () => logSumExp(whole),
    DTypeError,
    "logSumExp: expected float32 or float64, got int32; use cast",
  ],
  ["numbers to any", () => any(x), DTypeError, "any: expected bool, got float32; use a comparison"],
  ["numbers to all", () => all(whole), DTypeError, "all: expected bool, got int32; use a comparison"],
];

const products: Case[] = [
  [
    "inner sizes",
    () => matmul(zeros([32, 64]), zeros([128, 10])),
    ShapeError,
    "matmul: inner sizes differ, got [32, 64] x [128, 10]",
  ],
  [
    "inner sizes of a batch",
    () => matmul(zeros([2, 3, 4]), zeros([5, 6])),
    ShapeError,
    "matmul: inner sizes differ, got [2, 3, 4] x [5, 6]",
  ],
  [
    "inner sizes of a vector",
    () => matmul(zeros([3]), zeros([4, 2])),
    ShapeError,
    "matmul: inner sizes differ, got [3] x [4, 2]",
  ],
  [
    "inner sizes of two vectors",
    () => matmul(zeros([3]), zeros([4])),
    ShapeError,
    "matmul: inner sizes differ, got [3] x [4]",
  ],
  [
    "inner sizes on the right",
    () => matmul(zeros([2, 3]), zeros([2])),
    ShapeError,
    "matmul: inner sizes differ, got [2, 3] x [2]",
  ],
  [
    "inner sizes when transposed",
    () => matmul(zeros([2, 3]), zeros([2, 3]), { transposeA: true, transposeB: true }),
    ShapeError,
    "matmul: inner sizes differ, got [2, 3]ᵀ x [2, 3]ᵀ",
  ],
  [
    "batches",
    () => matmul(zeros([2, 3, 4]), zeros([3, 4, 5])),
    ShapeError,
    "matmul: shapes do not broadcast, got [2] and [3]",
  ],
  [
    "a scalar",
    () => matmul(tensor(1), x),
    ShapeError,
    "matmul: expected vectors or matrices, got [] x [2, 3]; scale with mul",
  ],
  [
    "two dtypes",
    () => matmul(x, zeros([3, 2], { dtype: "float64" })),
    DTypeError,
    "matmul: dtypes differ, got float32 and float64; use cast",
  ],
  ["masks", () => matmul(mask, mask), DTypeError, "matmul: expected numbers, got bool; use cast"],
  ["a number", () => matmul(x, wrong(2)), DTypeError, "matmul: expected a tensor, got number 2"],
  [
    "an option",
    () => matmul(x, x, wrong({ transpose: true })),
    OptionError,
    "matmul: unknown option transpose, did you mean transposeA? It takes transposeA, transposeB",
  ],
  [
    "a number as option",
    () => matmul(x, x, { transposeB: wrong(1) }),
    OptionError,
    "matmul: transposeB must be true or false, got number 1",
  ],
  ["null as options", () => matmul(x, x, wrong(null)), OptionError, "matmul: options must be an object, got null"],
];

const sorting: Case[] = [
  [
    "an option of sort",
    () => sort(x, 0, wrong({ desc: true })),
    OptionError,
    "sort: unknown option desc, did you mean descending? It takes descending",
  ],
  [
    "a number as descending",
    () => argsort(x, 0, { descending: wrong(1) }),
    OptionError,
    "argsort: descending must be true or false, got number 1",
  ],
  ["a mask", () => sort(mask), DTypeError, "sort: expected numbers, got bool; use cast"],
  ["an axis to argsort", () => argsort(x, 2), IndexError, "argsort: no axis 2, expected one in [-2, 1]"],
  ["no tensor to topk", () => topk(wrong(undefined), 1), DTypeError, "topk: expected a tensor, got undefined"],
  ["too large a k", () => topk(x, 4), ShapeError, "topk: expected a whole k in [0, 3], got 4"],
  ["half a k", () => topk(x, 0.5), ShapeError, "topk: expected a whole k in [0, 3], got 0.5"],
  ["a string as k", () => topk(x, wrong("1")), ShapeError, 'topk: expected a whole k in [0, 3], got string "1"'],
  [
    "an option of topk",
    () => topk(x, 1, -1, wrong({ large: true })),
    OptionError,
    "topk: unknown option large, did you mean largest? It takes largest",
  ],
  ["nothing to argmax", () => argmax(zeros([2, 0]), 1), ShapeError, "argmax: nothing to choose from, got shape [2, 0]"],
  ["nothing at all to argmin", () => argmin(zeros([0])), ShapeError, "argmin: nothing to choose from, got shape [0]"],
  ["an axis to argmax", () => argmax(x, 2), IndexError, "argmax: no axis 2, expected one in [-2, 1]"],
  [
    "an array to argmin",
    () => argmin(wrong([1])),
    DTypeError,
    "argmin: expected a tensor, got an array; use tensor(values)",
  ],
];

describe.each([
  ["reductions", reductions],
  ["matmul", products],
  ["sorting", sorting],
])("%s: refuses", (_, cases) => {
  it.each(cases)("%s", (__, call, type, message) => {
    const text = refusal(call);
    expect(text.slice(0, type.name.length + message.length + 2)).toBe(`${type.name}: ${message}`);
  });
});
