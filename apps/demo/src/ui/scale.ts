/** From values to pixels along an axis. */
export interface Scale {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  /** The pixel of a value. */
  at(value: number): number;
  /** The value at a pixel. */
  invert(pixel: number): number;
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain;
  const [from, to] = range;
  const span = high - low || 1;
  return {
    domain,
    range,
    at: (value) => from + ((value - low) / span) * (to - from),
    invert: (pixel) => low + ((pixel - from) / (to - from || 1)) * span,
  };
}

/** Multiples of 1, 2 or 5 times a power of ten inside a domain, about `count` of them. */
export function linearTicks([low, high]: readonly [number, number], count: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const unit = 10 ** Math.floor(Math.log10(span / count));
  const step = unit * ([1, 2, 5].find((factor) => span / (unit * factor) <= count) ?? 10);
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-12); k++) ticks.push(k * step);
  return ticks;
}

/** Every so many decades inside a domain of log10: `every` 3 gives -12, -9, …, 3. */
export function decadeTicks([low, high]: readonly [number, number], every = 3): number[] {
  const ticks: number[] = [];
  for (let k = Math.ceil(low / every); k * every <= high; k++) ticks.push(k * every);
  return ticks;
}
