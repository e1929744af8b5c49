import { readCell } from "../gradflow/cell-key.ts";

/** Rises when a field changes its meaning, so that an old link or file is never misread. */
export const labVersion = 1;

/** The tasks of the lab. */
export const labTasks = ["adding", "copying", "temporal-order", "text"] as const;

export type LabTaskName = (typeof labTasks)[number];

/** What a probe reads: the task's held-out sequences, or nothing but zeros. */
export const probeInputs = ["task", "silence"] as const;

export type ProbeInput = (typeof probeInputs)[number];

/** Everything that the numbers of a lab run follow from, on a page as on the command line. */
export interface LabConfig {
  readonly v: typeof labVersion;
  readonly task: LabTaskName;
  /** One lane each: `rnn`, `lstm-fb1`, `gru-orthogonal`, `lstm-w0-fb2.5`; see {@link readCell}. */
  readonly cells: readonly string[];
  /** Steps of the task: of a sequence, of what must be remembered, or of a window of text. */
  readonly T: number;
  /** Hidden units. */
  readonly H: number;
  /** Sequences in a training step. */
  readonly B: number;
  /** The learning rate of Adam. */
  readonly lr: number;
  /** The largest gradient norm; null for no clipping. */
  readonly clip: number | null;
  readonly seed: number;
  readonly probe: ProbeInput;
}

/** What a page opens with: three cells, as they are usually started, on the adding problem. */
export const defaultLabConfig: LabConfig = {
  v: labVersion,
  task: "adding",
  cells: ["rnn", "lstm-fb1", "gru"],
  T: 50,
  H: 32,
  B: 32,
  lr: 3e-3,
  clip: 1,
  seed: 1,
  probe: "task",
};

/** Why a field of a configuration was not taken. */
export interface ConfigProblem {
  /** `version` when all of it is of another version. */
  readonly kind: "version" | "value";
  readonly field: string;
  /** As it was given. */
  readonly got: string;
  readonly expected: string;
}

/** A configuration, and what of the given one had to be left out. */
export interface ParsedLabConfig {
  readonly config: LabConfig;
  readonly problems: readonly ConfigProblem[];
}

/** The most lanes side by side. */
export const mostCells = 6;

/** By field: the least, the most, and whether it is a whole number. */
export const labLimits = {
  T: { least: 2, most: 1000, whole: true },
  H: { least: 1, most: 256, whole: true },
  B: { least: 1, most: 256, whole: true },
  lr: { least: 1e-8, most: 1e9, whole: false },
  clip: { least: 1e-6, most: 1e9, whole: false },
  seed: { least: 0, most: 2 ** 40, whole: true },
} as const;

/** The shortest sequences of the tasks: temporal order needs room for its symbols. */
export const shortest: Readonly<Record<LabTaskName, number>> = { adding: 2, copying: 2, "temporal-order": 20, text: 2 };

type Check = (value: unknown) => unknown;

const numbered = ({ least, most, whole }: { least: number; most: number; whole: boolean }): Check => {
  return (value) => {
    const fits = typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value));
    return fits ? value : undefined;
  };
};

const oneOf = (names: readonly string[]): Check => {
  return (value) => (typeof value === "string" && names.includes(value) ? value : undefined);
};

const { T, H, B, lr, clip, seed } = labLimits;

const range = ({ least, most, whole }: { least: number; most: number; whole: boolean }): string =>
  `a ${whole ? "whole number" : "number"} from ${least} to ${most}`;

/** Every field but the version: how it is checked, and what is expected of it. Checks return undefined for what is wrong. */
const fields: Readonly<Record<Exclude<keyof LabConfig, "v">, { readonly check: Check; readonly expected: string }>> = {
  task: { check: oneOf(labTasks), expected: labTasks.join(", ") },
  cells: {
    check: (value) => {
      const fits =
        Array.isArray(value) &&
        value.length >= 1 &&
        value.length <= mostCells &&
        new Set(value).size === value.length &&
        value.every((key) => typeof key === "string" && readCell(key) !== undefined);
      return fits ? [...value] : undefined;
    },
    expected: `1 to ${mostCells} different cells, such as rnn, lstm-fb1, gru-orthogonal`,
  },
  T: { check: numbered(T), expected: range(T) },
  H: { check: numbered(H), expected: range(H) },
  B: { check: numbered(B), expected: range(B) },
  lr: { check: numbered(lr), expected: range(lr) },
  clip: { check: (value) => (value === null ? value : numbered(clip)(value)), expected: `${range(clip)}, or null` },
  seed: { check: numbered(seed), expected: range(seed) },
  probe: { check: oneOf(probeInputs), expected: probeInputs.join(", ") },
};

/**
 * A configuration from what a file or a link holds. Unknown fields are ignored; a field that is missing has its default, and
 * so has one that is wrong, which is then among the problems. A configuration of another version is not read at all.
 */
export function parseLabConfig(value: unknown): ParsedLabConfig {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const problem: ConfigProblem = { kind: "value", field: "config", got: show(value), expected: "an object" };
    return { config: defaultLabConfig, problems: [problem] };
  }
  const given = value as Readonly<Record<string, unknown>>;
  if (given.v !== labVersion) {
    const problem: ConfigProblem = { kind: "version", field: "v", got: show(given.v), expected: String(labVersion) };
    return { config: defaultLabConfig, problems: [problem] };
  }
  const problems: ConfigProblem[] = [];
  const wrong = (field: string, got: unknown, expected: string) =>
    problems.push({ kind: "value", field, got: show(got), expected });
  const read: Record<string, unknown> = {};
  for (const [field, { check, expected }] of Object.entries(fields)) {
    if (given[field] === undefined) continue;
    const checked = check(given[field]);
    if (checked === undefined) wrong(field, given[field], expected);
    else read[field] = checked;
  }
  const config: LabConfig = { ...defaultLabConfig, ...read };
  const least = shortest[config.task];
  if (config.T >= least) return { config, problems };
  wrong("T", config.T, `at least ${least} for ${config.task}`);
  return { config: { ...config, T: least }, problems };
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
