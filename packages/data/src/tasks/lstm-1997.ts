import { OptionError } from "@unroll/tensor";
import { oneOf } from "../check.ts";
import { addingSequences } from "./adding-sequences.ts";
import { settingsOf } from "./dataset-of.ts";
import { multiplicationSequences } from "./multiplication.ts";
import { noiseFreeSequences } from "./noise-free.ts";
import { noisySequences } from "./noisy.ts";
import { reberSequences } from "./reber.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";
import { temporalOrderSequences } from "./temporal-order.ts";

/** The experiments that {@link lstm1997Task} knows, in the paper's order. */
export const lstm1997Experiments = [
  "1",
  "2a",
  "2b",
  "2c-1",
  "2c-2",
  "2c-3",
  "2c-4",
  "2c-5",
  "2c-6",
  "2c-7",
  "2c-8",
  "2c-9",
  "3a",
  "3b",
  "3c",
  "4-1",
  "4-2",
  "4-3",
  "5",
  "6a",
  "6b",
] as const;

/** An experiment of the paper, with its row in table 10 where it has several. */
export type Lstm1997Experiment = (typeof lstm1997Experiments)[number];

/** A task of the paper and how it was trained and tested. */
export interface Lstm1997Task {
  readonly dataset: SequenceDataset;
  /** The published mean number of training sequences until success; the best of several nets for "1". */
  readonly published: number;
  /** How many of the latest training sequences `isSolved` must hold for; 0 where it is asked of new sequences. */
  readonly recent: number;
  /** How many new sequences the trained net was tested on. */
  readonly tested: number;
}

/** Which task, and the published mean number of sequences. */
type Row =
  | {
      readonly kind: "reber" | "2a" | "2b" | "3a" | "3b" | "3c" | "multiplication" | "6a" | "6b";
      readonly published: number;
    }
  | { readonly kind: "2c"; readonly p: number; readonly q: number; readonly published: number }
  | { readonly kind: "adding"; readonly length: number; readonly published: number };

const rows: Readonly<Record<Lstm1997Experiment, Row>> = {
  "1": { kind: "reber", published: 8440 },
  "2a": { kind: "2a", published: 5040 },
  "2b": { kind: "2b", published: 5680 },
  "2c-1": { kind: "2c", p: 50, q: 50, published: 30_000 },
  "2c-2": { kind: "2c", p: 100, q: 100, published: 31_000 },
  "2c-3": { kind: "2c", p: 200, q: 200, published: 33_000 },
  "2c-4": { kind: "2c", p: 500, q: 500, published: 38_000 },
  "2c-5": { kind: "2c", p: 1000, q: 1000, published: 49_000 },
  "2c-6": { kind: "2c", p: 500, q: 1000, published: 49_000 },
  "2c-7": { kind: "2c", p: 200, q: 1000, published: 75_000 },
  "2c-8": { kind: "2c", p: 100, q: 1000, published: 135_000 },
  "2c-9": { kind: "2c", p: 50, q: 1000, published: 203_000 },
  "3a": { kind: "3a", published: 39_850 },
  "3b": { kind: "3b", published: 43_250 },
  "3c": { kind: "3c", published: 269_650 },
  "4-1": { kind: "adding", length: 100, published: 74_000 },
  "4-2": { kind: "adding", length: 500, published: 209_000 },
  "4-3": { kind: "adding", length: 1000, published: 853_000 },
  "5": { kind: "multiplication", published: 1_273_000 },
  "6a": { kind: "6a", published: 31_390 },
  "6b": { kind: "6b", published: 571_100 },
};

/** How many of the latest training sequences the criterion is asked of, and how many new ones afterwards, by the task. */
const protocols: Readonly<Record<Row["kind"], readonly [recent: number, tested: number]>> = {
  reber: [0, 256],
  "2a": [0, 10_000],
  "2b": [0, 10_000],
  "2c": [0, 10_000],
  "3a": [0, 2560],
  "3b": [0, 2560],
  "3c": [0, 2560],
  adding: [2000, 2560],
  multiplication: [2000, 2560],
  "6a": [2000, 2560],
  "6b": [2000, 2560],
};

/**
 * A task with the lengths, codes, loss and criterion of Hochreiter, Schmidhuber 1997, "Long short-term memory", by its number
 * in table 10: "1" the embedded Reber grammar, "2a" … "2c-9" noise-free and "3a" … "3c" noisy sequences (N = 3, criterion
 * ST2), "4-1" … "4-3" adding, "5" multiplication (n_seq = 13), "6a" and "6b" temporal order. Targets are one-hot or numbers,
 * for the squared error.
 *
 * "1" has 256 strings for `"train"` and 256 for `"test"`.
 *
 * @example
 * ```ts
 * const { dataset, published, recent } = lstm1997Task("4-1", { seed: 1 });
 * dataset.name; // "adding, original, T = 100"
 * [published, recent]; // [74000, 2000]
 * ```
 * @throws {OptionError} when there is no such experiment, or an option has a wrong name or value
 */
export function lstm1997Task(experiment: Lstm1997Experiment, options: SequenceOptions = {}): Lstm1997Task {
  const fn = "lstm1997Task";
  const row = rows[oneOf(fn, "experiment", experiment, lstm1997Experiments)];
  settingsOf(fn, options, []);
  const [recent, tested] = protocols[row.kind];
  return { dataset: datasetOfRow(fn, row, options), published: row.published, recent, tested };
}

function datasetOfRow(fn: string, row: Row, options: SequenceOptions): SequenceDataset {
  const squared = { ...options, loss: "squaredError" } as const;
  switch (row.kind) {
    case "reber":
      if (options.split === "validation" || options.count !== undefined)
        throw new OptionError(`${fn}: experiment "1" has 256 strings each for "train" and "test", and no others`);
      return reberSequences({ ...squared, strings: 256 });
    case "2a":
    case "2b":
      return noiseFreeSequences({ ...squared, variant: row.kind, p: 100 });
    case "2c":
      return noiseFreeSequences({ ...squared, variant: row.kind, p: row.p, q: row.q });
    case "3a":
    case "3b":
    case "3c":
      return noisySequences({ ...options, variant: row.kind });
    case "adding":
      return addingSequences({ ...options, variant: "original", length: row.length });
    case "multiplication":
      return multiplicationSequences(options);
    case "6a":
    case "6b":
      return temporalOrderSequences({ ...squared, variant: row.kind });
  }
}
