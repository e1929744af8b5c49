import { packedBytes, packPanels } from "@unroll/kernels";
import type { Run } from "./measure.ts";
import { spreadOf } from "./spread.ts";
import { type Bench, operand, placed } from "./suite.ts";

/** The size of a product whose operands all fit in a core's first cache. */
export interface Peak {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * Products that are all micro-kernel: A lies by columns, which packs fastest, and is cut into whole tiles of 3 or of 4
 * rows; B is packed before; and A, its packed form, B and C take at most 30 kB together. What is left beside the
 * micro-kernel, packing A and one call from JavaScript, is some 2 % of the time.
 */
export const peakSizes: readonly Peak[] = [
  { m: 24, n: 96, k: 32 },
  { m: 24, n: 64, k: 48 },
  { m: 24, n: 64, k: 32 },
  { m: 24, n: 48, k: 64 },
  { m: 48, n: 48, k: 32 },
  { m: 12, n: 128, k: 32 },
  { m: 12, n: 96, k: 48 },
  { m: 12, n: 64, k: 64 },
];

/** Room for the packed form of A and the edge of C. */
const scratchBytes = 1 << 18;

/** Which of {@link peakSizes} is the fastest on this machine. */
export async function findPeak(bench: Bench, share: number): Promise<Peak> {
  const found = await withAll(bench, peakSizes, [], (runs) =>
    bench.measure("the peak", share, Object.fromEntries(runs.map((run, k) => [String(k), run]))),
  );
  // The faster samples decide: of the others, some were disturbed.
  const rate = ({ m, n, k }: Peak, index: number) => (m * n * k) / spreadOf(found[String(index)].samples).p10;
  const rates = peakSizes.map(rate);
  return peakSizes[rates.indexOf(Math.max(...rates))];
}

function withAll<T>(
  bench: Bench,
  [size, ...others]: readonly Peak[],
  runs: readonly Run[],
  body: (runs: readonly Run[]) => Promise<T>,
): Promise<T> {
  if (size === undefined) return body(runs);
  return placePeak(bench, size, (run) => withAll(bench, others, [...runs, run], body));
}

/** Places the operands of a product for as long as `body` takes, which gets what computes it. */
export function placePeak<T>(bench: Bench, { m, n, k }: Peak, body: (run: Run) => Promise<T>): Promise<T> {
  const { kernels } = bench;
  const [a, b] = [operand(bench, [k, m]).data as Float32Array, operand(bench, [k, n]).data as Float32Array];
  const arrays = [
    a,
    b,
    new Float32Array(packedBytes(k, n) / 4),
    new Float32Array(m * n),
    new Float32Array(scratchBytes / 4),
  ];
  return placed(kernels, arrays, ([atA, atB, panels, c, scratch]) => {
    packPanels(kernels, { panels, b: atB, bRow: n, bColumn: 1, k, n });
    const { gemmPacked } = kernels.run;
    return body(() => gemmPacked(c, n, atA, 1, m, panels, m, n, k, 0, 0, scratch));
  });
}
