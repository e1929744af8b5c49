import type { Timing } from "../measure.ts";

/** For tests: measures by what the candidates say they take, three times each. */
export async function sampleMeasure(
  _suite: string,
  _seconds: number,
  candidates: Readonly<Record<string, { time(calls: number): Promise<number> }>>,
): Promise<Record<string, Timing>> {
  const timings: Record<string, Timing> = {};
  for (const [name, one] of Object.entries(candidates))
    timings[name] = { samples: [await one.time(1), await one.time(1), await one.time(1)], calls: 1 };
  return timings;
}
