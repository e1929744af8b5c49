const line = /(\| Size \| )(\d+\.\d kB)( minified and gzipped, without dependencies)/;

/** What a README says its package weighs, if it does. @param {string} readme @returns {string | undefined} */
export function statedSize(readme) {
  return line.exec(readme)?.[2];
}

/** A README with the size put right. @param {string} readme @param {string} size @returns {string} */
export function withSize(readme, size) {
  return readme.replace(line, `$1${size}$3`);
}

/**
 * Whether a stated size is near enough to the measured one: within 2 %, as compressors and minifiers differ by version.
 *
 * @param {string} stated
 * @param {number} bytes
 * @returns {boolean}
 */
export function isNear(stated, bytes) {
  const off = Math.abs(Number.parseFloat(stated) * 1000 - bytes);
  // A tenth of a kB is what rounding hides.
  return off <= Math.max(100, 0.02 * bytes);
}
