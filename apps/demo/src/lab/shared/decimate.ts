/** The most points of a line on a canvas. */
export const mostLinePoints = 1024;

/**
 * Which points of a line to draw so that it looks the same: largest triangle, three buckets (Steinarsson, 2013). The first and
 * the last are always among them.
 */
export function decimate(x: ArrayLike<number>, y: ArrayLike<number>, length: number, most = mostLinePoints): number[] {
  if (length <= most || most < 3) return Array.from({ length }, (_, k) => k);
  const chosen = [0];
  const size = (length - 2) / (most - 2);
  let last = 0;
  for (let bucket = 0; bucket < most - 2; bucket++) {
    const from = Math.floor(bucket * size) + 1;
    const to = Math.floor((bucket + 1) * size) + 1;
    const until = Math.min(length, Math.floor((bucket + 2) * size) + 1);
    let [meanX, meanY] = [0, 0];
    for (let k = to; k < until; k++) {
      meanX += x[k] / (until - to);
      meanY += y[k] / (until - to);
    }
    let best = from;
    let area = -1;
    for (let k = from; k < to; k++) {
      const found = Math.abs((x[last] - meanX) * (y[k] - y[last]) - (x[last] - x[k]) * (meanY - y[last]));
      if (found > area) [area, best] = [found, k];
    }
    chosen.push(best);
    last = best;
  }
  chosen.push(length - 1);
  return chosen;
}
