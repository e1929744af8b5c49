import { expect } from "vitest";
import type { Core } from "./core.ts";

/** The distance between neighbouring float32 values, relative to the larger one. */
const ulp = 1.1920928955078125e-7;

/**
 * Holds what one engine computed to what another did, within the rounding of float32: of each value, and of the largest one
 * beside it, since what is left of a difference or a sum is rounded as coarsely as what went into it.
 */
export function compareCores(actual: Core, expected: Core): void {
  expect(Object.keys(actual.samples)).toEqual(Object.keys(expected.samples));
  let compared = 0;
  for (const [name, samples] of Object.entries(expected.samples)) {
    for (const [k, text] of samples.entries()) {
      const want = text.split(" ").map(Number);
      const got = actual.samples[name][k].split(" ").map(Number);
      expect(got.length, name).toBe(want.length);
      const largest = Math.max(0, ...want.map(Math.abs).filter(Number.isFinite));
      for (let i = 0; i < want.length; i++) {
        if (Object.is(got[i], want[i]) || Math.abs(got[i] - want[i]) <= 8 * ulp * largest) continue;
        throw new Error(`${name}, sample ${k}, value ${i}: expected ${want[i]}, got ${got[i]}`);
      }
      compared += want.length;
    }
  }
  expect(compared).toBeGreaterThan(1000);
  // Adam divides gradients by their own size, so a last digit counts more at every step: measured 1.5e-7 within the first
  // 20, and 1e-4 within 50.
  expect(actual.training.losses.length).toBe(20);
  for (const [step, loss] of expected.training.losses.entries())
    expect(Math.abs(actual.training.losses[step] / loss - 1), `loss of step ${step}`).toBeLessThan(1e-5);
}
