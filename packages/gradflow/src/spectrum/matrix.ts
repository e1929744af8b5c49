import { Matrix, QrDecomposition } from "ml-matrix";

/** A square or tall matrix as ml-matrix holds it, from row-major numbers. */
export function matrixOf(values: ArrayLike<number>, rows: number, columns: number): Matrix {
  const matrix = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, values[i * columns + j]);
  return matrix;
}

/** `Z = Q R` with `R_ii >= 0`: signs chosen so that logarithms of the diagonal exist. */
export function positiveQR(z: Matrix): { q: Matrix; r: Matrix } {
  const decomposition = new QrDecomposition(z);
  const q = decomposition.orthogonalMatrix;
  const r = decomposition.upperTriangularMatrix;
  for (let i = 0; i < r.rows; i++) {
    if (r.get(i, i) >= 0) continue;
    r.mulRow(i, -1);
    q.mulColumn(i, -1);
  }
  return { q, r };
}
