/** A function value, and the size of the terms it was summed from. */
export interface Sample {
  readonly value: number;
  readonly magnitude: number;
}

const shrink = 1.6;
const rows = 10;
/** Roundings that a typical output has been through, in units of the last place. */
const roundings = 16;

/**
 * The derivative of `f` at 0 by Ridders' method: central differences with shrinking steps, extrapolated to step 0
 * (Ridders 1982; Press et al., Numerical Recipes, 5.7). Of all entries, the one with the smallest error is taken:
 * what is left of the extrapolation, told by its neighbours, plus the rounding of f, which grows as the step shrinks.
 *
 * @returns the derivative, and the rounding error that its step leaves
 */
export function differentiate(f: (h: number) => Sample, step: number): { value: number; noise: number } {
  const table: number[][] = [];
  let best = { value: Number.NaN, noise: Number.POSITIVE_INFINITY };
  let error = Number.POSITIVE_INFINITY;
  let h = step;
  for (let i = 0; i < rows; i++, h /= shrink) {
    const [up, down] = [f(h), f(-h)];
    // The last place of the smallest numbers does not shrink with them.
    const place = Number.EPSILON * Math.max(up.magnitude, down.magnitude) + Number.MIN_VALUE;
    const noise = (roundings * place) / h;
    table.push([(up.value - down.value) / (2 * h)]);
    if (i === 0) best = { value: table[0][0], noise };
    let factor = shrink * shrink;
    for (let j = 1; j <= i; j++, factor *= shrink * shrink) {
      table[i][j] = (table[i][j - 1] * factor - table[i - 1][j - 1]) / (factor - 1);
      const left = Math.max(Math.abs(table[i][j] - table[i][j - 1]), Math.abs(table[i][j] - table[i - 1][j - 1]));
      if (left + noise < error) {
        error = left + noise;
        best = { value: table[i][j], noise };
      }
    }
    // Higher orders only get worse from here: rounding has taken over.
    if (i > 0 && Math.abs(table[i][i] - table[i - 1][i - 1]) >= 2 * error) break;
  }
  return best;
}
