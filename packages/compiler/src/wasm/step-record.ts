import type { Rows } from "../plan.ts";

// What the emitted functions are told of a step: a few int32 in the kernels' memory.

/** Where in a step's record it says how many rows the step has, and where those of each kind begin. */
export const stepFields: Readonly<Record<"count" | Exclude<Rows, "fixed">, number>> = {
  count: 0,
  current: 4,
  within: 8,
  before: 12,
  after: 16,
};

/** Int32 in a record, and its bytes. */
export const stepWords = 5;
export const stepBytes: number = 4 * stepWords;
