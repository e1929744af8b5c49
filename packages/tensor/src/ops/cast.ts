import { checkDType, type DType } from "../dtype.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { shapeOfFirst } from "../rules.ts";
import type { Tensor } from "../tensor.ts";

export const castOp: OpRecord<"cast", { dtype: DType }> = /* @__PURE__ */ defineOp<"cast", { dtype: DType }>({
  name: "cast",
  dtype: (_, __, { dtype }) => dtype,
  shape: shapeOfFirst,
  view: ([x], { dtype }) => (x.dtype === dtype ? 0 : undefined),
  forward: (out, [x], { dtype }) => {
    const data = x.data;
    if (dtype === "bool") for (let i = 0; i < out.length; i++) out[i] = data[i] !== 0 ? 1 : 0;
    else out.set(data);
  },
});

/**
 * The values in another dtype: to int32 by dropping the fraction (NaN becomes 0, what int32 cannot hold wraps around), to
 * bool by asking whether they differ from 0.
 *
 * @example
 * ```ts
 * cast(tensor([1.9, -1.9]), "int32").toArray(); // [1, -1]
 * ```
 * @throws {DTypeError} when the dtype is unknown
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return apply(castOp, [x], { dtype: checkDType("cast", dtype) });
}
