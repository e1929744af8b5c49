import {
  addingSequences,
  multiplicationSequences,
  reberSequences,
  type SequenceDataset,
  type SequenceOptions,
  temporalOrderSequences,
} from "@unroll/data";
import { nets } from "./nets.ts";

/** What the paper reports: means over its trials. */
export interface Published {
  readonly solved: string;
  readonly sequences: number;
  readonly trials: number;
  readonly source: string;
}

/** An experiment of Hochreiter and Schmidhuber (1997), as its section 5 and Tables 10 and 11 describe it. */
export interface Experiment {
  readonly label: string;
  readonly net: keyof typeof nets;
  readonly learningRate: number;
  readonly make: (options: SequenceOptions) => SequenceDataset;
  /**
   * Where the sequences come from: new ones without end, judged by the most recent; or one of a set of strings at a time,
   * judged by all of them and a test set.
   */
  readonly from: "stream" | "set";
  readonly published: Published;
}

/** Strings of each of experiment 1's sets. */
const strings = 256;

const experiments = {
  "reber-4x1-0.1": reber("reber-4x1", 0.1, "100 %", 39_740),
  "reber-3x2-0.1": reber("reber-3x2", 0.1, "100 %", 21_730),
  "reber-3x2-0.2": reber("reber-3x2", 0.2, "97 %", 14_060),
  "reber-4x1-0.5": reber("reber-4x1", 0.5, "97 %", 9500),
  "reber-3x2-0.5": reber("reber-3x2", 0.5, "100 %", 8440),
  "adding-100": adding(100, 74_000),
  "adding-500": adding(500, 209_000),
  "adding-1000": adding(1000, 853_000),
  "multiplication-140": multiplication(140, 482_000),
  "multiplication-13": multiplication(13, 1_273_000),
  "temporal-order-6a": {
    label: "Temporal order of two symbols (6a)",
    net: "temporal-order-6a",
    learningRate: 0.5,
    make: (options) => temporalOrderSequences({ ...options, variant: "6a", loss: "squaredError" }),
    from: "stream",
    published: { solved: "100 %", sequences: 31_390, trials: 20, source: "Table 9" },
  },
  "temporal-order-6b": {
    label: "Temporal order of three symbols (6b)",
    net: "temporal-order-6b",
    learningRate: 0.1,
    make: (options) => temporalOrderSequences({ ...options, variant: "6b", loss: "squaredError" }),
    from: "stream",
    published: { solved: "100 %", sequences: 571_100, trials: 10, source: "Table 9" },
  },
} as const satisfies Readonly<Record<string, Experiment>>;

function reber(net: "reber-4x1" | "reber-3x2", learningRate: number, solved: string, sequences: number): Experiment {
  const { blocks, size } = nets[net];
  return {
    label: `Embedded Reber grammar, ${blocks} blocks of ${size}, learning rate ${learningRate} (1)`,
    net,
    learningRate,
    // A set is as large as it is; only streams have a count.
    make: ({ count: _, ...options }) => reberSequences({ ...options, strings, loss: "squaredError" }),
    from: "set",
    published: { solved, sequences, trials: 30, source: "Table 1" },
  };
}

function adding(length: number, sequences: number): Experiment {
  return {
    label: `Adding, T = ${length} (4)`,
    net: "adding",
    learningRate: 0.5,
    make: (options) => addingSequences({ ...options, length, variant: "original" }),
    from: "stream",
    published: { solved: "100 %", sequences, trials: 10, source: "Table 7" },
  };
}

function multiplication(wrongOf2000: number, sequences: number): Experiment {
  return {
    label: `Multiplication, T = 100, fewer than ${wrongOf2000} of 2000 wrong (5)`,
    net: "multiplication",
    learningRate: 0.1,
    make: (options) => multiplicationSequences({ ...options, length: 100, wrongOf2000 }),
    from: "stream",
    published: { solved: "100 %", sequences, trials: 10, source: "Table 8" },
  };
}

export type ExperimentName = keyof typeof experiments;

/** The experiments that can be run. */
export const experimentNames = Object.keys(experiments) as [ExperimentName, ...ExperimentName[]];

/** An experiment by its name. */
export function experimentOf(name: ExperimentName): Experiment {
  return experiments[name];
}
