import { describe, expect, it } from "vitest";
import { compareWithPlain } from "./testing/compare.ts";
import { samples } from "./testing/samples.ts";

const sizes = [
  { steps: 1, batch: 1, inputSize: 1, hiddenSize: 1 },
  { steps: 4, batch: 1, inputSize: 3, hiddenSize: 5 },
  { steps: 5, batch: 3, inputSize: 4, hiddenSize: 8 },
  { steps: 6, batch: 5, inputSize: 5, hiddenSize: 5 },
  // Three blocks of steps.
  { steps: 5, batch: 101, inputSize: 2, hiddenSize: 7 },
];

describe.each(samples)("$name", (sample) => {
  it.each(sizes)("gives what plain ops give: $steps x $batch x $inputSize, $hiddenSize", (size) => {
    const { steps, batch } = size;
    for (const reverse of [false, true])
      for (const lengths of [false, true])
        expect(() =>
          compareWithPlain(sample, size, {
            reverse,
            active: Array.from({ length: steps }, (_, t) => (lengths ? Math.max(0, batch - t * t) : batch)),
          }),
        ).not.toThrow();
  });
});
