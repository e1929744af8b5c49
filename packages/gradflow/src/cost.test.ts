import { GRU, LSTM } from "@unroll/cells";
import { type Engine, Generator, randn, referenceEngine, sum, type Tensor, useEngine } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "./flow.ts";

/** What computing costs while `fn` runs: how many ops of each name, and how many numbers they give. */
function costOf(fn: () => void): { ops: number; numbers: number; byName: Record<string, number> } {
  const cost: ReturnType<typeof costOf> = { ops: 0, numbers: 0, byName: {} };
  const counting: Engine = {
    name: "counting",
    run: (op, out, output, inputs, attrs) => {
      cost.ops++;
      cost.numbers += out.length;
      cost.byName[op.name] = (cost.byName[op.name] ?? 0) + 1;
      referenceEngine.run(op, out, output, inputs, attrs);
    },
  };
  useEngine(counting, fn);
  return cost;
}

const seeded = (seed: number) => ({ generator: new Generator(seed) });

describe("the cost", () => {
  it.each([
    ["a probe", () => ({})],
    ["a probe below", () => ({ layer: 0 })],
    ["a probe with lengths", (steps: number) => ({ lengths: [steps, steps / 2] })],
    ["a loss", () => ({ loss: (output: Tensor) => sum(output) })],
  ])("of %s is linear in the number of steps", (_, options) => {
    const [short, middle, long] = [20, 40, 80].map((steps) => {
      const layer = new LSTM(3, 4, { numLayers: 2, ...seeded(1) });
      const x = randn([steps, 2, 3], seeded(2));
      return costOf(() => gradientFlow(layer, x, options(steps)));
    });
    for (const key of ["ops", "numbers"] as const) {
      const [first, second] = [middle[key] - short[key], long[key] - middle[key]];
      expect(first).toBeGreaterThan(0);
      // A rescaling now and then may cost a few ops; quadratic growth would give a ratio of 4.
      expect(second / first).toBeGreaterThan(1.9);
      expect(second / first).toBeLessThan(2.1);
    }
  });

  it("of a probe leaves out the gradients of weights", () => {
    const layer = new GRU(3, 4, seeded(1));
    const x = randn([21, 2, 3], seeded(2));
    const { byName } = costOf(() => gradientFlow(layer, x));
    // Forward: x W and h U in each of 21 steps. Back: one product with U across each of 20.
    expect(byName.addmm).toBe(2 * 21);
    expect(byName.matmul).toBe(20);
  });
});
