import { gemm, gemmPacked } from "@unroll/kernels";
import type { OpKernel } from "../op.ts";
import { forEachProduct, type MatmulAttrs } from "../products.ts";
import { formatShape } from "../shape.ts";
import { keptPanels } from "./panels.ts";

/**
 * Matrix products by the kernels. One matrix on the right that comes back, as weights do, is kept packed; all other
 * operands are staged for the call.
 */
export const matmulKernel: OpKernel<MatmulAttrs> = (kernels, out, inputs, attrs, { shape }) => {
  const [x, y] = inputs;
  const [m, n] = [shape[shape.length - 2], shape[shape.length - 1]];
  const k = x.shape[x.shape.length - (attrs.transposeA ? 2 : 1)];
  const [aRow, aColumn] = attrs.transposeA ? [1, m] : [k, 1];
  const [bRow, bColumn] = attrs.transposeB ? [1, k] : [n, 1];
  const panels = y.size === k * n ? keptPanels(kernels, y, { offset: y.offset, k, n, bRow, bColumn }) : 0;
  const { memory } = kernels;
  const c = memory.frame(
    4 * (out.length + x.size + (panels === 0 ? y.size : 0)),
    () => `matmul of ${formatShape(x.shape)} and ${formatShape(y.shape)}`,
  );
  try {
    const a = c + 4 * out.length;
    const b = a + 4 * x.size;
    memory.f32.set(x.data, a >> 2);
    if (panels === 0) memory.f32.set(y.data, b >> 2);
    const one = (at: number, i: number, j: number): void => {
      const sizes = { m, n, k, c: c + 4 * at * m * n, a: a + 4 * i, aRow, aColumn };
      if (panels === 0) gemm(kernels, { ...sizes, b: b + 4 * j, bRow, bColumn });
      else gemmPacked(kernels, { ...sizes, panels });
    };
    if (shape.length === 2) one(0, 0, 0);
    else forEachProduct(inputs, attrs, one);
    out.set(memory.f32.subarray(c >> 2, (c >> 2) + out.length));
  } finally {
    memory.endFrame(c);
  }
  return true;
};
