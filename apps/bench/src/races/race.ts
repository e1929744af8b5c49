import { backward } from "@unroll/autograd";
import type { SequenceBatch, SequenceDataset } from "@unroll/data";
import { Adam, clipGradNorm } from "@unroll/optim";
import { Generator, slice, type Tensor } from "@unroll/tensor";
import { mean, median } from "simple-statistics";
import { entryOf } from "../gradflow/lineup.ts";
import { SequenceModel } from "../gradflow/model.ts";
import { measureFlow } from "../grid/flow.ts";
import type { Flow, GridEvent, Look, Outcome } from "../grid/record.ts";
import type { RaceSpec } from "../grid/spec.ts";
import { answerOf } from "./answer.ts";
import { lossOf, scoreOver } from "./score.ts";
import { horizonOf, raceTask, type Sources } from "./tasks.ts";

/** Held-out sequences are the same for all cells and seeds. */
const heldSequences = 512;
/** Sequences of a forward pass over held-out data. */
const heldBatch = 128;
const probeSamples = 8;
/** Steps between two reports of how far a run has come. */
const progressEvery = 10;

/** What the losses are called. */
const metrics = { squaredError: "mean squared error", crossEntropy: "cross entropy, nats" } as const;

/**
 * Trains one cell until the task is solved on held-out sequences, or the cap is reached. Everything follows from the spec:
 * all cells with one seed see the same sequences in the same order.
 *
 * @param sources what the task needs that is not drawn at random
 */
export function* runRace(spec: RaceSpec, sources: Sources = {}): IterableIterator<GridEvent> {
  const { batch, cap, evaluateEvery } = spec;
  // As many sequences as there may be: index i is a pure function of the seed, whichever cell asks.
  const data = raceTask(spec.task, spec.length, { seed: spec.seed, count: cap }, sources);
  const held = heldOut(spec, sources);
  const model = modelOf(spec, data);
  const parameters = model.parameters();
  const optimizer = new Adam(parameters, { lr: spec.learningRate });

  let sequences = 0;
  let status: Outcome["status"] = "capped";
  let milliseconds = 0;
  let [nextLook, nextFlow] = [evaluateEvery, evaluateEvery];
  let losses: number[] = [];
  const norms: number[] = [];
  const looks = [lookAt(model, held, 0, null).look];
  const flows = [flowOf(model, held.batches[0], 0)];
  for (let step = 1; sequences < cap; step++) {
    const startedAt = performance.now();
    const size = Math.min(batch, cap - sequences);
    const drawn = data.batch(sequences, size);
    const loss = lossOf(data, answerOf(model, data, drawn), drawn);
    optimizer.zeroGrad();
    backward(loss);
    const { norm, finite } = clipGradNorm(parameters, spec.clip ?? Number.POSITIVE_INFINITY);
    const value = loss.item();
    const healthy = finite && Number.isFinite(value);
    if (healthy) optimizer.step();
    sequences += size;
    milliseconds += performance.now() - startedAt;
    if (!healthy || !parameters.every(allFinite)) {
      status = "diverged";
      break;
    }
    norms.push(norm);
    losses.push(value);
    if (sequences >= nextLook || sequences === cap) {
      const { look, solved } = lookAt(model, held, sequences, mean(losses));
      looks.push(look);
      losses = [];
      nextLook += evaluateEvery;
      if (solved) {
        status = "solved";
        break;
      }
      if (sequences >= nextFlow && sequences < cap) {
        flows.push(flowOf(model, held.batches[0], sequences));
        nextFlow *= 2;
      }
    }
    if (step % progressEvery === 0)
      yield { kind: "progress", sequences, note: `loss ${looks[looks.length - 1].loss.toPrecision(3)}` };
  }
  if (status !== "diverged") flows.push(flowOf(model, held.batches[0], sequences));
  const clipped = spec.clip === null ? 0 : norms.filter((norm) => norm > Number(spec.clip)).length;
  yield {
    kind: "outcome",
    outcome: {
      status,
      solvedAt: status === "solved" ? sequences : null,
      sequences,
      parameters: parameters.reduce((sum, { size }) => sum + size, 0),
      hidden: model.recurrent.hiddenSize,
      describe: model.recurrent.describe(),
      flop: flopOf(spec, model, data) * sequences,
      seconds: milliseconds / 1000,
      metric: metrics[data.loss],
      chance: data.chance,
      floor: data.floor,
      success: data.success,
      looks,
      flows,
      gradNorm: {
        median: norms.length === 0 ? 0 : median(norms),
        max: norms.reduce((a, b) => Math.max(a, b), 0),
        clipped: clipped / Math.max(1, norms.length),
      },
    },
  };
}

/** What a run is judged by. */
interface Held {
  readonly data: SequenceDataset;
  readonly batches: readonly SequenceBatch[];
}

function heldOut({ task, length }: RaceSpec, sources: Sources): Held {
  const data = raceTask(task, length, { split: "validation", count: heldSequences }, sources);
  return {
    data,
    batches: Array.from({ length: heldSequences / heldBatch }, (_, k) => data.batch(k * heldBatch, heldBatch)),
  };
}

function modelOf(spec: RaceSpec, { inputSize, outputSize }: SequenceDataset): SequenceModel {
  const horizon = horizonOf(spec.task, spec.length);
  const shape = { symbols: undefined, inputSize, outputSize, horizon };
  return new SequenceModel(entryOf(spec.cell), shape, spec.hidden, new Generator(spec.seed));
}

function lookAt(model: SequenceModel, { data, batches }: Held, sequences: number, trainingLoss: number | null) {
  const score = scoreOver(data, batches, (batch) => answerOf(model, data, batch));
  const look: Look = { sequences, loss: score.loss, accuracy: score.accuracy, trainingLoss };
  return { look, solved: data.isSolved(score) };
}

/** The operations of one sequence: two for each weight and use, in a forward pass and a backward pass of twice as much. */
function flopOf(spec: RaceSpec, { recurrent }: SequenceModel, data: SequenceDataset): number {
  const { hiddenSize } = recurrent;
  const outputs = data.answers === "every" ? data.maxLength : 1;
  const { gates } = entryOf(spec.cell);
  return (
    6 * (gates * hiddenSize * (data.inputSize + hiddenSize) * data.maxLength + hiddenSize * data.outputSize * outputs)
  );
}

function flowOf(model: SequenceModel, { input, lengths }: SequenceBatch, sequences: number): Flow {
  return measureFlow(model.recurrent, slice(input, 1, 0, probeSamples), slice(lengths, 0, 0, probeSamples), sequences);
}

function allFinite({ data }: Tensor): boolean {
  return data.every((value) => Number.isFinite(value));
}
