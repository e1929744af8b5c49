import type { Build } from "@unroll/kernels";
import type { Aim } from "./result.ts";
import type { Spread } from "./spread.ts";

/** Shares of the peak that products are meant to reach. */
export const productAims: Readonly<Record<Build, { readonly square: number; readonly recurrent: number }>> = {
  simd: { square: 0.9, recurrent: 0.8 },
  "relaxed-simd": { square: 0.8, recurrent: 0.75 },
};

/** How many times faster than a loop over `Math.*` tanh, sigmoid and exp are meant to be. */
export const functionAim = 8;

/** The seconds that a recorded op may take, by its number of elements. */
export const eagerAims: Readonly<Record<number, number>> = { 16: 1e-6, 4096: 8e-6 };

/** How many times faster than by the reference engine a training step is meant to be; for the relaxed build it is only reported. */
export const trainingAims: Readonly<Record<Build, number | undefined>> = { simd: 5, "relaxed-simd": undefined };

/** An aim that a number has at least to reach. */
export function atLeast(value: number, ratio: Spread): Aim {
  return { of: "ratio", bound: "least", value, met: ratio.median >= value };
}

/** An aim that a ratio must not pass. */
export function noMoreThan(value: number, ratio: Spread): Aim {
  return { of: "ratio", bound: "most", value, met: ratio.median <= value };
}

/** An aim that a time must not pass. */
export function atMost(value: number, seconds: Spread): Aim {
  return { of: "seconds", bound: "most", value, met: seconds.median <= value };
}
