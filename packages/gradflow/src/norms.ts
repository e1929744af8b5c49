import type { Tensor } from "@unroll/tensor";

/** The Euclidean norm of each row of `[B, …]`, summed in float64 whatever the dtype, without overflow or underflow on the way. */
export function rowNorms(x: Tensor): Float64Array {
  const rows = x.shape[0];
  const width = rows === 0 ? 0 : x.size / rows;
  const data = x.data;
  const norms = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let largest = 0;
    // Math.max keeps a NaN, wherever in the row it stands.
    for (let i = r * width; i < (r + 1) * width; i++) largest = Math.max(largest, Math.abs(data[i]));
    // Scaled by the largest entry: the square of 1e-200 would be 0.
    if (largest === 0 || !Number.isFinite(largest)) {
      norms[r] = largest;
      continue;
    }
    let total = 0;
    for (let i = r * width; i < (r + 1) * width; i++) total += (data[i] / largest) * (data[i] / largest);
    norms[r] = largest * Math.sqrt(total);
  }
  return norms;
}

/** The Euclidean norm of each row of several tensors side by side. */
export function jointNorms(tensors: readonly Tensor[]): Float64Array {
  const norms = tensors.map(rowNorms);
  return Float64Array.from({ length: norms[0]?.length ?? 0 }, (_, row) =>
    Math.hypot(...norms.map((norm) => norm[row])),
  );
}
