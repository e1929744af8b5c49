import { min } from "simple-statistics";
import type { RaceSpec } from "./spec.ts";
import type { Spread, VariantSummary } from "./summary.ts";
import { halfLifeText } from "./tables.ts";

/** What theory or the literature leads one to expect of races, and what was measured. */
export interface Judged {
  readonly expected: string;
  readonly verdict: "confirmed" | "refuted" | "undecided" | "not yet run";
  /** The numbers behind the verdict. */
  readonly measured: string;
  /** How many seeds each of the variants has at least. */
  readonly seeds: number;
}

type Verdict = Judged["verdict"];

interface Expectation {
  readonly expected: string;
  /** The variants that it is about, in the order in which `judge` gets them. */
  readonly variants: readonly Partial<RaceSpec>[];
  readonly judge: (rows: readonly VariantSummary[]) => Verdict;
  readonly measured: (rows: readonly VariantSummary[]) => string;
}

const chrono = ["lstm-chrono", "lstm-fb1", "lstm-fb0"];

/** Directions, not numbers: they were written down before anything was run. */
const expectations: readonly Expectation[] = [
  solvedBy("GRU and LSTM with forget bias 1 solve adding, T = 200", { task: "adding", length: 200 }, [
    "gru",
    "lstm-fb1",
  ]),
  {
    expected: "The tanh RNN stays at chance on adding, T = 200: a loss of 0.167 ± 0.01",
    variants: [{ task: "adding", length: 200, cell: "rnn" }],
    judge: ([{ solved, loss }]) =>
      solved === 0 && Math.abs((loss.median ?? 1) - 1 / 6) <= 0.01 ? "confirmed" : "refuted",
    measured: ([row]) => `loss ${row.loss.median?.toFixed(3)}, ${solvedText(row)}`,
  },
  fasterFirst("Chrono learns no slower than forget bias 1, and that no slower than 0: adding, T = 100", {
    task: "adding",
    length: 100,
  }),
  fasterFirst("The same: adding, T = 200", { task: "adding", length: 200 }),
  fasterFirst("The same: copying, T = 20", { task: "copying", length: 20 }),
  fasterFirst("The same: copying, T = 50", { task: "copying", length: 50 }),
  fasterFirst("The same: temporal order, T = 100", { task: "temporal-order", length: 100 }),
  solvedBy("An orthogonal RNN solves copying, T = 20", { task: "copying", length: 20 }, ["rnn-orthogonal"]),
  unsolvedBy("An orthogonal RNN does not solve adding, T = 100", { task: "adding", length: 100 }, ["rnn-orthogonal"]),
  solvedBy("A ReLU RNN that starts at the identity solves adding, T = 100", { task: "adding", length: 100 }, [
    "relu-identity",
  ]),
  unsolvedBy("A ReLU RNN that starts at the identity does not solve copying, T = 20", { task: "copying", length: 20 }, [
    "relu-identity",
  ]),
  {
    expected: "Half-life before training on adding, T = 100: RNN < LSTM with forget bias 0 < 1 < chrono",
    variants: ["rnn", "lstm-fb0", "lstm-fb1", "lstm-chrono"].map((cell) => ({ task: "adding", length: 100, cell })),
    judge: (rows) => ascending(rows.map(({ halfLife }) => halfLife.median ?? Number.POSITIVE_INFINITY)),
    measured: (rows) => rows.map(({ halfLife }) => halfLifeText(halfLife)).join(", "),
  },
  {
    expected: "Clipping at 1 helps the tanh RNN to solve temporal order, T = 100",
    variants: [1, null].map((clip) => ({ task: "temporal-order", length: 100, cell: "rnn", clip })),
    judge: ([clipped, free]) => compared(free, clipped, "undecided"),
    measured: ([clipped, free]) => `clipped: ${speedText(clipped)}; not: ${speedText(free)}`,
  },
];

function solvedBy(expected: string, task: Partial<RaceSpec>, cells: readonly string[]): Expectation {
  return {
    expected,
    variants: cells.map((cell) => ({ ...task, cell })),
    judge: (rows) => (rows.every(mostSolved) ? "confirmed" : "refuted"),
    measured: (rows) => rows.map((row) => `${row.variant}: ${speedText(row)}`).join("; "),
  };
}

function unsolvedBy(expected: string, task: Partial<RaceSpec>, cells: readonly string[]): Expectation {
  const other = solvedBy(expected, task, cells);
  return { ...other, judge: (rows) => (rows.some(mostSolved) ? "refuted" : "confirmed") };
}

/** LSTMs in the order chrono, forget bias 1, forget bias 0, of which none is slower than the one behind it. */
function fasterFirst(expected: string, task: Partial<RaceSpec>): Expectation {
  return {
    expected,
    variants: chrono.map((cell) => ({ ...task, cell })),
    judge: ([first, second, third]) => {
      if ([first, second, third].every(({ sequences }) => sequences.median === null)) return "undecided";
      const pairs = [compared(second, first, "confirmed"), compared(third, second, "confirmed")];
      return pairs.every((verdict) => verdict === "confirmed") ? "confirmed" : "refuted";
    },
    measured: (rows) => rows.map((row) => `${row.variant}: ${speedText(row)}`).join("; "),
  };
}

/** Whether `fast` needs fewer sequences than `slow` in the median, more solved seeds deciding where neither has one. */
function compared(slow: VariantSummary, fast: VariantSummary, ifEqual: Verdict): Verdict {
  const at = ({ sequences }: VariantSummary) => sequences.median ?? Number.POSITIVE_INFINITY;
  const share = ({ solved, seeds }: VariantSummary) => solved / seeds.length;
  if (at(slow) !== at(fast)) return at(fast) < at(slow) ? "confirmed" : "refuted";
  if (share(slow) !== share(fast)) return share(fast) > share(slow) ? "confirmed" : "refuted";
  return ifEqual;
}

function ascending(values: readonly number[]): Verdict {
  return values.every((value, k) => k === 0 || values[k - 1] < value) ? "confirmed" : "refuted";
}

const mostSolved = ({ solved, seeds }: VariantSummary): boolean => 2 * solved > seeds.length;

const solvedText = ({ solved, seeds }: VariantSummary): string => `${solved} of ${seeds.length} solved`;

function speedText(row: VariantSummary): string {
  const median: Spread["median"] = row.sequences.median;
  return `${solvedText(row)}${median === null ? "" : ` after ${Math.round(median).toLocaleString("en-US")} sequences`}`;
}

/** Every expectation that a grid can answer, judged by the runs that there are. */
export function judgeExpectations(planned: readonly RaceSpec[], summaries: readonly VariantSummary[]): Judged[] {
  return expectations.flatMap(({ expected, variants, judge, measured }) => {
    const wanted = variants.map((variant) => ({ clip: 1, ...variant }));
    if (!wanted.every((variant) => planned.some((spec) => fits(spec, variant)))) return [];
    const rows = wanted.flatMap((variant) =>
      summaries.filter(({ spec }) => spec.kind === "race" && fits(spec, variant)),
    );
    if (rows.length < wanted.length) return [{ expected, verdict: "not yet run", measured: "", seeds: 0 }];
    return [
      { expected, verdict: judge(rows), measured: measured(rows), seeds: min(rows.map(({ seeds }) => seeds.length)) },
    ];
  });
}

function fits(spec: RaceSpec, wanted: Partial<RaceSpec>): boolean {
  return Object.entries(wanted).every(([name, value]) => spec[name as keyof RaceSpec] === value);
}
