/** How the next character is drawn. */
export interface SamplingSettings {
  /** Logits are divided by it: below 1 the likely becomes likelier; 0 takes the likeliest. */
  readonly temperature: number;
  /** Only so many of the likeliest are drawn from; 0 for all. */
  readonly topK: number;
  /** Only the likeliest that together reach this probability are drawn from; 1 for all. */
  readonly topP: number;
}

export const plainSampling: SamplingSettings = { temperature: 1, topK: 0, topP: 1 };

/** `softmax(logits / temperature)` in float64; all on the likeliest where the temperature is 0. */
export function probabilitiesOf(logits: ArrayLike<number>, temperature: number = 1): Float64Array {
  const probabilities = new Float64Array(logits.length);
  let best = 0;
  for (let k = 1; k < logits.length; k++) if (logits[k] > logits[best]) best = k;
  if (temperature === 0) {
    probabilities[best] = 1;
    return probabilities;
  }
  let total = 0;
  for (let k = 0; k < logits.length; k++) {
    probabilities[k] = Math.exp((logits[k] - logits[best]) / temperature);
    total += probabilities[k];
  }
  for (let k = 0; k < logits.length; k++) probabilities[k] /= total;
  return probabilities;
}

/** The symbols from the likeliest to the least; of equals the first is first. */
export function ranked(probabilities: ArrayLike<number>): Uint32Array {
  return Uint32Array.from(probabilities, (_, k) => k).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
}

/**
 * The probabilities that are drawn from: temperature, then top-k, then top-p (the fewest of the likeliest whose sum reaches p,
 * one at least; Holtzman et al. 2020), what is left scaled to a sum of 1. The order is that of Hugging Face's generation.
 */
export function filtered(logits: ArrayLike<number>, { temperature, topK, topP }: SamplingSettings): Float64Array {
  const probabilities = probabilitiesOf(logits, temperature);
  const order = ranked(probabilities);
  const most = topK > 0 ? Math.min(topK, order.length) : order.length;
  let kept = 0;
  let total = 0;
  for (let k = 0; k < most; k++) total += probabilities[order[k]];
  const reach = topP * total;
  let sum = 0;
  while (kept < most && (kept === 0 || (topP < 1 ? sum < reach : true))) sum += probabilities[order[kept++]];
  const result = new Float64Array(probabilities.length);
  for (let k = 0; k < kept; k++) result[order[k]] = probabilities[order[k]] / sum;
  return result;
}

/**
 * The symbol at which the running sum passes u.
 *
 * @param u uniform in [0, 1)
 */
export function draw(probabilities: ArrayLike<number>, u: number): number {
  let sum = 0;
  let last = 0;
  for (let k = 0; k < probabilities.length; k++) {
    if (probabilities[k] === 0) continue;
    sum += probabilities[k];
    last = k;
    if (u < sum) return k;
  }
  return last;
}
