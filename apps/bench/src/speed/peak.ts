import type { Run } from "./measure.ts";
import { spreadOf } from "./spread.ts";
import { type Bench, operand, placed } from "./suite.ts";

/** The innermost loop of products: tiles of so many rows and 8 columns, one below the other. */
export interface Peak {
  readonly rows: 3 | 4;
  /** Of one call. */
  readonly flops: number;
}

/** Four tiles and k = 256: 16 kB of A and 8 kB of B stay in a core's first cache. */
const [tileCount, columns, depth] = [4, 8, 256] as const;

const loops: readonly Peak[] = ([3, 4] as const).map((rows) => ({
  rows,
  flops: 2 * tileCount * rows * columns * depth,
}));

/** Which of the two innermost loops is the faster one on this machine. */
export async function findPeak(bench: Bench, share: number): Promise<Peak> {
  const timings = await placePeak(bench, loops[0], (three) =>
    placePeak(bench, loops[1], (four) => bench.measure("the peak", share, { three, four })),
  );
  // The faster samples decide: of the others, some were disturbed.
  const rate = ({ flops }: Peak, samples: readonly number[]) => flops / spreadOf(samples).p10;
  return rate(loops[0], timings.three.samples) > rate(loops[1], timings.four.samples) ? loops[0] : loops[1];
}

/** Places operands of an innermost loop for as long as `body` takes, which gets what runs it: nothing is packed or copied. */
export function placePeak<T>(bench: Bench, { rows }: Peak, body: (run: Run) => Promise<T>): Promise<T> {
  const { kernels } = bench;
  // A tile of 3 rows lies like one of 4.
  const [a, b] = [operand(bench, [tileCount, depth, 4]).data, operand(bench, [depth, columns]).data];
  const arrays = [a as Float32Array, b as Float32Array, new Float32Array(tileCount * rows * columns)];
  return placed(kernels, arrays, ([atA, atB, c]) => {
    const { tiles3, tiles4 } = kernels.run;
    const [row, tile] = [4 * columns, 16 * depth];
    // Each way has a call of its own: one that calls two functions in turn is compiled for neither.
    return body(
      rows === 3
        ? () => tiles3(tileCount, c, row, atA, tile, atB, row, 0, 0)
        : () => tiles4(tileCount, c, row, atA, tile, atB, row, 0, 0),
    );
  });
}
