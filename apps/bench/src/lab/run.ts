import { entryOf } from "../gradflow/lineup.ts";
import type { Tokens } from "../gradflow/tokens.ts";
import { type LayerEvent, trainLayer } from "../gradflow/train-layer.ts";
import type { LabConfig } from "./config.ts";
import { makeLabTask } from "./make-task.ts";
import { type CellReading, type ProbeRecord, probeModel, readEvery } from "./probe.ts";
import { type LabTask, probeBatch, warmup } from "./task.ts";

/** What happens in a lane, in order. Plain data, so that it can cross threads. */
export type LabEvent = LayerEvent<ProbeRecord>;

/** What a task is, in the words and numbers that a picture of it needs. */
export interface TaskFacts {
  readonly name: string;
  readonly description: string;
  readonly metric: string;
  /** The loss of the best answer that remembers nothing, and how it is known. */
  readonly chance: { readonly value: number; readonly formula: string };
  readonly solvedBelow: number | null;
  readonly success: string | null;
  /** The largest lag of a probe. */
  readonly lags: number;
  /** Training steps between two probes. */
  readonly probeEvery: number;
  /** What {@link flopPerStep} needs: blocks of weights, numbers in and out, sequences, their steps and their answers. */
  readonly size: {
    readonly gates: number;
    readonly inputSize: number;
    readonly outputSize: number;
    readonly batch: number;
    readonly steps: number;
    readonly answers: number;
  };
}

/**
 * The operations of a training step: two for each weight and use, and a backward pass of twice as much.
 *
 * @param hidden as the event `model` tells it
 */
export function flopPerStep({ size }: TaskFacts, hidden: number): number {
  const { gates, inputSize, outputSize, batch, steps, answers } = size;
  return 6 * batch * (gates * hidden * (inputSize + hidden) * steps + hidden * outputSize * answers);
}

/** One cell of a configuration: its facts, and its training, event by event. */
export interface LabLane {
  readonly facts: TaskFacts;
  /** As long as it is asked for, or until it diverges. */
  readonly events: IterableIterator<LabEvent>;
}

/** Probes may take this share of the time. */
const probeShare = 0.1;
/** What a probe costs beside a training step with as many sequences and steps: a look is taken too, and gates now and then. */
const probeFactor = 2.2;

/**
 * Trains one cell of a configuration and probes it as it learns. The events follow from the configuration alone: a page and
 * the command line give the same numbers.
 *
 * @param steps where to stop; Infinity unless given
 * @param text for the task `text`
 * @throws {InputError} when the task needs a text that is missing or too short
 */
export function openLane(
  config: LabConfig,
  cell: string,
  { steps = Number.POSITIVE_INFINITY, text }: LaneOptions = {},
): LabLane {
  const task = makeLabTask(config, text);
  const entry = entryOf(cell);
  const { H, B, seed, lr, clip, probe: input } = config;
  const probeEvery = probeInterval(task, B);
  let reading: CellReading | undefined;
  return {
    facts: {
      name: task.name,
      description: task.description,
      metric: task.metric,
      chance: task.baseline,
      solvedBelow: task.solvedBelow,
      success: task.success,
      lags: task.lags,
      probeEvery,
      size: {
        gates: entry.gates,
        inputSize: task.shape.inputSize,
        outputSize: task.shape.outputSize,
        batch: B,
        steps: task.steps,
        answers: task.answers,
      },
    },
    events: trainLayer(task, {
      entry,
      seed,
      hidden: H,
      learningRate: lr,
      clip: clip ?? Number.POSITIVE_INFINITY,
      steps,
      probeEvery,
      validateEvery: 0,
      measureDiverged: true,
      measure: (model, step) => {
        if (step % (probeEvery * readEvery) === 0) reading = undefined;
        const probe = probeModel(model, task, { step, sequences: step * B, input, reading });
        const { readAt, gates, keep, gain } = probe;
        if (reading === undefined) reading = structuredClone({ readAt, gates, keep, gain });
        return probe;
      },
    }),
  };
}

/** What a lane may be told beside its configuration. */
export interface LaneOptions {
  readonly steps?: number;
  readonly text?: Tokens | undefined;
}

/** From the sizes alone, not from a clock: the steps that are probed are the same everywhere. */
function probeInterval({ lags, steps }: LabTask, batch: number): number {
  const probe = probeFactor * probeBatch * (lags + warmup + 1);
  return Math.max(1, Math.ceil(probe / (probeShare * batch * steps)));
}
