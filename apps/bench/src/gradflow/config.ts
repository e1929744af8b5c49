import { InputError } from "../input-error.ts";
import { names, pathOption, positive, whole } from "../options.ts";
import { defaultCells, lineup } from "./lineup.ts";
import { dataSeedOffset } from "./make-task.ts";
import type { GradflowConfig, TaskName } from "./result.ts";

/** The options of `bench gradflow` as they come from the command line. */
export interface GradflowOptions {
  task?: unknown;
  cells?: unknown;
  length?: unknown;
  hidden?: unknown;
  steps?: unknown;
  seeds?: unknown;
  seed?: unknown;
  lr?: unknown;
  clip?: unknown;
  data?: unknown;
  out?: unknown;
  quick?: boolean;
  full?: boolean;
}

const keys: readonly string[] = lineup.map((entry) => entry.key);

const taskNames: readonly TaskName[] = ["text", "adding"];

/** How much work the default, `--quick` and `--full` are. */
const sizes = {
  quick: { steps: 40, hidden: { text: 32, adding: 16 }, seeds: 1, probes: 8, races: null, spectra: ["text", "adding"] },
  default: {
    steps: 400,
    hidden: { text: 64, adding: 32 },
    seeds: 1,
    probes: 16,
    spectra: ["adding"],
    races: { seeds: 2, length: 30, hidden: 16, learningRate: 0.01, cap: 24_000, evaluateEvery: 500 },
  },
  full: {
    steps: 2000,
    hidden: { text: 128, adding: 64 },
    seeds: 5,
    probes: 40,
    spectra: ["adding"],
    races: { seeds: 5, length: 100, hidden: 32, learningRate: 1e-3, cap: 200_000, evaluateEvery: 2000 },
  },
} as const;

/** Singular values cost the cube of the state's size at each lag, so they are taken of the task with the smaller nets. */
const spectrumLags: readonly number[] = [0, 1, 2, 5, 10, 20, 30, 50];

/** What races unless cells are named: one cell from several starts, and different cells. */
const racers: readonly string[] = ["rnn", "rnn-orthogonal", "lstm-fb0", "lstm-fb1", "lstm-fb3", "lstm-chrono", "gru"];

/**
 * The settings of a run.
 *
 * @throws {InputError} when an option has a wrong value
 */
export function configOf(options: GradflowOptions): GradflowConfig {
  if (options.quick && options.full) throw new InputError("--quick and --full exclude each other");
  const size = sizes[options.quick ? "quick" : options.full ? "full" : "default"];
  const steps = whole("steps", options.steps, size.steps, 1);
  const hidden =
    options.hidden === undefined
      ? size.hidden
      : { text: whole("hidden", options.hidden, 0, 1), adding: whole("hidden", options.hidden, 0, 1) };
  const first = whole("seed", options.seed, 1, 0);
  const seeds = whole("seeds", options.seeds, size.seeds, 1);
  if (first + seeds + dataSeedOffset > Number.MAX_SAFE_INTEGER) throw new InputError(`--seed ${first} is too large`);
  const cells = options.cells === undefined ? defaultCells : names("cells", options.cells, keys);
  const tasks = names("task", options.task, taskNames) as readonly TaskName[];
  const { races } = size;
  return {
    tasks,
    cells,
    seeds: Array.from({ length: seeds }, (_, i) => first + i),
    length: whole("length", options.length, 100, 2),
    hidden,
    embedding: 32,
    batch: { text: 16, adding: 32 },
    steps: { text: steps, adding: steps },
    probeEvery: Math.max(1, Math.floor(steps / size.probes)),
    probeBatch: 8,
    lags: 100,
    warmup: 28,
    learningRate: positive("lr", options.lr, 3e-3, Number.MAX_VALUE),
    // Infinity switches clipping off.
    clip: positive("clip", options.clip, 1, Number.POSITIVE_INFINITY),
    data: pathOption("data", options.data),
    spectra: {
      tasks: tasks.filter((task) => (size.spectra as readonly TaskName[]).includes(task)),
      lags: spectrumLags,
    },
    races:
      races === null || !tasks.includes("adding")
        ? null
        : {
            ...races,
            cells: options.cells === undefined ? racers : cells,
            seeds: Array.from({ length: races.seeds }, (_, i) => first + i),
          },
  };
}
