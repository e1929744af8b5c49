import {
  cast,
  checkOptions,
  type DTypeOptions,
  eye,
  formatShape,
  mul,
  OptionError,
  randn,
  ShapeError,
  type Tensor,
  tensor,
} from "@unroll/tensor";
import { checkFinite, fansOf, type InitOptions } from "./init-options.ts";

/** Options of {@link orthogonal}. */
export interface OrthogonalOptions extends InitOptions {
  /** A factor on all values (default 1). */
  gain?: number;
  /** How many blocks are stacked, each of them orthogonal by itself (default 1): 4 for an LSTM's recurrent weight. */
  gates?: number;
  /** The axis along which they are stacked (default 0, as in PyTorch's `[gates * hidden, hidden]`). */
  gateDim?: 0 | 1;
}

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, times `gain`; uniform among all of them: the Q of a
 * Gaussian's QR decomposition with a positive diagonal of R (Saxe et al., 2014; Mezzadri, 2007). Worked out in float64.
 *
 * PyTorch's `orthogonal_` on a stacked `[gates * hidden, hidden]` weight makes the columns of the whole orthonormal and
 * no gate's block orthogonal; `gates` makes each block so. Axes after the second count as columns.
 *
 * @example
 * ```ts
 * orthogonal([4 * 64, 64], { gates: 4 }).shape; // [256, 64]
 * ```
 * @throws {ShapeError} for fewer than two axes, or when the gates do not divide their axis
 */
export function orthogonal(shape: readonly number[], options: OrthogonalOptions = {}): Tensor {
  checkOptions("orthogonal", options, ["gain", "gates", "gateDim", "dtype", "generator"]);
  const { gain = 1, gates = 1, gateDim = 0, dtype = "float32", generator } = options;
  checkFinite("orthogonal", "gain", gain);
  fansOf("orthogonal", shape);
  if (!Number.isInteger(gates) || gates < 1)
    throw new OptionError(`orthogonal: gates must be a whole number >= 1, got ${String(gates)}`);
  if (gateDim !== 0 && gateDim !== 1)
    throw new OptionError(`orthogonal: gateDim must be 0 or 1, got ${String(gateDim)}`);
  if (gateDim === 1 && shape.length > 2)
    throw new ShapeError(`orthogonal: gateDim 1 is for matrices, got ${formatShape(shape)}`);
  const rows = shape[0];
  const columns = shape.slice(1).reduce((product, size) => product * size, 1);
  if ((gateDim === 0 ? rows : columns) % gates !== 0)
    throw new ShapeError(`orthogonal: ${gates} gates do not divide axis ${gateDim} of ${formatShape(shape)}`);
  const [m, n] = gateDim === 0 ? [rows / gates, columns] : [rows, columns / gates];
  const values = new Float64Array(rows * columns);
  for (let gate = 0; gate < gates; gate++) {
    const at = gateDim === 0 ? gate * m * columns : gate * n;
    fillOrthonormal(values, at, columns, m, n, randn([m, n], { dtype: "float64", generator }).data as Float64Array);
  }
  return cast(mul(tensor(values, { shape }), gain), dtype);
}

/** Writes an m x n block with orthonormal rows or columns at `at`, made from Gaussian values. */
function fillOrthonormal(
  out: Float64Array,
  at: number,
  stride: number,
  m: number,
  n: number,
  gaussian: Float64Array,
): void {
  const tall = m >= n;
  // The fewer, longer vectors side by side: the columns of a tall block, the rows of a wide one.
  const [count, length] = tall ? [n, m] : [m, n];
  const vectors = new Float64Array(count * length);
  for (let v = 0; v < count; v++) {
    for (let i = 0; i < length; i++) vectors[v * length + i] = gaussian[tall ? i * n + v : v * n + i];
  }
  orthonormalise(vectors, count, length);
  for (let v = 0; v < count; v++) {
    for (let i = 0; i < length; i++) out[at + (tall ? i * stride + v : v * stride + i)] = vectors[v * length + i];
  }
}

/**
 * Modified Gram and Schmidt, each vector twice: the second pass removes what rounding left of the first, so the result
 * is orthogonal to rounding (Giraud et al., 2005). Norms are positive, which is the sign rule for R's diagonal.
 */
function orthonormalise(vectors: Float64Array, count: number, length: number): void {
  for (let v = 0; v < count; v++) {
    const own = vectors.subarray(v * length, (v + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let u = 0; u < v; u++) {
        const other = vectors.subarray(u * length, (u + 1) * length);
        let dot = 0;
        for (let i = 0; i < length; i++) dot += own[i] * other[i];
        for (let i = 0; i < length; i++) own[i] -= dot * other[i];
      }
    }
    let square = 0;
    for (let i = 0; i < length; i++) square += own[i] * own[i];
    const norm = Math.sqrt(square);
    for (let i = 0; i < length; i++) own[i] /= norm;
  }
}

/** Options of {@link identityInit}. */
export interface IdentityOptions extends DTypeOptions {
  /** A factor on the diagonal (default 1). */
  gain?: number;
}

/**
 * A matrix with `gain` on the diagonal and 0 elsewhere, as the recurrent weight of an IRNN starts (Le et al., 2015).
 *
 * @throws {ShapeError} unless the shape has two axes
 */
export function identityInit(shape: readonly number[], options: IdentityOptions = {}): Tensor {
  checkOptions("identityInit", options, ["gain", "dtype"]);
  const { gain = 1, dtype = "float32" } = options;
  checkFinite("identityInit", "gain", gain);
  fansOf("identityInit", shape);
  if (shape.length !== 2)
    throw new ShapeError(`identityInit: expected a shape [rows, columns], got ${formatShape(shape)}`);
  return mul(eye(shape[0], shape[1], { dtype }), gain);
}
