import { addingSequences } from "./adding-sequences.ts";
import { copyingSequences } from "./copying-sequences.ts";
import { multiplicationSequences } from "./multiplication.ts";
import { noiseFreeSequences } from "./noise-free.ts";
import { noisySequences } from "./noisy.ts";
import { paritySequences } from "./parity.ts";
import { reberSequences } from "./reber.ts";
import type { SequenceDataset, SequenceOptions } from "./sequences.ts";
import { temporalOrderSequences } from "./temporal-order.ts";
import { type Knowledge, onlyThese, type Solver, symbolOf } from "./testing.ts";

/** A task with a program that solves it from the inputs alone, and what an answer at chance knows. */
export interface Case {
  readonly title: string;
  readonly make: (options: SequenceOptions) => SequenceDataset;
  readonly solver: Solver;
  readonly blind: Knowledge;
  /** Sequences in each part of a measurement of chance. */
  readonly size: number;
  /** The same for the floor, where mistakes are rare; 100 unless given. */
  readonly solved?: number;
}

const nothing: Knowledge = () => 0;
const time: Knowledge = (_, t) => t;
const timeFromEnd: Knowledge = (_, t, steps) => steps - t;

const marked = (rows: number[][]): number[] => rows.filter(([, marker]) => marker === 1).map(([number]) => number);
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

const copying: Solver = (rows) => {
  const size = rows[0].length;
  const symbols = rows.map(symbolOf);
  const marker = symbols.indexOf(size - 1);
  return symbols.map((_, t) => onlyThese([t <= marker ? 0 : symbols[t - marker - 1]], size));
};

/** The class, counted from the X (6) and Y (7) in their order. */
const order: Solver = (rows) => {
  const seen = rows.map(symbolOf).filter((symbol) => symbol >= 6);
  return [onlyThese([Number.parseInt(seen.map((symbol) => symbol - 6).join(""), 2)], 2 << (seen.length - 1))];
};

const asValues =
  (solver: Solver): Solver =>
  (rows) =>
    solver(rows).map((answer) => {
      const likely = answer.filter((logit) => logit === 0).length;
      return answer.map((logit) => (logit === 0 ? 1 / likely : 0));
    });

const same =
  (random: boolean): Solver =>
  (rows) => {
    const symbols = rows.map(symbolOf);
    const size = rows[0].length;
    return symbols.map((_, t) => {
      if (t === symbols.length - 1) return onlyThese([symbols[0]], size);
      return random
        ? onlyThese(
            Array.from({ length: size - 2 }, (_, k) => k),
            size,
          )
        : onlyThese([t], size);
    });
  };

const longLag: Solver = (rows) => [onlyThese([symbolOf(rows[1]) - (rows[0].length - 2)], 2)];

/** The grammar once more, by where each symbol leads. */
const nodes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  start: { B: "left" },
  left: { T: "upper", P: "lower" },
  upper: { S: "upper", X: "upperRight" },
  lower: { T: "lower", V: "lowerRight" },
  upperRight: { X: "lower", S: "right" },
  lowerRight: { P: "upperRight", V: "right" },
  right: { E: "end" },
};

/** What may follow each symbol of a Reber string. */
export function reberFollowers(text: string): string[] {
  let node = "start";
  return Array.from(text, (symbol) => {
    node = nodes[node]?.[symbol] ?? "nowhere";
    return Object.keys(nodes[node] ?? {}).join("");
  });
}

/** What may follow each symbol of an embedded string. */
export function embeddedFollowers(text: string): string[] {
  const inner = reberFollowers(text.slice(2));
  return Array.from(text, (_, t) => {
    if (t < 2) return t === 0 ? "TP" : "B";
    // The inner string is over where nothing may follow its E; one symbol later its own end is near.
    const end = inner.indexOf("");
    if (end < 0 || t - 2 < end) return inner[t - 2];
    return t - 2 === end ? text[1] : "E";
  });
}

const letters = "BTPSXVE";
const grammar =
  (followers: (text: string) => string[]): Solver =>
  (rows) =>
    followers(rows.map((row) => letters[symbolOf(row)]).join("")).map((next) =>
      onlyThese(
        Array.from(next, (symbol) => letters.indexOf(symbol)),
        7,
      ),
    );

const currentSymbol: Knowledge = ({ input }, t) => symbolOf(Array.from(input.data.subarray(7 * t, 7 * t + 7)));
/** What may follow, but for the second symbol, which is forgotten. */
const grammarWithoutMemory: Knowledge = ({ truth }, t, steps) =>
  t === steps - 2 ? "T or P" : String(truth?.data.subarray(7 * t, 7 * t + 7));

export const cases: readonly Case[] = [
  ...(["halves", "anywhere"] as const).map((variant) => ({
    title: `adding, ${variant}`,
    make: (options: SequenceOptions) => addingSequences({ ...options, variant, length: 9 }),
    solver: (rows: number[][]) => [[sum(marked(rows))]],
    blind: nothing,
    size: 500,
  })),
  {
    title: "adding, original",
    make: (options) => addingSequences({ ...options, variant: "original", length: 21 }),
    solver: (rows) => [[0.5 + sum(marked(rows)) / 4]],
    blind: nothing,
    size: 1500,
  },
  {
    title: "multiplication",
    make: (options) => multiplicationSequences({ ...options, length: 21 }),
    solver: (rows) => [[marked(rows).reduce((a, b) => a * b)]],
    blind: nothing,
    size: 1500,
  },
  ...(["arjovsky", "tcn"] as const).map((variant) => ({
    title: `copying, ${variant}`,
    make: (options: SequenceOptions) => copyingSequences({ ...options, variant, length: 6, symbols: 4, copied: 3 }),
    solver: copying,
    blind: time,
    size: 500,
  })),
  {
    title: "copying, random delay",
    make: (options) => copyingSequences({ ...options, delay: "random", length: 6, symbols: 4, copied: 3 }),
    solver: copying,
    blind: timeFromEnd,
    size: 500,
  },
  ...(["6a", "6b"] as const).flatMap((variant) => [
    {
      title: `temporal order ${variant}`,
      make: (options: SequenceOptions) => temporalOrderSequences({ ...options, variant, length: 20 }),
      solver: order,
      blind: nothing,
      size: 500,
    },
    {
      title: `temporal order ${variant}, squared error`,
      make: (options: SequenceOptions) =>
        temporalOrderSequences({ ...options, variant, length: 20, loss: "squaredError" }),
      solver: asValues(order),
      blind: nothing,
      size: 500,
    },
  ]),
  ...(["2a", "2b"] as const).flatMap((variant) => [
    {
      title: `noise-free ${variant}`,
      make: (options: SequenceOptions) => noiseFreeSequences({ ...options, variant, p: 6 }),
      solver: same(variant === "2b"),
      blind: time,
      size: 500,
    },
    {
      title: `noise-free ${variant}, squared error`,
      make: (options: SequenceOptions) => noiseFreeSequences({ ...options, variant, p: 6, loss: "squaredError" }),
      solver: asValues(same(variant === "2b")),
      blind: time,
      size: 500,
    },
  ]),
  {
    title: "noise-free 2c",
    make: (options) => noiseFreeSequences({ ...options, variant: "2c", p: 5, q: 4 }),
    solver: longLag,
    blind: nothing,
    size: 250,
  },
  {
    title: "noise-free 2c, squared error",
    make: (options) => noiseFreeSequences({ ...options, variant: "2c", p: 5, q: 4, loss: "squaredError" }),
    solver: asValues(longLag),
    blind: nothing,
    size: 250,
  },
  {
    title: "noisy 3a",
    make: (options) => noisySequences({ ...options, variant: "3a", length: 10 }),
    solver: ([[first]]) => [[first > 0 ? 1 : 0]],
    blind: nothing,
    size: 500,
  },
  {
    title: "noisy 3b",
    make: (options) => noisySequences({ ...options, variant: "3b", length: 10, informative: 2 }),
    solver: ([[first], [second]]) => [[1 / (1 + Math.exp((-2 * (first + second)) / 0.2))]],
    blind: nothing,
    size: 500,
    solved: 1000,
  },
  {
    title: "noisy 3c",
    make: (options) => noisySequences({ ...options, variant: "3c", length: 10 }),
    solver: ([[first]]) => [[first > 0 ? 0.2 : 0.8]],
    blind: nothing,
    size: 500,
  },
  {
    title: "parity",
    make: (options) => paritySequences({ ...options, minLength: 2, maxLength: 8 }),
    solver: (rows) => [onlyThese([sum(rows.map(([bit]) => bit)) % 2], 2)],
    // Not even the last bit helps.
    blind: ({ input }) => input.data[input.size - 1],
    size: 500,
  },
  ...(["crossEntropy", "squaredError"] as const).flatMap((loss) => [
    {
      title: `Reber, ${loss}`,
      make: (options: SequenceOptions) => reberSequences({ ...options, embedded: false, loss }),
      solver: loss === "crossEntropy" ? grammar(reberFollowers) : asValues(grammar(reberFollowers)),
      blind: currentSymbol,
      size: 250,
    },
    {
      title: `embedded Reber, ${loss}`,
      make: (options: SequenceOptions) => reberSequences({ ...options, loss }),
      solver: loss === "crossEntropy" ? grammar(embeddedFollowers) : asValues(grammar(embeddedFollowers)),
      blind: grammarWithoutMemory,
      size: 250,
    },
  ]),
];
