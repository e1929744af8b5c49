import {
  addingSequences,
  copyingSequences,
  multiplicationSequences,
  paritySequences,
  type SequenceDataset,
  type SequenceOptions,
  temporalOrderSequences,
} from "@unroll/data";

interface Entry {
  readonly title: string;
  readonly make: (length: number, options: SequenceOptions) => SequenceDataset;
  /** Tmax of chrono initialisation, as Tallec and Ollivier (2018) choose it: T, or 3 T / 2 for copying. */
  readonly horizon: (length: number) => number;
}

const whole = (length: number): number => length;

const tasks = {
  adding: {
    title: "Adding",
    make: (length, options) => addingSequences({ ...options, length }),
    horizon: whole,
  },
  copying: {
    title: "Copying",
    make: (length, options) => copyingSequences({ ...options, length }),
    horizon: (length) => Math.ceil(1.5 * length),
  },
  "variable-copying": {
    title: "Copying after a random delay",
    make: (length, options) => copyingSequences({ ...options, length, delay: "random" }),
    horizon: whole,
  },
  "temporal-order": {
    title: "Temporal order of two symbols",
    make: (length, options) => temporalOrderSequences({ ...options, length }),
    horizon: whole,
  },
  "temporal-order-3": {
    title: "Temporal order of three symbols",
    make: (length, options) => temporalOrderSequences({ ...options, length, variant: "6b" }),
    horizon: whole,
  },
  multiplication: {
    title: "Multiplication",
    make: (length, options) => multiplicationSequences({ ...options, length }),
    horizon: whole,
  },
  parity: {
    title: "Parity",
    make: (length, options) => paritySequences({ ...options, maxLength: length }),
    horizon: whole,
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type RaceTaskName = keyof typeof tasks;

/** The tasks that cells can race on. */
export const raceTaskNames = Object.keys(tasks) as [RaceTaskName, ...RaceTaskName[]];

/** The sequences of a task of a length. */
export function raceTask(name: RaceTaskName, length: number, options: SequenceOptions): SequenceDataset {
  return tasks[name].make(length, options);
}

/** The longest dependency of a task, in steps. */
export function horizonOf(name: RaceTaskName, length: number): number {
  return tasks[name].horizon(length);
}

/** `Adding, T = 100`. */
export function raceTitle(name: RaceTaskName, length: number): string {
  return `${tasks[name].title}, T = ${length}`;
}
