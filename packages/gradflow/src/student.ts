/**
 * The quantile of Student's t with a whole number of degrees of freedom: where its distribution function is `p`, by bisection of
 * the closed forms for whole ν (Abramowitz and Stegun, 26.7.3 and 26.7.4).
 *
 * @param p between 1/2 and 1
 */
export function studentQuantile(p: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentWithin(high, freedom) < 2 * p - 1) high *= 2;
  for (let k = 0; k < 200 && high - low > 1e-15 * high; k++) {
    const middle = (low + high) / 2;
    if (studentWithin(middle, freedom) < 2 * p - 1) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The probability that |t| stays below a value. */
function studentWithin(t: number, freedom: number): number {
  const theta = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(theta);
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = odd && freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}
