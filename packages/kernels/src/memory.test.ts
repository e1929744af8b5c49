import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KernelMemoryError } from "./errors.ts";
import { kernels } from "./load.ts";
import type { KernelMemory } from "./memory.ts";
import { withKernels } from "./testing.ts";

function withMemory(settings: { maximumPages?: number; stress?: boolean }, fn: (memory: KernelMemory) => void): void {
  withKernels({ build: "simd", ...settings }, () => {
    const started = kernels();
    if (started === undefined) throw new Error("no kernels");
    fn(started.memory);
  });
}

describe("KernelMemory", () => {
  it("hands out blocks that do not overlap, whatever the order of giving back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.nat()), { maxLength: 60 }), (steps) => {
        withMemory({}, (memory) => {
          const held: { at: number; bytes: number }[] = [];
          const before = memory.use();
          for (const [bytes, choice] of steps) {
            if (choice % 3 === 0 && held.length > 0) memory.free(held.splice(choice % held.length, 1)[0].at);
            else held.push({ at: memory.allocate(bytes, "a test"), bytes });
            const sorted = [...held].sort((a, b) => a.at - b.at);
            for (let i = 0; i < sorted.length; i++) {
              expect(sorted[i].at % 64).toBe(0);
              const end = sorted[i + 1]?.at ?? memory.use().size;
              expect(sorted[i].at + sorted[i].bytes).toBeLessThanOrEqual(end);
            }
          }
          for (const { at } of held) memory.free(at);
          expect(memory.use().used).toBe(before.used);
        });
      }),
      { seed: 11, numRuns: 50 },
    );
  });

  it("uses what was given back before it grows", () => {
    withMemory({}, (memory) => {
      const all = Array.from({ length: 8 }, () => memory.allocate(100_000, "a test"));
      const { size } = memory.use();
      for (const at of all) memory.free(at);
      expect(memory.allocate(800_000, "a test")).toBe(all[0]);
      expect(memory.use().size).toBe(size);
    });
  });

  it("gives frames back in reverse order, large ones too", () => {
    withMemory({}, (memory) => {
      const before = memory.use();
      const first = memory.frame(100, "a test");
      const large = memory.frame(3_000_000, "a test");
      const second = memory.frame(100, "a test");
      expect(second).toBe(first + 128);
      memory.endFrame(second);
      memory.endFrame(large);
      memory.endFrame(first);
      expect(memory.use().used).toBe(before.used);
      expect(memory.frame(100, "a test")).toBe(first);
    });
  });

  it("says what is held when there is no more", () => {
    withMemory({ maximumPages: 48 }, (memory) => {
      memory.allocate(1_000_000, "a panel of [500, 500]");
      const fail = (): number => memory.allocate(2_000_000, () => "the operands [1000, 500]");
      expect(fail).toThrow(KernelMemoryError);
      expect(fail).toThrow(
        "no room for 2.0 MB for the operands [1000, 500]: 2.0 MB of at most 3.1 MB of kernel memory are in use: 1.0 MB for the operands of calls, 1.0 MB for a panel of [500, 500]",
      );
      // Nothing is lost by asking for too much.
      memory.allocate(500_000, "a test");
    });
  });

  it("moves the views at every allocation and spoils what is freed, under stress", () => {
    withMemory({ stress: true }, (memory) => {
      const view = memory.f32;
      const at = memory.frame(8, "a test");
      expect(view.length).toBe(0);
      memory.f32[at >> 2] = 1;
      memory.endFrame(at);
      expect(memory.f32[at >> 2]).toBeNaN();
    });
  });

  it("refuses to free what it did not hand out", () => {
    withMemory({}, (memory) => expect(() => memory.free(12)).toThrow("free: no block starts at address 12"));
  });
});
