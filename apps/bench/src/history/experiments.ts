import {
  type Lstm1997Experiment,
  type Lstm1997Task,
  lstm1997Task,
  multiplicationSequences,
  type SequenceDataset,
  type SequenceOptions,
} from "@unroll/data";
import type { nets } from "./nets.ts";

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
   * What is judged: the most recent sequences of an endless stream; new sequences, now and then; or all strings of the set
   * that training reads from, and of a test set.
   */
  readonly judged: "recent" | "new" | "sets";
  /** How many sequences the trained net is tested on. */
  readonly tested: number;
  readonly published: Published;
}

/** What the table of the paper that an experiment stands in says of it. */
interface Row extends Omit<Experiment, "make" | "tested" | "published"> {
  /** Whose task, criterion and mean number of sequences it has. */
  readonly task: Lstm1997Experiment;
  /** In place of the task's own sequences. */
  readonly make?: (options: SequenceOptions) => SequenceDataset;
  readonly published: Omit<Published, "sequences"> & { readonly sequences?: number };
}

const rows = {
  "reber-4x1-0.1": reber("reber-4x1", 0.1, "100 %", 39_740),
  "reber-3x2-0.1": reber("reber-3x2", 0.1, "100 %", 21_730),
  "reber-3x2-0.2": reber("reber-3x2", 0.2, "97 %", 14_060),
  "reber-4x1-0.5": reber("reber-4x1", 0.5, "97 %", 9500),
  "reber-3x2-0.5": reber("reber-3x2", 0.5, "100 %"),
  "two-sequence-3a": {
    label: "Two noisy sequences, T = 100, N = 3 (3a)",
    net: "two-sequence",
    task: "3a",
    learningRate: 1,
    judged: "new",
    published: { solved: "100 %", trials: 10, source: "Table 4" },
  },
  "adding-100": adding("4-1", 100),
  "adding-500": adding("4-2", 500),
  "adding-1000": adding("4-3", 1000),
  "multiplication-140": multiplication(140, 482_000),
  "multiplication-13": multiplication(13),
  "temporal-order-6a": {
    label: "Temporal order of two symbols (6a)",
    net: "temporal-order-6a",
    task: "6a",
    learningRate: 0.5,
    judged: "recent",
    published: { solved: "100 %", trials: 20, source: "Table 9" },
  },
  "temporal-order-6b": {
    label: "Temporal order of three symbols (6b)",
    net: "temporal-order-6b",
    task: "6b",
    learningRate: 0.1,
    judged: "recent",
    published: { solved: "100 %", trials: 10, source: "Table 9" },
  },
} as const satisfies Readonly<Record<string, Row>>;

function reber(net: "reber-4x1" | "reber-3x2", learningRate: number, solved: string, sequences?: number): Row {
  const [blocks, size] = net === "reber-4x1" ? [4, 1] : [3, 2];
  return {
    label: `Embedded Reber grammar, ${blocks} blocks of ${size}, learning rate ${learningRate} (1)`,
    net,
    task: "1",
    learningRate,
    judged: "sets",
    published: { solved, trials: 30, source: "Table 1", ...(sequences === undefined ? {} : { sequences }) },
  };
}

function adding(task: "4-1" | "4-2" | "4-3", length: number): Row {
  return {
    label: `Adding, T = ${length} (4)`,
    net: "adding",
    task,
    learningRate: 0.5,
    judged: "recent",
    published: { solved: "100 %", trials: 10, source: "Table 7" },
  };
}

function multiplication(wrongOf2000: number, sequences?: number): Row {
  return {
    label: `Multiplication, T = 100, fewer than ${wrongOf2000} of 2000 wrong (5)`,
    net: "multiplication",
    task: "5",
    learningRate: 0.1,
    judged: "recent",
    make: (options) => multiplicationSequences({ ...options, wrongOf2000 }),
    published: { solved: "100 %", trials: 10, source: "Table 8", ...(sequences === undefined ? {} : { sequences }) },
  };
}

export type ExperimentName = keyof typeof rows;

/** The experiments that can be run. */
export const experimentNames = Object.keys(rows) as [ExperimentName, ...ExperimentName[]];

/** An experiment by its name. */
export function experimentOf(name: ExperimentName): Experiment {
  const { task, make, published, ...row }: Row = rows[name];
  const { published: sequences, tested } = taskOf(task, {});
  return {
    ...row,
    make: make ?? ((options) => taskOf(task, options).dataset),
    tested,
    published: { sequences, ...published },
  };
}

function taskOf(task: Lstm1997Experiment, { count, ...options }: SequenceOptions): Lstm1997Task {
  // A set of strings is as large as it is; only streams have a count.
  return lstm1997Task(task, task === "1" || count === undefined ? options : { ...options, count });
}
