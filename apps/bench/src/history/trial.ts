import { backward } from "@unroll/autograd";
import type { SequenceBatch, SequenceDataset, SequenceScore } from "@unroll/data";
import { gradNorm, SGD } from "@unroll/optim";
import { Generator, mul, sub, sum, type Tensor } from "@unroll/tensor";
import { mean, median } from "simple-statistics";
import { measureFlow } from "../grid/flow.ts";
import type { GridEvent, Look, Outcome } from "../grid/record.ts";
import type { HistorySpec } from "../grid/spec.ts";
import { type Answer, scoreOver } from "../races/score.ts";
import { hiddenUnits, type Net97, weightCount } from "./cell97.ts";
import { experimentOf } from "./experiments.ts";
import { Model97 } from "./model97.ts";
import { nets } from "./nets.ts";
import { Window } from "./window.ts";

const testBatch = 256;
/** Sequences between two entries of the learning curve, and between two reports of how far a trial has come. */
const lookEvery = 1000;
const progressEvery = 200;
const probeSamples = 8;
/** The paper's stopping criteria, and the learning curve, are about so many of the most recent sequences. */
const shown = 2000;
/** Sequences between two looks at others than the most recent ones, and how many new ones there are. */
const lookAtOthersEvery = 100;
const newSequences = 256;
/** Added to a trial's seed for the order in which it reads a set. */
const orderSeedOffset = 1_000_000;

/**
 * One trial of an experiment of 1997: on-line, one sequence at a time, plain gradient descent, until the paper's criterion
 * holds or the cap is reached; then the test.
 */
export function* runTrial(spec: HistorySpec): IterableIterator<GridEvent> {
  const experiment = experimentOf(spec.experiment);
  const net: Net97 = nets[experiment.net];
  const { judged, tested: testSequences } = experiment;
  const stream = judged !== "sets";
  const data = experiment.make({ seed: spec.seed, count: spec.cap });
  const test = experiment.make({ seed: spec.seed, split: "test", count: testSequences });
  const unseen = judged === "new" ? experiment.make({ seed: spec.seed, split: "validation" }) : test;
  const model = new Model97(net, { truncated: spec.gradient === "truncated", generator: new Generator(spec.seed) });
  const answer: Answer = (batch) => model.answer(batch, data.answers);
  const parameters = model.parameters();
  const optimizer = new SGD(parameters, { lr: experiment.learningRate });
  const order = new Generator(spec.seed + orderSeedOffset);
  const probe = test.batch(0, probeSamples);
  const window = new Window(shown);
  const due = () => sequences % lookAtOthersEvery === 0;
  const solved = {
    recent: () => window.full && window.accuracy > 0.9 && data.isSolved(window.score),
    new: () =>
      due() && data.isSolved(scoreOf(unseen, answer, (sequences / lookAtOthersEvery) * newSequences, newSequences)),
    sets: () => due() && [data, test].every((set) => set.isSolved(scoreOf(set, answer, 0, set.length))),
  }[judged];
  let sequences = 0;
  const looks: Look[] = [];
  const flows = [measureFlow(model.cell, probe.input, probe.lengths, 0)];
  const norms: number[] = [];
  let losses: number[] = [];
  let status: Outcome["status"] = "capped";
  let [milliseconds, steps] = [0, 0];
  while (sequences < spec.cap) {
    const startedAt = performance.now();
    const batch = data.batch(stream ? sequences : order.integer(data.length), 1);
    const output = answer(batch);
    const error = errorOf(output, batch);
    optimizer.zeroGrad();
    backward(error);
    const healthy = Number.isFinite(error.item());
    if (healthy) optimizer.step();
    sequences++;
    steps += batch.input.shape[0];
    milliseconds += performance.now() - startedAt;
    if (!healthy) {
      status = "diverged";
      break;
    }
    const score = data.score(output, batch);
    window.add(score.loss, score.correct[0]);
    losses.push(score.loss);
    if (solved()) status = "solved";
    if (sequences % lookEvery === 0 || sequences === spec.cap || status === "solved") {
      norms.push(gradNorm(parameters));
      const { loss, accuracy } = window;
      looks.push({ sequences, loss, accuracy, trainingLoss: mean(losses) });
      losses = [];
    }
    if (status === "solved") break;
    if (sequences % progressEvery === 0)
      yield {
        kind: "progress",
        sequences,
        note: `${(100 * window.accuracy).toFixed(1)} % of the last ${shown.toLocaleString("en-US")} right`,
      };
  }
  const tested = scoreOf(test, answer, 0, test.length);
  if (status !== "diverged") flows.push(measureFlow(model.cell, probe.input, probe.lengths, sequences));
  const units = hiddenUnits(net);
  const answers = data.answers === "every" ? steps : sequences;
  yield {
    kind: "outcome",
    outcome: {
      status,
      solvedAt: status === "solved" ? sequences : null,
      sequences,
      parameters: weightCount(net),
      hidden: units,
      describe: `${net.blocks} blocks of ${net.size}, ${spec.gradient} gradient`,
      flop: 6 * (units * (net.inputs + units) * steps + net.outputs * net.blocks * net.size * answers),
      seconds: milliseconds / 1000,
      metric: "mean squared error",
      chance: data.chance,
      floor: data.floor,
      success: data.success,
      looks,
      tested: { sequences: tested.correct.length, loss: tested.loss, accuracy: tested.accuracy },
      flows,
      gradNorm: {
        median: norms.length === 0 ? 0 : median(norms),
        max: norms.reduce((a, b) => Math.max(a, b), 0),
        clipped: 0,
      },
    },
  };
}

function scoreOf(data: SequenceDataset, answer: Answer, start: number, count: number): SequenceScore {
  const batches = Array.from({ length: Math.ceil(count / testBatch) }, (_, k) =>
    data.batch(start + k * testBatch, Math.min(testBatch, count - k * testBatch)),
  );
  return scoreOver(data, batches, answer);
}

/** The paper's error, whose gradient at an output's net input is f'(net) (y - d): half the sum of squares. */
function errorOf(output: Tensor, { target }: SequenceBatch): Tensor {
  const difference = sub(output, target);
  return mul(sum(mul(difference, difference)), 0.5);
}
