import {
  addingSequences,
  copyingSequences,
  multiplicationSequences,
  paritySequences,
  type SequenceDataset,
  type SequenceOptions,
  temporalOrderSequences,
} from "@unroll/data";
import { type DigitSets, pixelDigitRace, pixelLengths, rowDigitRace, rowLengths } from "./digits.ts";

/** What tasks are made from that are not drawn at random. */
export interface Sources {
  readonly digits?: DigitSets;
}

interface Entry {
  readonly title: string;
  readonly make: (length: number, options: SequenceOptions, sources: Sources) => SequenceDataset;
  /** Tmax of chrono initialisation, as Tallec and Ollivier (2018) choose it: T, or 3 T / 2 for copying. */
  readonly horizon: (length: number) => number;
  /** The only lengths that there are; any that the task can have where left out. */
  readonly lengths?: readonly number[];
}

function given(digits: DigitSets | undefined): DigitSets {
  if (digits === undefined) throw new Error("a race on digits needs them among its sources");
  return digits;
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
  "digits-rows": {
    title: "Digits row by row",
    make: (length, options, { digits }) => rowDigitRace(given(digits), length, options),
    horizon: whole,
    lengths: rowLengths,
  },
  "digits-sequential": {
    title: "Digits pixel by pixel",
    make: (length, options, { digits }) => pixelDigitRace(given(digits), length, options),
    horizon: whole,
    lengths: pixelLengths,
  },
} as const satisfies Readonly<Record<string, Entry>>;

export type RaceTaskName = keyof typeof tasks;

/** The tasks that cells can race on. */
export const raceTaskNames = Object.keys(tasks) as [RaceTaskName, ...RaceTaskName[]];

/** The sequences of a task of a length; those of a task that {@link needsDigits} come from `sources`. */
export function raceTask(
  name: RaceTaskName,
  length: number,
  options: SequenceOptions,
  sources: Sources = {},
): SequenceDataset {
  return entryOf(name).make(length, options, sources);
}

/** Whether the sequences of a task are pictures of digits. */
export function needsDigits(name: RaceTaskName): boolean {
  return name.startsWith("digits-");
}

/** The only lengths that a task can have; undefined where it sets no list. */
export function lengthsOf(name: RaceTaskName): readonly number[] | undefined {
  return entryOf(name).lengths;
}

/** The longest dependency of a task, in steps. */
export function horizonOf(name: RaceTaskName, length: number): number {
  return entryOf(name).horizon(length);
}

/** `Adding, T = 100`. */
export function raceTitle(name: RaceTaskName, length: number): string {
  return `${entryOf(name).title}, T = ${length}`;
}

function entryOf(name: RaceTaskName): Entry {
  return tasks[name];
}
