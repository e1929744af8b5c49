/**
 * Heights for labels that want to stand at given ones, none closer to another than `gap`, all between top and bottom: the
 * order stays, and every label moves as little as its neighbours allow.
 */
export function spread(wishes: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wishes.map((_, k) => k).sort((a, b) => wishes[a] - wishes[b] || a - b);
  const placed = new Array<number>(wishes.length).fill(0);
  // Down first, then what sticks out below is pushed up.
  let limit = top;
  for (const k of order) {
    placed[k] = Math.max(wishes[k], limit);
    limit = placed[k] + gap;
  }
  limit = bottom;
  for (const k of order.toReversed()) {
    placed[k] = Math.min(placed[k], limit);
    limit = placed[k] - gap;
  }
  return placed;
}
