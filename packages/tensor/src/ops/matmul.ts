import { checkTensor } from "../check.ts";
import { ShapeError } from "../errors.ts";
import { gemm, type MatrixView } from "../gemm.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkBoolean, checkOptions } from "../options.ts";
import { forEachProduct, innerSizesDiffer, type MatmulAttrs, sizesOf } from "../products.ts";
import { numericDType } from "../rules.ts";
import { formatShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { matmulKernel } from "../wasm/matmul.ts";
import { reshape, squeeze, unsqueeze } from "./movement.ts";

export const matmulOp: OpRecord<"matmul", MatmulAttrs> = /* @__PURE__ */ defineOp<"matmul", MatmulAttrs>({
  name: "matmul",
  dtype: numericDType,
  shape: (inputs, attrs) => {
    const { M, N, batch } = sizesOf(inputs, attrs);
    return [...batch, M, N];
  },
  forward: (out, inputs, attrs) => {
    const { M, N, K } = sizesOf(inputs, attrs);
    const [a, b] = inputs;
    forEachProduct(inputs, attrs, (at, i, j) =>
      gemm(out, at * M * N, M, N, K, matrix(a, i, attrs.transposeA), matrix(b, j, attrs.transposeB)),
    );
  },
  kernel: matmulKernel,
});

/** The matrix that starts at value `at` of a tensor. */
export function matrix(x: Tensor, at: number, transposed: boolean): MatrixView {
  const columns = x.shape[x.shape.length - 1];
  return transposed ? { data: x.data, at, row: 1, column: columns } : { data: x.data, at, row: columns, column: 1 };
}

/** Options of {@link matmul}. */
export interface MatmulOptions {
  /** Read `a` with its last two axes exchanged, without a copy (default false). */
  transposeA?: boolean;
  /** Read `b` with its last two axes exchanged, without a copy (default false). */
  transposeB?: boolean;
}

/**
 * Multiplies matrices: `out[…, m, n] = Σ_k a[…, m, k] b[…, k, n]`. Leading axes are batches and broadcast; a vector
 * counts as one row on the left, one column on the right, and its axis is dropped from the result (NumPy's rule).
 *
 * @example
 * ```ts
 * matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])).toArray(); // [3, 7]
 * ```
 * @throws {ShapeError} when the inner sizes differ or the batches do not broadcast
 * @throws {DTypeError} when the dtypes differ
 */
export function matmul(a: Tensor, b: Tensor, options?: MatmulOptions): Tensor {
  checkTensor("matmul", a);
  checkTensor("matmul", b);
  const attrs = matmulAttrs("matmul", options);
  if (a.shape.length === 0 || b.shape.length === 0)
    throw new ShapeError(
      `matmul: expected vectors or matrices, got ${formatShape(a.shape)} x ${formatShape(b.shape)}; scale with mul`,
    );
  const rows = a.shape.length === 1;
  const columns = b.shape.length === 1;
  if (!rows && !columns) {
    // One matrix for a whole batch of rows: a single product over all rows instead of one per batch entry.
    if (b.shape.length === 2 && a.shape.length > 2 && !attrs.transposeA) {
      const lead = a.shape.slice(0, -1);
      // Told here, where the shapes are still those of the call.
      if (a.shape[lead.length] !== b.shape[attrs.transposeB ? 1 : 0]) throw innerSizesDiffer(a, b, attrs);
      const flat = apply(matmulOp, [reshape(a, [sizeOf(lead), a.shape[lead.length]]), b], attrs);
      return reshape(flat, [...lead, flat.shape[1]]);
    }
    return apply(matmulOp, [a, b], attrs);
  }
  const transposeA = attrs.transposeA && !rows;
  const transposeB = attrs.transposeB && !columns;
  const inner = rows ? a.shape[0] : a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const other = columns ? b.shape[0] : b.shape[b.shape.length - (transposeB ? 1 : 2)];
  if (inner !== other) throw innerSizesDiffer(a, b, { transposeA, transposeB });
  const product = apply(matmulOp, [rows ? unsqueeze(a, 0) : a, columns ? unsqueeze(b, 1) : b], {
    transposeA,
    transposeB,
  });
  if (rows && columns) return reshape(product, []);
  return squeeze(product, rows ? -2 : -1);
}

const plain: MatmulAttrs = { transposeA: false, transposeB: false };

/** The options with their defaults, checked. */
export function matmulAttrs(fn: string, options: MatmulOptions | undefined): MatmulAttrs {
  if (options === undefined) return plain;
  checkOptions(fn, options, ["transposeA", "transposeB"]);
  return {
    transposeA: checkBoolean(fn, "transposeA", options.transposeA, false),
    transposeB: checkBoolean(fn, "transposeB", options.transposeB, false),
  };
}
