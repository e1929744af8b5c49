/** The most nodes of a rail: longer sequences are gathered. */
export const mostNodes = 64;

/** Nodes by lag: each stands for the lags from `from` to `to`, the last one left out. */
export interface RailNode {
  readonly from: number;
  readonly to: number;
  /** The median of log10 of the norm over its lags. */
  readonly log10: number;
}

/** One node for each lag, or {@link mostNodes} with the medians of equal stretches. */
export function railNodes(mean: ArrayLike<number>): RailNode[] {
  const count = Math.min(mostNodes, mean.length);
  return Array.from({ length: count }, (_, k) => {
    const from = Math.floor((k * mean.length) / count);
    const to = Math.floor(((k + 1) * mean.length) / count);
    return { from, to, log10: medianOf(mean, from, to) };
  });
}

/** The middle value, of two the mean; NaN when one is no number. */
function medianOf(values: ArrayLike<number>, from: number, to: number): number {
  const part = Array.from({ length: to - from }, (_, k) => values[from + k]);
  if (part.some(Number.isNaN)) return Number.NaN;
  part.sort((a, b) => a - b);
  const middle = part.length >> 1;
  return part.length % 2 === 1 ? part[middle] : (part[middle - 1] + part[middle]) / 2;
}

/** How much a step changes the norm, per lag between two nodes: 1 for none, kept between 0.1 and 3. */
export function growthBetween(near: RailNode, far: RailNode): number {
  const lags = (far.from + far.to - near.from - near.to) / 2;
  const ratio = 10 ** ((far.log10 - near.log10) / lags);
  return Number.isNaN(ratio) ? 1 : Math.min(3, Math.max(0.1, ratio));
}

/** How bright a pulse is, from 0 to 1: a millionth is almost out. */
export function brightness(log10: number): number {
  if (Number.isNaN(log10) || log10 === Number.POSITIVE_INFINITY) return 1;
  return Math.min(1, Math.max(0, 1 + log10 / 6));
}
