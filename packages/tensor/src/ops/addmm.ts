import { forEachRun } from "../broadcast.ts";
import { checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { allocate, type TypedArray } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { gemm } from "../gemm.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { type MatmulAttrs, sizesOf } from "../products.ts";
import { numericDType } from "../rules.ts";
import { broadcastShapes, formatShape, type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { accumulate } from "../wasm/accumulate.ts";
import { activeKernels } from "../wasm/engine.ts";
import { addmmKernel, addProductByKernel } from "../wasm/matmul.ts";
import { type MatmulOptions, matmulAttrs, matrix } from "./matmul.ts";

function productShape(fn: string, a: Tensor, b: Tensor, attrs: MatmulAttrs): Shape {
  if (a.shape.length !== 2 || b.shape.length !== 2)
    throw new ShapeError(`${fn}: expected two matrices, got ${formatShape(a.shape)} x ${formatShape(b.shape)}`);
  const { M, N } = sizesOf([a, b], attrs, fn);
  return [M, N];
}

export const addmmOp: OpRecord<"addmm", MatmulAttrs> = /* @__PURE__ */ defineOp<"addmm", MatmulAttrs>({
  name: "addmm",
  dtype: numericDType,
  shape: ([start, a, b], attrs) => {
    const shape = productShape("addmm", a, b, attrs);
    if (!sameShape(broadcastShapes("addmm", [start.shape, shape]), shape))
      throw new ShapeError(`addmm: ${formatShape(start.shape)} does not stretch to ${formatShape(shape)}`);
    return shape;
  },
  forward: (out, [start, a, b], attrs, { shape }) => {
    multiply(out, a, b, attrs);
    const values = start.data;
    forEachRun(shape, [start], (o, n, [at], [step]) => {
      for (let k = 0, i = at; k < n; k++, i += step) out[o + k] += values[i];
    });
  },
  kernel: addmmKernel,
});

function multiply(out: TypedArray, a: Tensor, b: Tensor, attrs: MatmulAttrs): void {
  const { M, N, K } = sizesOf([a, b], attrs);
  gemm(out, 0, M, N, K, matrix(a, 0, attrs.transposeA), matrix(b, 0, attrs.transposeB));
}

/**
 * A matrix product added to what stretches to its shape: `out[m, n] = start[m, n] + Σ_k a[m, k] b[k, n]`, in one pass
 * (PyTorch's `addmm`). An affine map is `addmm(bias, x, weight, { transposeB: true })`.
 *
 * @example
 * ```ts
 * addmm(tensor([10, 20]), tensor([[1, 2]]), tensor([[1, 0], [0, 1]])).toArray(); // [[11, 22]]
 * ```
 * @throws {ShapeError} unless `a` and `b` are matrices that fit, and `start` stretches to their product
 * @throws {DTypeError} when the dtypes differ
 */
export function addmm(start: Tensor, a: Tensor, b: Tensor, options?: MatmulOptions): Tensor {
  for (const x of [start, a, b]) checkTensor("addmm", x);
  return apply(addmmOp, [start, a, b], matmulAttrs("addmm", options));
}

/**
 * Adds a product of matrices to an array in place: `into += a b`, for sums that grow, such as the gradient of a weight
 * that is used at every step.
 *
 * @example
 * ```ts
 * const total = new Float32Array([1, 1]);
 * addProduct(total, tensor([[2, 3]]), tensor([[1, 0], [0, 1]]));
 * [...total]; // [3, 4]
 * ```
 * @throws {ShapeError} unless `a` and `b` are matrices that fit, and `into` has their product's size
 * @throws {DTypeError} when the dtypes differ, or `into` holds another
 */
export function addProduct(into: TypedArray, a: Tensor, b: Tensor, options?: MatmulOptions): void {
  for (const x of [a, b]) checkTensor("addProduct", x);
  const attrs = matmulAttrs("addProduct", options);
  const dtype = numericDType("addProduct", [a, b]);
  const shape = productShape("addProduct", a, b, attrs);
  if (into?.length !== shape[0] * shape[1])
    throw new ShapeError(`addProduct: expected an array of ${shape[0] * shape[1]} values, got ${into?.length}`);
  const expected = allocate(dtype, 0).constructor;
  if (into.constructor !== expected)
    throw new DTypeError(`addProduct: expected a ${expected.name} for ${dtype} matrices, got ${describe(into)}`);
  const kernels = activeKernels(dtype);
  if (kernels !== undefined && into instanceof Float32Array) {
    addProductByKernel(kernels, into, shape, [a, b], attrs);
    return;
  }
  const product = into.slice().fill(0);
  multiply(product, a, b, attrs);
  accumulate(into, product);
}
