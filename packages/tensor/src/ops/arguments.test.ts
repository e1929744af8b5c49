import { describe, expect, it } from "vitest";
import {
  add,
  allClose,
  clamp,
  cumsum,
  DTypeError,
  div,
  elu,
  equal,
  exp,
  gelu,
  greater,
  greaterEqual,
  IndexError,
  isNaN,
  leakyRelu,
  less,
  logicalAnd,
  logicalNot,
  logSigmoid,
  logSoftmax,
  maximum,
  mul,
  neg,
  OptionError,
  pow,
  ShapeError,
  silu,
  softmax,
  sub,
  tanh,
  tensor,
  type UnrollError,
  where,
} from "../index.ts";

const x = tensor([[1, 2, 3]]);
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

const arithmetic: Case[] = [
  ["nothing", () => add(x, wrong(undefined)), DTypeError, "add: expected a tensor, got undefined"],
  ["null", () => add(wrong(null), x), DTypeError, "add: expected a tensor, got null"],
  ["a string", () => add(x, wrong("2")), DTypeError, 'add: expected a tensor, got string "2"'],
  ["a boolean", () => mul(x, wrong(true)), DTypeError, "mul: expected a tensor, got boolean true"],
  ["an array", () => sub(x, wrong([1])), DTypeError, "sub: expected a tensor, got an array; use tensor(values)"],
  [
    "a typed array",
    () => sub(wrong(new Float32Array(1)), x),
    DTypeError,
    "sub: expected a tensor, got a Float32Array; use tensor(values)",
  ],
  [
    "an object",
    () => add(x, wrong({ a: 1, b: 2 })),
    DTypeError,
    "add: expected a tensor, got an object with keys a, b",
  ],
  ["an empty object", () => add(x, wrong({})), DTypeError, "add: expected a tensor, got an empty object"],
  [
    "a function",
    () =>
      add(
        x,
        wrong(() => 1),
      ),
    DTypeError,
    "add: expected a tensor, got a function",
  ],
  ["two numbers", () => add(1, 2), DTypeError, "add: expected at least one tensor, got the numbers 1 and 2"],
  [
    "shapes that do not broadcast",
    () => add(x, tensor([1, 2])),
    ShapeError,
    "add: shapes do not broadcast, got [1, 3] and [2]",
  ],
  ["two dtypes", () => add(x, whole), DTypeError, "add: dtypes differ, got float32 and int32; use cast"],
  ["masks", () => add(mask, mask), DTypeError, "add: expected numbers, got bool; use cast"],
  ["a fraction beside int32", () => add(whole, 0.5), DTypeError, "add: int32 cannot hold the number 0.5; use float32"],
  ["NaN beside int32", () => mul(Number.NaN, whole), DTypeError, "mul: int32 cannot hold the number NaN; use float32"],
  [
    "too large a number beside int32",
    () => maximum(whole, 3e9),
    DTypeError,
    "maximum: int32 cannot hold the number 3000000000; use float32",
  ],
  [
    "whole numbers to div",
    () => div(whole, whole),
    DTypeError,
    "div: expected float32 or float64, got int32; use cast",
  ],
  ["whole numbers to pow", () => pow(whole, 2), DTypeError, "pow: expected float32 or float64, got int32; use cast"],
  ["a mask to neg", () => neg(mask), DTypeError, "neg: expected numbers, got bool; use cast"],
  ["whole numbers to exp", () => exp(whole), DTypeError, "exp: expected float32 or float64, got int32; use cast"],
  ["an array to tanh", () => tanh(wrong([1])), DTypeError, "tanh: expected a tensor, got an array; use tensor(values)"],
  ["a string to clamp", () => clamp(x, wrong("a")), DTypeError, 'clamp: expected a number, got string "a"'],
  ["null to clamp", () => clamp(x, 0, wrong(null)), DTypeError, "clamp: expected a number, got null"],
  [
    "a fraction to clamp int32",
    () => clamp(whole, 0.5),
    DTypeError,
    "clamp: int32 cannot hold the number 0.5; use float32",
  ],
  ["no tensor to clamp", () => clamp(wrong(3), 0, 1), DTypeError, "clamp: expected a tensor, got number 3"],
  ["a mask to clamp", () => clamp(mask, 0, 1), DTypeError, "clamp: expected numbers, got bool; use cast"],
];

const activations: Case[] = [
  ["whole numbers to gelu", () => gelu(whole), DTypeError, "gelu: expected float32 or float64, got int32; use cast"],
  ["whole numbers to silu", () => silu(whole), DTypeError, "silu: expected float32 or float64, got int32; use cast"],
  [
    "whole numbers to logSigmoid",
    () => logSigmoid(whole),
    DTypeError,
    "logSigmoid: expected float32 or float64, got int32; use cast",
  ],
  ["a number to gelu", () => gelu(wrong(1)), DTypeError, "gelu: expected a tensor, got number 1"],
  [
    "a string as slope",
    () => leakyRelu(x, wrong("0.1")),
    OptionError,
    'leakyRelu: negativeSlope must be a number, got string "0.1"',
  ],
  ["null as alpha", () => elu(x, wrong(null)), OptionError, "elu: alpha must be a number, got null"],
  ["a mask to softmax", () => softmax(mask, 0), DTypeError, "softmax: expected float32 or float64, got bool; use cast"],
  [
    "no axis to softmax",
    () => softmax(x, wrong(undefined)),
    IndexError,
    "softmax: no axis undefined, expected one in [-2, 1]",
  ],
  [
    "no tensor to softmax",
    () => softmax(wrong([1]), 0),
    DTypeError,
    "softmax: expected a tensor, got an array; use tensor(values)",
  ],
  ["an axis that is not there", () => logSoftmax(x, 2), IndexError, "logSoftmax: no axis 2, expected one in [-2, 1]"],
  ["a scalar to cumsum", () => cumsum(tensor(1), 0), IndexError, "cumsum: no axis 0, a scalar has none"],
];

const comparisons: Case[] = [
  ["two dtypes to equal", () => equal(x, whole), DTypeError, "equal: dtypes differ, got float32 and int32; use cast"],
  [
    "a fraction beside int32",
    () => less(whole, 2.5),
    DTypeError,
    "less: int32 cannot hold the number 2.5; use float32",
  ],
  [
    "a fraction to greater",
    () => greater(whole, 2.5),
    DTypeError,
    "greater: int32 cannot hold the number 2.5; use float32",
  ],
  ["a number beside a mask", () => equal(mask, 2), DTypeError, "equal: bool cannot hold the number 2; use float32"],
  [
    "two dtypes to greater",
    () => greater(x, whole),
    DTypeError,
    "greater: dtypes differ, got float32 and int32; use cast",
  ],
  [
    "shapes to greaterEqual, in the order of the call",
    () => greaterEqual(x, tensor([1, 2])),
    ShapeError,
    "greaterEqual: shapes do not broadcast, got [1, 3] and [2]",
  ],
  [
    "two numbers to greater",
    () => greater(1, 2),
    DTypeError,
    "greater: expected at least one tensor, got the numbers 1 and 2",
  ],
  ["nothing to greater", () => greater(x, wrong(undefined)), DTypeError, "greater: expected a tensor, got undefined"],
  ["a mask to isNaN", () => isNaN(mask), DTypeError, "isNaN: expected numbers, got bool; use cast"],
  ["numbers as condition", () => where(x, x, x), DTypeError, "where: the condition must be bool, got float32"],
  [
    "two dtypes to where",
    () => where(mask, x, whole),
    DTypeError,
    "where: dtypes differ, got float32 and int32; use cast",
  ],
  [
    "shapes to where",
    () => where(mask, tensor([1, 2]), 0),
    ShapeError,
    "where: shapes do not broadcast, got [3] and [2] and []",
  ],
  ["a boolean as condition", () => where(wrong(true), x, x), DTypeError, "where: expected a tensor, got boolean true"],
  ["a string to where", () => where(mask, x, wrong("0")), DTypeError, 'where: expected a tensor, got string "0"'],
  [
    "a fraction to where of int32",
    () => where(mask, whole, 0.5),
    DTypeError,
    "where: int32 cannot hold the number 0.5; use float32",
  ],
  [
    "numbers to logicalAnd",
    () => logicalAnd(mask, x),
    DTypeError,
    "logicalAnd: expected bool, got float32; use a comparison or cast",
  ],
  [
    "a boolean to logicalNot",
    () => logicalNot(wrong(true)),
    DTypeError,
    "logicalNot: expected a tensor, got boolean true",
  ],
  [
    "two dtypes to allClose",
    () => allClose(x, whole),
    DTypeError,
    "allClose: dtypes differ, got float32 and int32; use cast",
  ],
  ["a number to allClose", () => allClose(x, wrong(1)), DTypeError, "allClose: expected a tensor, got number 1"],
  [
    "shapes to allClose",
    () => allClose(x, tensor([1, 2])),
    ShapeError,
    "allClose: shapes do not broadcast, got [1, 3] and [2]",
  ],
  [
    "an unknown option of allClose",
    () => allClose(x, x, wrong({ atoll: 1 })),
    OptionError,
    "allClose: unknown option atoll, did you mean atol? It takes rtol, atol, equalNaN",
  ],
  [
    "a string as tolerance",
    () => allClose(x, x, { atol: wrong("1") }),
    OptionError,
    'allClose: atol must be a number, got string "1"',
  ],
  [
    "a number as equalNaN",
    () => allClose(x, x, { equalNaN: wrong(1) }),
    OptionError,
    "allClose: equalNaN must be true or false, got number 1",
  ],
  [
    "a number as options",
    () => allClose(x, x, wrong(1e-5)),
    OptionError,
    "allClose: options must be an object, got number 0.00001",
  ],
];

describe.each([
  ["arithmetic", arithmetic],
  ["activations", activations],
  ["comparisons", comparisons],
])("%s refuse", (_, cases) => {
  it.each(cases)("%s", (__, call, type, message) => {
    const text = refusal(call);
    expect(text.slice(0, type.name.length + message.length + 2)).toBe(`${type.name}: ${message}`);
  });
});
