import type { Kernels } from "@unroll/kernels";
import { gemmPacked } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { describe, expect, it } from "vitest";
import { Generator, mutate, randn, type Tensor } from "../index.ts";
import { activeKernels } from "./engine.ts";
import { endReading, keptPanels, type MatrixLayout } from "./panels.ts";

const kernels = () => activeKernels("float32") as Kernels;
const whole: MatrixLayout = { start: 0, k: 16, n: 24, bRow: 24, bColumn: 1 };

function weight(seed: number): Tensor {
  return randn([16, 24], { generator: new Generator(seed) });
}

/** The address from the third use on. */
function kept(x: Tensor, layout: MatrixLayout): number {
  const addresses = [1, 2, 3].map(() => keptPanels(kernels(), x, layout));
  expect(addresses.slice(0, 2)).toEqual([0, 0]);
  return addresses[2];
}

/** Row `i` of the identity times what is packed at an address. */
function rowAt(panels: number, i: number, { k, n }: MatrixLayout): number[] {
  const { memory } = kernels();
  const at = memory.frame(4 * (k + n), "a row");
  const c = at + 4 * k;
  memory.f32.fill(0, at >> 2, c >> 2);
  memory.f32[(at >> 2) + i] = 1;
  gemmPacked(kernels(), { m: 1, n, k, a: at, aRow: k, aColumn: 1, panels, c });
  const row = Array.from(memory.f32.subarray(c >> 2, (c >> 2) + n));
  memory.endFrame(at);
  return row;
}

/** Takes everything back that is only kept for speed. */
function reclaimAll(): void {
  const { reclaim } = kernels().memory;
  while (reclaim.some((give) => give()));
}

describe("panels", () => {
  it("are those of a block of the matrix, as it is multiplied", () => {
    withKernels({ build: "simd" }, () => {
      const x = weight(1);
      const at = (row: number, column: number) => x.data[24 * row + column];
      const block = { start: 24 * 3 + 5, k: 4, n: 7, bRow: 24, bColumn: 1 };
      expect(rowAt(kept(x, block), 2, block)).toEqual(Array.from({ length: 7 }, (_, j) => at(3 + 2, 5 + j)));
      const transposed = { start: 24 * 3 + 5, k: 7, n: 4, bRow: 1, bColumn: 24 };
      expect(rowAt(kept(x, transposed), 2, transposed)).toEqual(Array.from({ length: 4 }, (_, j) => at(3 + j, 5 + 2)));
      endReading(kernels());
    });
  });

  it("are packed anew once the matrix was written", () => {
    withKernels({ build: "simd" }, () => {
      const x = weight(2);
      const before = rowAt(kept(x, whole), 0, whole);
      mutate(x, (data) => data.fill(7));
      expect(before).not.toContain(7);
      expect(rowAt(keptPanels(kernels(), x, whole), 0, whole)).toEqual(new Array(24).fill(7));
      endReading(kernels());
    });
  });

  it("stay while they are read, however little memory there is, and go afterwards", () => {
    withKernels({ build: "simd" }, () => {
      reclaimAll();
      const { memory } = kernels();
      const { used } = memory.use();
      const [a, b] = [weight(3), weight(4)];
      const addresses = [kept(a, whole), kept(b, whole)];
      reclaimAll();
      expect([a, b].map((x) => keptPanels(kernels(), x, whole))).toEqual(addresses);
      expect(rowAt(addresses[1], 5, whole)).toEqual(Array.from(b.data.subarray(24 * 5, 24 * 6)));
      expect(memory.use().used).toBe(used + 2 * 4 * 16 * 24);
      endReading(kernels());
      reclaimAll();
      expect(memory.use().used).toBe(used);
    });
  });
});
