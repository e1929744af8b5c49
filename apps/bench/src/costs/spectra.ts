import { LSTM } from "@unroll/cells";
import { lyapunovSpectrum } from "@unroll/gradflow";
import { Generator, randn } from "@unroll/tensor";
import { min } from "simple-statistics";
import { timedHere } from "../speed/measure.ts";

/** What the Lyapunov spectrum of an LSTM of H units costs, for each step of each sample. */
export interface SpectrumCost {
  readonly hidden: number;
  readonly count: number;
  /** The fastest of several, since whatever else runs only adds. */
  readonly secondsPerStep: number;
  /** What a sample's directions and one Jacobian take, 8 (2H)² + 16 H · count, in bytes. */
  readonly bytes: number;
  /** The most that the process held until then, garbage that waited to be collected included, in bytes. */
  readonly peak: number;
}

export const spectrumSizes: readonly number[] = [16, 32, 64, 128, 256];
/** How many exponents, beside all 2H. */
const few = 8;
const rounds = { small: 20, large: 3 } as const;
const inputs = 8;

/** Both counts for one size; sizes have to come in rising order for the peak to mean something. */
export function spectrumCosts(hidden: number): SpectrumCost[] {
  const layer = new LSTM(inputs, hidden, { dtype: "float64", generator: new Generator(1) });
  return [few, 2 * hidden].map((count) => {
    // Long enough to be timed, short enough for the largest.
    const large = count * hidden > 64 * 128;
    const steps = large ? 2 : 12;
    const x = randn([steps, 1, inputs], { dtype: "float64", generator: new Generator(2) });
    const run = () => lyapunovSpectrum(layer, x, { count, warmup: 0 });
    const times = Array.from({ length: large ? rounds.large : rounds.small }, () => timedHere(run, 1));
    return {
      hidden,
      count,
      secondsPerStep: min(times) / steps,
      bytes: 8 * (2 * hidden) * (2 * hidden + count),
      peak: 1024 * process.resourceUsage().maxRSS,
    };
  });
}
