import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  abstractOutput,
  assign,
  cast,
  detach,
  identity,
  mutate,
  reshape,
  ShapeError,
  select,
  slice,
  squeeze,
  Tensor,
  TracedValueError,
  tensor,
  unsqueeze,
  withEvaluator,
  zeros,
} from "./index.ts";

const traced = () => withEvaluator(abstractOutput, () => zeros([2, 3]));

describe("a tensor", () => {
  it("has shape, dtype, size and data", () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([x.shape, x.dtype, x.size]).toEqual([[2, 3], "float32", 6]);
    expect(x.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect(x.data).toBe(x.data);
  });

  it("is known by its brand", () => {
    expect(Tensor.is(tensor(1))).toBe(true);
    for (const other of [undefined, null, 1, "x", [], {}, { shape: [1], data: [1] }])
      expect(Tensor.is(other)).toBe(false);
  });

  it.each([
    [tensor(7), 7],
    [tensor([[[2.5]]]), 2.5],
    [tensor([true]), 1],
  ])("item of %s", (x, value) => {
    expect(x.item()).toBe(value);
  });

  it.each([
    [tensor([1, 2]), "item: expected one value, got shape [2]"],
    [zeros([0]), "item: expected one value, got shape [0]"],
  ])("refuses item of %s", (x, message) => {
    expect(() => x.item()).toThrow(new ShapeError(message));
  });

  it.each([
    ["a scalar", tensor(7), 7],
    ["a vector", tensor([1, 2]), [1, 2]],
    ["a mask", tensor([[true], [false]]), [[true], [false]]],
    ["nothing", zeros([2, 0]), [[], []]],
    ["no rows", zeros([0, 2]), []],
    ["three axes", reshape(tensor([1, 2, 3, 4]), [2, 1, 2]), [[[1, 2]], [[3, 4]]]],
    ["a view", slice(tensor([1, 2, 3, 4]), 0, 1, 3), [2, 3]],
  ])("toArray of %s", (_, x, expected) => {
    expect(x.toArray()).toEqual(expected);
  });

  it("prints by itself in a string and in the console", () => {
    const x = tensor([1, 2]);
    expect(`${x}`).toBe("Tensor float32 [2]\n[1, 2]");
    expect(inspect(x)).toBe("Tensor float32 [2]\n[1, 2]");
  });
});

describe("views", () => {
  const x = () =>
    tensor(
      Float32Array.from({ length: 12 }, (_, i) => i),
      { shape: [3, 2, 2] },
    );

  it.each([
    ["reshape", (t: Tensor) => reshape(t, [4, 3])],
    ["select of the first axis", (t: Tensor) => select(t, 0, 1)],
    ["slice of the first axis", (t: Tensor) => slice(t, 0, 1)],
    ["select after leading axes of size 1", (t: Tensor) => select(reshape(t, [1, 3, 4]), 1, 2)],
    ["squeeze and unsqueeze", (t: Tensor) => squeeze(unsqueeze(t, 0), 0)],
    ["detach", detach],
    ["identity", identity],
    ["cast to the same dtype", (t: Tensor) => cast(t, "float32")],
    ["a view of a view", (t: Tensor) => select(slice(t, 0, 1, 3), 0, 1)],
  ])("%s shares values and version with its tensor", (_, view) => {
    const base = x();
    const seen = view(base);
    expect(seen).not.toBe(base);
    expect(seen.storage).toBe(base.storage);
    expect(seen.data.buffer).toBe(base.data.buffer);
    mutate(base, (data) => data.fill(7));
    expect(new Set(seen.data)).toEqual(new Set([7]));
    expect(seen.storage.version).toBe(1);
  });

  it.each([
    ["select of another axis", (t: Tensor) => select(t, 1, 1), [2, 3, 6, 7, 10, 11]],
    ["slice of another axis", (t: Tensor) => slice(t, 2, 1), [1, 3, 5, 7, 9, 11]],
    ["slice with a step", (t: Tensor) => slice(t, 0, 0, 3, 2), [0, 1, 2, 3, 8, 9, 10, 11]],
  ])("%s copies", (_, copy, values) => {
    const base = x();
    const seen = copy(base);
    expect(Array.from(seen.data)).toEqual(values);
    expect(seen.storage).not.toBe(base.storage);
    mutate(base, (data) => data.fill(7));
    expect(Array.from(seen.data)).toEqual(values);
    expect(seen.storage.version).toBe(0);
  });

  it("have the values of their part, wherever that lies", () => {
    const base = x();
    expect(select(base, 0, 2).toArray()).toEqual([
      [8, 9],
      [10, 11],
    ]);
    expect(slice(base, 0, 1, 2).toArray()).toEqual([
      [
        [4, 5],
        [6, 7],
      ],
    ]);
    expect(slice(base, 0, 3).toArray()).toEqual([]);
  });

  it("pass writes through, as far as they reach", () => {
    const base = x();
    assign(select(base, 0, 1), [0, 0, 0, 0]);
    expect(Array.from(base.data)).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 8, 9, 10, 11]);
    expect(base.storage.version).toBe(1);
  });
});

describe("a traced tensor", () => {
  it("has a shape and no values", () => {
    const x = traced();
    expect([x.shape, x.dtype, x.size]).toEqual([[2, 3], "float32", 6]);
    const message = "a tensor of shape [2, 3] has no values while its function is being traced";
    expect(() => x.data).toThrow(new TracedValueError(message));
    expect(() => x.toArray()).toThrow(new TracedValueError(message));
    expect(() => withEvaluator(abstractOutput, () => zeros([])).item()).toThrow(TracedValueError);
  });

  it("prints without values", () => {
    expect(String(traced())).toBe("Tensor float32 [2, 3] (traced, without values)");
  });

  it("stays traced through views", () => {
    expect(reshape(traced(), [6]).storage.data).toBeUndefined();
    expect(select(traced(), 0, 1).shape).toEqual([3]);
  });
});
