import {
  addingChance,
  addingTask,
  copyingChance,
  paritySequences,
  pixelDigits,
  reberSequences,
  temporalOrderSequences,
} from "@unroll/data";
import { Generator, uniform } from "@unroll/tensor";
import { range, relativeError } from "./cells.ts";
import { type Oracle, worst } from "./oracle.ts";

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** From each node of the Reber grammar, where its two edges lead; 6 is the end. */
const reberEdges = [
  [1, 2],
  [1, 3],
  [2, 4],
  [2, 5],
  [3, 5],
];

/** The expected number of steps to the end, and of choices between two edges, from node 0: an absorbing chain, solved by iteration. */
function expectedSteps(): number {
  const steps = new Array<number>(6).fill(0);
  for (let round = 0; round < 2000; round++)
    for (let node = 4; node >= 0; node--) steps[node] = 1 + mean(reberEdges[node].map((next) => steps[next]));
  return steps[0];
}

/** What the tasks cost a model that knows nothing or forgets. */
export const taskOracles: readonly Oracle[] = [
  {
    id: "O43",
    title: "adding, answering the mean: 1/6, and 1/24 in the original scaling; multiplication 7/144",
    source: "variances of uniform numbers; also by 100,000 draws within 1 %",
    bound: 0.01,
    error: () => {
      const { y } = addingTask({ length: 4, batchSize: 100_000, dtype: "float64", generator: new Generator(43) });
      const drawn = mean(Array.from(y.data, (value) => (value - 1) * (value - 1)));
      const pairs = uniform([100_000, 2], { dtype: "float64", generator: new Generator(44) }).data;
      const of = (error: (a: number, b: number) => number) =>
        mean(range(100_000).map((k) => error(pairs[2 * k], pairs[2 * k + 1]) * error(pairs[2 * k], pairs[2 * k + 1])));
      return worst([
        // What is exact must be so to 1e-10: it counts 1e8-fold beside what is drawn.
        relativeError([addingChance()], [1 / 6]) * 1e8,
        relativeError(
          [drawn, of((a, b) => 0.5 + (2 * a - 1 + (2 * b - 1)) / 4 - 0.5), of((a, b) => a * b - 1 / 4)],
          [1 / 6, 1 / 24, 7 / 144],
        ),
      ]);
    },
  },
  {
    id: "O44",
    title: "copying without memory: 10 ln 8 / (T + 20)",
    source: "ten choices among eight symbols, averaged over all T + 20 steps",
    bound: 1e-10,
    error: () => {
      const lengths = [10, 50, 100, 200, 300, 500, 1000, 2000];
      return relativeError(
        lengths.map((length) => copyingChance({ length })),
        lengths.map((length) => (10 * Math.log(8)) / (length + 20)),
      );
    },
  },
  {
    id: "O45",
    title: "temporal order ln 4 and ln 8, parity ln 2, ten equally frequent digits ln 10",
    source: "entropies of the answers",
    bound: 1e-10,
    error: () => {
      const labels = Uint8Array.from(range(10));
      const digits = { rows: 1, columns: 1, images: new Uint8Array(10), labels };
      return relativeError(
        [
          temporalOrderSequences({ variant: "6a" }).chance,
          temporalOrderSequences({ variant: "6b" }).chance,
          paritySequences().chance,
          pixelDigits(digits).chance,
        ],
        [4, 8, 2, 10].map(Math.log),
      );
    },
  },
  {
    id: "O46",
    title: "embedded Reber: 12 symbols, optimal 7 ln 2 / 11, having forgotten the second symbol 8 ln 2 / 11",
    source: "absorbing chain over the grammar's nodes",
    bound: 1e-10,
    error: () => {
      // A string is B and E around a walk; embedding adds B, T or P before, and T or P and E behind.
      const walk = expectedSteps();
      const length = 1 + walk + 1 + 4;
      const { chance, floor } = reberSequences();
      return relativeError(
        [length, ((walk + 1) * Math.LN2) / (length - 1), ((walk + 2) * Math.LN2) / (length - 1), floor, chance],
        [12, (7 * Math.LN2) / 11, (8 * Math.LN2) / 11, (7 * Math.LN2) / 11, (8 * Math.LN2) / 11],
      );
    },
  },
];
