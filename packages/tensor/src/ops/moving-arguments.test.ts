import { describe, expect, it } from "vitest";
import {
  broadcastTo,
  cat,
  chunk,
  concat,
  DTypeError,
  flip,
  gather,
  IndexError,
  indexAdd,
  indexSelect,
  OptionError,
  oneHot,
  pad,
  permute,
  reshape,
  ShapeError,
  scatterAdd,
  select,
  slice,
  split,
  squeeze,
  stack,
  tensor,
  transpose,
  tril,
  type UnrollError,
  unbind,
  unsqueeze,
  zeros,
} from "../index.ts";

const x = zeros([2, 3]);
const whole = tensor([1, 2, 3], { dtype: "int32" });
const mask = tensor([true, false, true]);
const index = (...values: number[]) => tensor(values, { dtype: "int32" });

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

const movement: Case[] = [
  ["NaN as size", () => reshape(x, [Number.NaN]), ShapeError, "reshape: sizes must be whole numbers >= 0, got [NaN]"],
  [
    "a number as shape",
    () => reshape(x, wrong(6)),
    ShapeError,
    "reshape: expected a shape such as [2, 3], got number 6",
  ],
  ["another number of values", () => reshape(x, [4]), ShapeError, "reshape: [2, 3] has 6 values, [4] needs 4"],
  [
    "a size that does not divide",
    () => reshape(x, [4, -1]),
    ShapeError,
    "reshape: [2, 3] does not divide into [4, -1]",
  ],
  ["two open sizes", () => reshape(x, [-1, -1]), ShapeError, "reshape: only one size may be -1, got [-1, -1]"],
  [
    "an open size beside 0",
    () => reshape(zeros([0]), [0, -1]),
    ShapeError,
    "reshape: [0] does not divide into [0, -1]",
  ],
  [
    "a negative size",
    () => reshape(x, [-2, -3]),
    ShapeError,
    "reshape: sizes must be whole numbers >= 0, got [-2, -3]",
  ],
  [
    "an array to reshape",
    () => reshape(wrong([1]), [1]),
    DTypeError,
    "reshape: expected a tensor, got an array; use tensor(values)",
  ],
  ["too few axes", () => permute(x, [0]), ShapeError, "permute: expected each of 2 axes once, got [0]"],
  ["an axis twice", () => permute(x, [1, -1]), ShapeError, "permute: expected each of 2 axes once, got [1, -1]"],
  ["an axis to permute", () => permute(x, [0, 2]), IndexError, "permute: no axis 2, expected one in [-2, 1]"],
  ["a number to permute", () => permute(x, wrong(1)), ShapeError, "permute: expected an array of axes, got number 1"],
  ["a vector to transpose", () => transpose(zeros([3])), IndexError, "transpose: no axis -2, expected one in [-1, 0]"],
  [
    "nothing to transpose",
    () => transpose(wrong(undefined)),
    DTypeError,
    "transpose: expected a tensor, got undefined",
  ],
  ["an axis larger than 1", () => squeeze(x, 1), ShapeError, "squeeze: axis 1 has size 3, expected 1"],
  ["an axis to unsqueeze", () => unsqueeze(x, 3), IndexError, "unsqueeze: no axis 3, expected one in [-3, 2]"],
  ["a shape that shrinks", () => broadcastTo(x, [1, 3]), ShapeError, "broadcastTo: [2, 3] does not stretch to [1, 3]"],
  [
    "a shape that does not fit",
    () => broadcastTo(x, [2, 4]),
    ShapeError,
    "broadcastTo: shapes do not broadcast, got [2, 3] and [2, 4]",
  ],
  ["half a step", () => slice(x, 0, 0, 1, 0.5), OptionError, "slice: step must be a whole number >= 1, got number 0.5"],
  [
    "a step backwards",
    () => slice(x, 0, 1, 0, -1),
    OptionError,
    "slice: step must be a whole number >= 1, got number -1",
  ],
  ["half a position", () => slice(x, 0, 0.5), IndexError, "slice: positions must be whole numbers, got number 0.5"],
  [
    "a string as position",
    () => slice(x, 0, wrong("1")),
    IndexError,
    'slice: positions must be whole numbers, got string "1"',
  ],
  [
    "null as position",
    () => slice(x, 0, 0, wrong(null)),
    IndexError,
    "slice: positions must be whole numbers, got null",
  ],
  ["an index beyond", () => select(x, 1, 3), IndexError, "select: index 3 is outside of axis 1 with size 3"],
  ["an index before", () => select(x, 0, -3), IndexError, "select: index -3 is outside of axis 0 with size 2"],
  ["half an index", () => select(x, 0, 0.5), IndexError, "select: expected a whole index, got number 0.5"],
  ["an axis to flip", () => flip(x, 5), IndexError, "flip: no axis 5, expected one in [-2, 1]"],
  ["an array to flip", () => flip(wrong([1])), DTypeError, "flip: expected a tensor, got an array; use tensor(values)"],
  ["a negative count", () => pad(x, 0, -1, 0), ShapeError, "pad: counts must be whole numbers >= 0, got number -1"],
  [
    "no count",
    () => pad(x, 0, 1, wrong(undefined)),
    ShapeError,
    "pad: counts must be whole numbers >= 0, got undefined",
  ],
  [
    "a fraction of int32",
    () => pad(whole, 0, 1, 1, 0.5),
    DTypeError,
    "pad: int32 cannot hold the number 0.5; use float32",
  ],
  ["a vector to tril", () => tril(zeros([3])), ShapeError, "tril: expected matrices, got [3]"],
  ["half a diagonal", () => tril(x, 0.5), OptionError, "tril: diagonal must be a whole number, got number 0.5"],
];

const joining: Case[] = [
  ["one tensor alone", () => concat(wrong(x)), ShapeError, "concat: expected an array of tensors, got a tensor"],
  ["no tensors", () => concat([]), ShapeError, "concat: expected at least one tensor, got an empty array"],
  [
    "an array among tensors",
    () => cat([x, wrong([1])]),
    DTypeError,
    "cat: expected a tensor, got an array; use tensor(values)",
  ],
  [
    "other sizes",
    () => concat([x, zeros([2, 4])]),
    ShapeError,
    "concat: sizes differ beside axis 0, got [2, 3], [2, 4]",
  ],
  ["another rank", () => concat([x, zeros([3])]), ShapeError, "concat: sizes differ beside axis 0, got [2, 3], [3]"],
  ["scalars", () => concat([tensor(1), tensor(2)]), IndexError, "concat: no axis 0, a scalar has none"],
  ["two dtypes", () => stack([whole, mask]), DTypeError, "stack: dtypes differ, got int32 and bool; use cast"],
  ["other shapes to stack", () => stack([x, zeros([3, 2])]), ShapeError, "stack: shapes differ, got [2, 3] and [3, 2]"],
  ["an axis to stack", () => stack([x], 3), IndexError, "stack: no axis 3, expected one in [-3, 2]"],
  ["size 0", () => split(x, 0), ShapeError, "split: expected a whole size >= 1 or an array of sizes, got number 0"],
  [
    "a string as size",
    () => split(x, wrong("1")),
    ShapeError,
    'split: expected a whole size >= 1 or an array of sizes, got string "1"',
  ],
  ["sizes that do not add up", () => split(x, [1, 1], 1), ShapeError, "split: sizes [1, 1] add up to 2, axis 1 has 3"],
  ["a negative size", () => split(x, [-1, 4], 1), ShapeError, "split: sizes must be whole numbers >= 0, got [-1, 4]"],
  ["no chunks", () => chunk(x, 0), ShapeError, "chunk: expected a whole count >= 1, got number 0"],
  ["an axis to chunk", () => chunk(x, 2, 2), IndexError, "chunk: no axis 2, expected one in [-2, 1]"],
  ["no tensor to unbind", () => unbind(wrong(null)), DTypeError, "unbind: expected a tensor, got null"],
  ["a scalar to unbind", () => unbind(tensor(1)), IndexError, "unbind: no axis 0, a scalar has none"],
];

const indexing: Case[] = [
  ["a float index", () => gather(x, 1, x), DTypeError, "gather: the index must be int32, got float32; use cast"],
  [
    "an array as index",
    () => gather(x, 1, wrong([[0]])),
    DTypeError,
    "gather: expected a tensor, got an array; use tensor(values)",
  ],
  [
    "an index of another rank",
    () => gather(x, 1, index(0)),
    ShapeError,
    "gather: an index of shape [1] does not fit into [2, 3] beside axis 1",
  ],
  [
    "an index with too many rows",
    () => gather(x, 1, zeros([3, 1], { dtype: "int32" })),
    ShapeError,
    "gather: an index of shape [3, 1] does not fit into [2, 3] beside axis 1",
  ],
  [
    "an index beyond",
    () => gather(x, 1, tensor([[3]], { dtype: "int32" })),
    IndexError,
    "gather: index 3 is outside of an axis with size 3",
  ],
  [
    "a negative index",
    () => indexSelect(x, 0, index(-1)),
    IndexError,
    "indexSelect: index -1 is outside of an axis with size 2",
  ],
  [
    "an index with two axes",
    () => indexSelect(x, 0, tensor([[0]], { dtype: "int32" })),
    ShapeError,
    "indexSelect: expected one axis of indices, got [1, 1]",
  ],
  [
    "an axis to indexSelect",
    () => indexSelect(x, 2, index(0)),
    IndexError,
    "indexSelect: no axis 2, expected one in [-2, 1]",
  ],
  [
    "a source of another shape",
    () => scatterAdd(x, 1, tensor([[0, 1]], { dtype: "int32" }), zeros([1, 1])),
    ShapeError,
    "scatterAdd: index [1, 2] and source [1, 1] differ",
  ],
  [
    "a source of another dtype",
    () => scatterAdd(x, 1, tensor([[0]], { dtype: "int32" }), zeros([1, 1], { dtype: "float64" })),
    DTypeError,
    "scatterAdd: dtypes differ, got float32 and float64; use cast",
  ],
  [
    "masks to add to",
    () => indexAdd(mask, 0, index(0), tensor([true])),
    DTypeError,
    "indexAdd: expected numbers, got bool; use cast",
  ],
  [
    "a source of another size",
    () => indexAdd(x, 0, index(0, 1), zeros([1, 3])),
    ShapeError,
    "indexAdd: expected a source of [2, 3], got [1, 3]",
  ],
  [
    "an index beyond to indexAdd",
    () => indexAdd(x, 0, index(2), zeros([1, 3])),
    IndexError,
    "indexAdd: index 2 is outside of an axis with size 2",
  ],
  ["no classes", () => oneHot(whole, 0), OptionError, "oneHot: classes must be a whole number >= 1, got number 0"],
  ["a class beyond", () => oneHot(whole, 3), IndexError, "oneHot: index 3 is outside of an axis with size 3"],
  ["numbers as classes", () => oneHot(x, 3), DTypeError, "oneHot: the index must be int32, got float32; use cast"],
  [
    "a mask as dtype",
    () => oneHot(whole, 4, { dtype: wrong("bool") }),
    DTypeError,
    "oneHot: expected float32, float64 or int32, got bool",
  ],
  [
    "an option of oneHot",
    () => oneHot(whole, 4, wrong({ dtyp: 1 })),
    OptionError,
    "oneHot: unknown option dtyp, did you mean dtype?",
  ],
];

describe.each([
  ["movement", movement],
  ["joining", joining],
  ["indexing", indexing],
])("%s: refuses", (_, cases) => {
  it.each(cases)("%s", (__, call, type, message) => {
    const text = refusal(call);
    expect(text.slice(0, type.name.length + message.length + 2)).toBe(`${type.name}: ${message}`);
  });
});
