import { describe, expect, it } from "vitest";
import {
  arange,
  cast,
  categorical,
  DTypeError,
  eye,
  full,
  fullLike,
  linspace,
  OptionError,
  ones,
  onesLike,
  ShapeError,
  tensor,
  type UnrollError,
  zeros,
  zerosLike,
} from "../index.ts";

const x = tensor([[1, 2, 3]]);
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

const constructors: Case[] = [
  ["a number as shape", () => zeros(wrong(3)), ShapeError, "zeros: expected a shape such as [2, 3], got number 3"],
  ["a negative size", () => ones([2, -1]), ShapeError, "ones: sizes must be whole numbers >= 0, got [2, -1]"],
  ["NaN as size", () => full([Number.NaN], 1), ShapeError, "full: sizes must be whole numbers >= 0, got [NaN]"],
  ["no value to full", () => full([2], wrong(undefined)), DTypeError, "full: expected a number, got undefined"],
  [
    "a fraction of int32",
    () => full([2], 0.5, { dtype: "int32" }),
    DTypeError,
    "full: int32 cannot hold the number 0.5; use float32",
  ],
  [
    "an unknown dtype",
    () => zeros([2], { dtype: wrong("float16") }),
    DTypeError,
    "zeros: unknown dtype float16, expected float32, float64, int32 or bool",
  ],
  [
    "a dtype of a wrong kind",
    () => zeros([2], { dtype: wrong(32) }),
    DTypeError,
    "zeros: unknown dtype number 32, expected float32, float64, int32 or bool",
  ],
  [
    "an unknown option",
    () => ones([2], wrong({ dType: "int32" })),
    OptionError,
    "ones: unknown option dType, did you mean dtype? It takes dtype",
  ],
  ["null as options", () => zeros([2], wrong(null)), OptionError, "zeros: options must be an object, got null"],
  [
    "a dtype as options",
    () => zeros([2], wrong("int32")),
    OptionError,
    'zeros: options must be an object, got string "int32"',
  ],
  [
    "more than memory holds",
    () => zeros([1e6, 1e7]),
    ShapeError,
    "zeros: no room for a float32 tensor of shape [1000000, 10000000]",
  ],
  [
    "a shape to zerosLike",
    () => zerosLike(wrong([2])),
    DTypeError,
    "zerosLike: expected a tensor, got an array; use tensor(values)",
  ],
  [
    "a shape to onesLike",
    () => onesLike(wrong([2])),
    DTypeError,
    "onesLike: expected a tensor, got an array; use tensor(values)",
  ],
  ["a string to fullLike", () => fullLike(x, wrong("1")), DTypeError, 'fullLike: expected a number, got string "1"'],
  [
    "2 to fullLike of a mask",
    () => fullLike(mask, 2),
    DTypeError,
    "fullLike: bool cannot hold the number 2; use float32",
  ],
  ["step 0", () => arange(0, 5, 0), OptionError, "arange: no way from 0 to 5 in steps of 0"],
  ["a step away from the end", () => arange(0, 5, -1), OptionError, "arange: no way from 0 to 5 in steps of -1"],
  [
    "an endless arange",
    () => arange(Number.POSITIVE_INFINITY),
    OptionError,
    "arange: no way from 0 to Infinity in steps of 1",
  ],
  [
    "a string to arange",
    () => arange(wrong("3")),
    OptionError,
    'arange: each of start, end and step must be a number, got string "3"',
  ],
  [
    "quarters of int32",
    () => arange(0, 1, 0.25, { dtype: "int32" }),
    DTypeError,
    "arange: int32 cannot hold the number 0.25; use float32",
  ],
  [
    "three masks",
    () => arange(0, 3, 1, { dtype: "bool" }),
    DTypeError,
    "arange: bool cannot hold the number 2; use float32",
  ],
  ["half a count", () => linspace(0, 1, 2.5), OptionError, "linspace: expected a whole count >= 0, got number 2.5"],
  [
    "a string to linspace",
    () => linspace(wrong("0"), 1, 3),
    OptionError,
    'linspace: each of start and end must be a number, got string "0"',
  ],
  [
    "int32 to linspace",
    () => linspace(0, 1, 3, { dtype: "int32" }),
    DTypeError,
    "linspace: expected float32 or float64, got int32",
  ],
  ["a negative size to eye", () => eye(-1), ShapeError, "eye: sizes must be whole numbers >= 0, got [-1, -1]"],
  [
    "an unknown option of eye",
    () => eye(2, 2, wrong({ type: 1 })),
    OptionError,
    "eye: unknown option type, did you mean dtype?",
  ],
  [
    "an unknown dtype to cast",
    () => cast(x, wrong("half")),
    DTypeError,
    "cast: unknown dtype half, expected float32, float64, int32 or bool",
  ],
  ["a number to cast", () => cast(wrong(1), "int32"), DTypeError, "cast: expected a tensor, got number 1"],
  [
    "an option of categorical",
    () => categorical(x, wrong({ seed: 1 })),
    OptionError,
    "categorical: unknown option seed, did you mean generator?",
  ],
];

describe("constructors refuse", () => {
  it.each(constructors)("%s", (_, call, type, message) => {
    const text = refusal(call);
    expect(text.slice(0, type.name.length + message.length + 2)).toBe(`${type.name}: ${message}`);
  });
});
