import { describe, expect, it } from "vitest";
import {
  abstractOutput,
  add,
  apply,
  DTypeError,
  defineOp,
  type OpRecord,
  runtime,
  ShapeError,
  type Tensor,
  tensor,
  withEvaluator,
  zeros,
} from "./index.ts";

const scaleOp: OpRecord<"scale", { by: number }> = defineOp<"scale", { by: number }>({
  name: "scale",
  dtype: (_, [x]) => x.dtype,
  shape: ([x]) => x.shape,
  forward: (out, [x], { by }) => {
    for (let i = 0; i < out.length; i++) out[i] = by * x.data[i];
  },
});

describe("an op of one's own", () => {
  it("runs like the built-in ones", () => {
    expect(apply(scaleOp, [tensor([1, 2])], { by: 3 }).toArray()).toEqual([3, 6]);
    expect(withEvaluator(abstractOutput, () => apply(scaleOp, [tensor([1, 2])], { by: 3 })).shape).toEqual([2]);
  });

  it("is frozen, so that no one changes what others have built on", () => {
    expect(Object.isFrozen(scaleOp)).toBe(true);
  });

  it("is told what is no tensor by its name", () => {
    expect(() => apply(scaleOp, [[1] as never], { by: 3 })).toThrow(
      new DTypeError("scale: expected a tensor, got an array; use tensor(values)"),
    );
  });

  it("never computes nothing", () => {
    const never = defineOp<"never">({
      name: "never",
      dtype: () => "float32",
      shape: () => [0, 2],
      forward: () => {
        throw new RangeError("called");
      },
    });
    expect(apply(never, [], undefined).shape).toEqual([0, 2]);
  });

  it("says when its output does not fit into memory", () => {
    const huge = defineOp<"huge">({ name: "huge", dtype: () => "float64", shape: () => [1e15], forward: () => {} });
    expect(() => apply(huge, [], undefined)).toThrow(
      new ShapeError("huge: no room for a float64 tensor of shape [1000000000000000]"),
    );
  });

  it("passes other errors on", () => {
    const broken = defineOp<"broken">({
      name: "broken",
      dtype: () => "float32",
      shape: () => [1],
      forward: () => {
        throw new RangeError("from forward");
      },
    });
    expect(() => apply(broken, [], undefined)).toThrow(new RangeError("from forward"));
  });
});

describe("apply", () => {
  it("tells the recorder what ran, after it ran", () => {
    const seen: [string, readonly Tensor[], unknown, number[]][] = [];
    const state = runtime();
    state.recorder = (op, inputs, attrs, output) => seen.push([op.name, inputs, attrs, Array.from(output.data)]);
    const x = tensor([1, 2]);
    try {
      apply(scaleOp, [x], { by: 2 });
    } finally {
      state.recorder = undefined;
    }
    expect(seen).toEqual([["scale", [x], { by: 2 }, [2, 4]]]);
  });

  it("does not tell it about an op that failed", () => {
    let calls = 0;
    const [a, b] = [zeros([2]), zeros([3])];
    const state = runtime();
    state.recorder = () => {
      calls++;
    };
    try {
      expect(() => add(a, b)).toThrow(ShapeError);
    } finally {
      state.recorder = undefined;
    }
    expect(calls).toBe(0);
  });
});
