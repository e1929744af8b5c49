import type { Matrix } from "ml-matrix";

/**
 * A matrix of which each row has a power of two of its own, `row_i = 2^exponents[i] rows[i]`: rows may differ by thousands
 * of decades, as those of a product of many triangular factors do. A row of zeros has the exponent -∞.
 */
export interface GradedMatrix {
  readonly rows: readonly Float64Array[];
  readonly exponents: Float64Array;
}

/** The identity. */
export function gradedIdentity(n: number): GradedMatrix {
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => Number(i === j)));
  return { rows, exponents: new Float64Array(n) };
}

/** `R A` for an upper triangular R. Zeros, and rows of zeros, stay exact. */
export function multiplyTriangular(r: Matrix, { rows, exponents }: GradedMatrix): GradedMatrix {
  const n = rows.length;
  const shifts = new Float64Array(n);
  const products = rows.map((_, i) => {
    const counts = (m: number) => r.get(i, m) !== 0 && exponents[m] > Number.NEGATIVE_INFINITY;
    let top = Number.NEGATIVE_INFINITY;
    for (let m = i; m < n; m++) if (counts(m)) top = Math.max(top, exponents[m]);
    const sum = new Float64Array(n);
    for (let m = i; m < n; m++) {
      if (!counts(m)) continue;
      const factor = r.get(i, m) * powerOfTwo(exponents[m] - top);
      for (let j = 0; j < n; j++) sum[j] += factor * rows[m][j];
    }
    shifts[i] = top;
    return sum;
  });
  return normalized(products, shifts);
}

/**
 * `log10` of all singular values, largest first, `-∞` for an exact 0: one-sided Jacobi rotations of the rows (Hestenes, 1958),
 * each rotation formed from the ratio of two rows' norms and never from the norms. It keeps the small values to as many
 * digits as the large ones where the rows, scaled to length 1, are well conditioned (Demmel and Veselić, 1992), which
 * a QR algorithm on the whole matrix does not: that loses all below 1e-16 of the largest.
 */
export function gradedSingularValues(matrix: GradedMatrix): Float64Array {
  const n = matrix.rows.length;
  if (matrix.rows.some((row) => !Number.isFinite(norm(row)))) return new Float64Array(n).fill(Number.NaN);
  const rows = matrix.rows.map((row) => row.slice());
  const exponents = matrix.exponents.slice();
  const tolerance = 4 * Number.EPSILON;
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < n - 1; p++)
      for (let q = p + 1; q < n; q++) turned = rotate(rows, exponents, p, q, tolerance) || turned;
  }
  return Float64Array.from(rows, (row, i) => Math.log10(norm(row)) + exponents[i] * Math.log10(2))
    .sort()
    .reverse();
}

/** Makes rows p and q orthogonal; false when they are. */
function rotate(rows: Float64Array[], exponents: Float64Array, p: number, q: number, tolerance: number): boolean {
  const [lengthP, lengthQ] = [norm(rows[p]), norm(rows[q])];
  if (lengthP === 0 || lengthQ === 0) return false;
  const larger = Math.log2(lengthP) + exponents[p] >= Math.log2(lengthQ) + exponents[q] ? p : q;
  const smaller = larger === p ? q : p;
  const [a, b] = [rows[larger], rows[smaller]];
  const [lengthA, lengthB] = [norm(a), norm(b)];
  let cosine = 0;
  for (let k = 0; k < a.length; k++) cosine += (a[k] / lengthA) * (b[k] / lengthB);
  if (Math.abs(cosine) <= tolerance) return false;
  const ratio = (lengthB / lengthA) * powerOfTwo(exponents[smaller] - exponents[larger]);
  // The tangent of the angle is `ratio * w`, and w is finite however small the ratio is.
  const half = (1 - ratio * ratio) / (2 * Math.abs(cosine));
  const w = -Math.sign(cosine) / (half + Math.hypot(ratio, half));
  const tangent = ratio * w;
  const scale = 1 / Math.hypot(1, tangent);
  const toSmaller = w * (lengthB / lengthA);
  const toLarger = tangent * powerOfTwo(exponents[smaller] - exponents[larger]);
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k], b[k]];
    a[k] = scale * (x - toLarger * y);
    b[k] = scale * (y + toSmaller * x);
  }
  for (const i of [p, q]) exponents[i] += normalize(rows[i]);
  return true;
}

function normalized(rows: Float64Array[], exponents: Float64Array): GradedMatrix {
  rows.forEach((row, i) => {
    exponents[i] = norm(row) === 0 ? Number.NEGATIVE_INFINITY : exponents[i] + normalize(row);
  });
  return { rows, exponents };
}

/** Takes a power of two out of a row so that its length lies near 1, and tells which. */
function normalize(row: Float64Array): number {
  const length = norm(row);
  if (length === 0 || !Number.isFinite(length)) return 0;
  const shift = Math.floor(Math.log2(length));
  // In two steps: 2^1074, which makes the smallest number a 1, is no number itself.
  const half = Math.trunc(-shift / 2);
  const [first, second] = [powerOfTwo(half), powerOfTwo(-shift - half)];
  for (let k = 0; k < row.length; k++) row[k] = row[k] * first * second;
  return shift;
}

function norm(row: Float64Array): number {
  let squares = 0;
  for (let k = 0; k < row.length; k++) squares += row[k] * row[k];
  // Far from 1, squares would lose digits or overflow; Math.hypot scales, ten times slower.
  return squares > 1e-200 && squares < 1e200 ? Math.sqrt(squares) : Math.hypot(...row);
}

/** `2^exponent` for a whole exponent; 0 where that underflows. */
function powerOfTwo(exponent: number): number {
  if (exponent < -1100) return 0;
  let value = 1;
  for (let base = exponent < 0 ? 0.5 : 2, left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) value *= base;
    base *= base;
  }
  return value;
}
