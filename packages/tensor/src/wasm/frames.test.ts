import { inPlace, type Kernels } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { describe, expect, it } from "vitest";
import {
  abstractOutput,
  activeKernels,
  add,
  indexAdd,
  indexSelect,
  matmul,
  ones,
  type Tensor,
  TracedValueError,
  tanh,
  tanhGrad,
  withEvaluator,
  zeros,
} from "../index.ts";

const traced = withEvaluator(abstractOutput, () => zeros([16, 16]));
const some = ones([16, 16]);
const rows = zeros([16], { dtype: "int32" });
const noRows = withEvaluator(abstractOutput, () => zeros([16], { dtype: "int32" }));

const calls: [string, () => Tensor][] = [
  ["tanh", () => tanh(traced)],
  ["tanhGrad", () => tanhGrad(some, traced)],
  ["add", () => add(some, traced)],
  ["matmul, left", () => matmul(traced, ones([16, 16]))],
  ["matmul, right", () => matmul(some, traced)],
  ["indexSelect", () => indexSelect(traced, 0, rows)],
  ["indexSelect, index", () => indexSelect(some, 0, noRows)],
  ["indexAdd", () => indexAdd(some, 0, rows, traced)],
];

/** Where the next frame would begin. */
function top({ memory }: Kernels): number {
  const at = memory.frame(4, "nothing");
  memory.endFrame(at);
  return at;
}

describe("the frame of a call that throws", () => {
  it.each(calls)("ends: %s of a tensor without values", (_, call) => {
    withKernels({ build: "simd" }, () => {
      const kernels = activeKernels("float32") as Kernels;
      const [before, use] = [top(kernels), kernels.memory.use()];
      for (let time = 0; time < 5; time++) {
        let error: unknown;
        try {
          call();
        } catch (thrown) {
          error = thrown;
        }
        expect(TracedValueError.is(error)).toBe(true);
      }
      expect([top(kernels), kernels.memory.use()]).toEqual([before, use]);
    });
  });

  it("ends: inPlace with a function that throws", () => {
    withKernels({ build: "simd" }, () => {
      const kernels = activeKernels("float32") as Kernels;
      const before = top(kernels);
      const refuse = (): never => {
        throw new Error("refused");
      };
      expect(() => inPlace(kernels, "test", [new Float32Array(8)], 1, refuse)).toThrow("refused");
      expect(top(kernels)).toBe(before);
    });
  });
});
