// Between PyTorch's layout of weights and that of others.

/** @typedef {{ shape: number[], data: Float32Array }} Matrix */

/**
 * The blocks of rows in another order: `order[k]` is the block that comes k-th.
 *
 * @param {ArrayLike<number>} values @param {readonly number[]} order
 */
export function reorderGates(values, order) {
  const size = values.length / order.length;
  const out = new Float32Array(values.length);
  for (const [to, from] of order.entries()) for (let i = 0; i < size; i++) out[to * size + i] = values[from * size + i];
  return out;
}

/**
 * The order that undoes `order`.
 *
 * @param {readonly number[]} order
 */
export function inverse(order) {
  return order.map((_, k) => order.indexOf(k));
}

/**
 * @param {ArrayLike<number>} values a matrix of `rows` rows
 * @param {number} rows
 */
export function transposed(values, rows) {
  const columns = values.length / rows;
  const out = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j];
  return out;
}

/** @param {Float32Array} a @param {Float32Array} b */
export function summed(a, b) {
  return a.map((value, i) => value + b[i]);
}
