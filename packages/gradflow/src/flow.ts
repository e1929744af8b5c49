import { enableGrad } from "@unroll/autograd";
import type { Lengths } from "@unroll/cells";
import {
  checkFunction,
  checkOptions,
  describe,
  formatShape,
  type Generator,
  OptionError,
  ShapeError,
  Tensor,
} from "@unroll/tensor";
import { lossAdjoints, probeAdjoints } from "./adjoints.ts";
import { type Probe, probeVectors } from "./probe.ts";
import { record, type Subject } from "./record.ts";
import { type FlowSeries, seriesOf } from "./series.ts";
import { normsOfSteps, normsOfTaps, type StepNorms } from "./step-norms.ts";
import { runTapped, sendLoss, sendProbe } from "./tapped.ts";

/** Options of {@link gradientFlow}. */
export interface GradientFlowOptions {
  /**
   * A task loss of the outputs `[T, B, …]`, a single number. Local losses at late steps hide how earlier signals vanish;
   * to compare cells, leave it out and use the probe.
   */
  loss?: (output: Tensor) => Tensor;
  /** How the loss combines samples (default `mean`): a mean carries 1/B into every sample's gradient, which is taken out again. */
  reduction?: "mean" | "sum";
  /**
   * Without a loss, `L = <u, s_T>` at each sample's last step: u is a random unit vector over the whole state
   * (`state`, default), over the part that is the output (`output`), or the given vectors, one for each state.
   */
  probe?: Probe;
  /** Where a random probe is drawn from (default: a generator of its own with seed 0). */
  generator?: Generator;
  /** How many steps each sample has; lags count from each sample's own last step. */
  lengths?: Lengths;
  /** The state before the first step, as the subject's forward takes it. */
  state?: Readonly<Record<string, Tensor>>;
  /** For recurrent layers: which one (default: the last). */
  layer?: number;
  /** For bidirectional layers: measure the direction that reads backwards (default false). */
  reverse?: boolean;
}

const known = ["loss", "reduction", "probe", "generator", "lengths", "state", "layer", "reverse"];

/** The two adjoints of one state. */
export interface StateFlow {
  /** Of the state as handed to the next step (and, where it is the output, to the loss), other states held fixed. */
  readonly state: FlowSeries;
  /** Of the value itself, with its uses inside the step: for an LSTM's c, what PyTorch's `c.grad` holds. */
  readonly total: FlowSeries;
}

/** How gradients flow back through a sequence. */
export interface GradientFlow {
  readonly source: "loss" | "probe";
  /** The number of lags: the length of the longest sample. */
  readonly lags: number;
  /** By state: `h`, and `c` for an LSTM. */
  readonly states: Readonly<Record<string, StateFlow>>;
  /** The norm of all states together, `‖[dh; dc]‖`, of the state adjoints: the quantity to compare cells by. */
  readonly joint: FlowSeries;
}

/**
 * Measures how a gradient fades or grows on its way back through time: `log10 ‖∂L/∂h_t‖` and `log10 ‖∂L/∂c_t‖` per sample
 * and step, with the fitted decay, half-life and horizon.
 *
 * Norms are taken per sample and averaged as logarithms; parameters' `grad` stays untouched.
 *
 * @param subject a recurrent layer, or any cell that `unroll` drives
 * @param x `[T, B, …]`, or `[B, T, …]` for layers with `batchFirst`
 * @example
 * ```ts
 * const layer = new LSTM(3, 16, { forgetBias: 1, generator: new Generator(1) });
 * const { states, joint } = gradientFlow(layer, randn([50, 8, 3], { generator: new Generator(2) }));
 * states.c.state.mean.length; // 50
 * joint.mean[49].toFixed(1); // "-4.7"
 * joint.fit?.halfLife.toFixed(1); // "3.3"
 * ```
 * @throws {ShapeError} when the loss is not a single number, or no sample has a step
 * @throws {OptionError} for options that do not go together
 */
export function gradientFlow(subject: Subject, x: Tensor, options: GradientFlowOptions = {}): GradientFlow {
  checkOptions("gradientFlow", options, known);
  const { loss, probe, reduction = "mean" } = options;
  if (loss !== undefined && probe !== undefined)
    throw new OptionError("gradientFlow: expected a loss or a probe, got both");
  if (loss !== undefined) checkFunction("gradientFlow", "loss", loss);
  if (reduction !== "mean" && reduction !== "sum")
    throw new OptionError(`gradientFlow: reduction must be "mean" or "sum", got ${String(reduction)}`);
  if (loss === undefined && options.reduction !== undefined)
    throw new OptionError("gradientFlow: reduction says how a loss combines samples; a probe has none");
  // Also inside noGrad: what is measured is a gradient.
  return enableGrad(() => {
    const { steps, batch } = compiledNorms(subject, x, options) ?? plainNorms(subject, x, options);
    const source = loss === undefined ? "probe" : "loss";
    return summarize(source, steps, batch, loss !== undefined && reduction === "mean" ? Math.log10(batch) : 0);
  });
}

interface Measured {
  /** In the order in which they ran. */
  readonly steps: readonly StepNorms[];
  /** The number of samples, those without steps included. */
  readonly batch: number;
}

/** From the backward pass of compiled loops; undefined where a sequence runs by plain ops. */
function compiledNorms(subject: Subject, x: Tensor, options: GradientFlowOptions): Measured | undefined {
  const run = runTapped(subject, x, options);
  if (run === undefined) return undefined;
  const { loss, probe, generator, lengths, reverse = false } = options;
  const { steps, batch, adjoints } = run;
  const states =
    loss === undefined
      ? sendProbe(run, probeVectors(adjoints.final, adjoints.outputName, probe, generator))
      : sendLoss(run, checkedLoss(loss(run.output)));
  return states && { steps: normsOfTaps(states, steps, batch, lengths, reverse), batch };
}

/** From the graph of every step. */
function plainNorms(subject: Subject, x: Tensor, options: GradientFlowOptions): Measured {
  const recording = record(subject, x, options);
  const { steps, output, batch } = recording;
  if (steps.length === 0) throw new ShapeError("gradientFlow: no sample has a step");
  const { loss, probe, generator } = options;
  if (loss !== undefined) return { steps: normsOfSteps(lossAdjoints(recording, checkedLoss(loss(output)))), batch };
  const last = steps[steps.length - 1];
  const outputName = Object.keys(last.state).find((name) => last.state[name] === last.output);
  const vectors = probeVectors(last.value, outputName, probe, generator);
  return { steps: normsOfSteps(probeAdjoints(recording, vectors)), batch };
}

function checkedLoss(value: Tensor): Tensor {
  if (Tensor.is(value) && value.size === 1) return value;
  const got = Tensor.is(value) ? `shape ${formatShape(value.shape)}` : describe(value);
  throw new ShapeError(`gradientFlow: the loss must be a single number, got ${got}`);
}

/** Sorts every sample's norms by lag, counted from its own last step. */
function summarize(source: "loss" | "probe", steps: readonly StepNorms[], batch: number, offset: number): GradientFlow {
  const count = new Array<number>(batch).fill(0);
  const lastStep = new Array<number>(batch).fill(0);
  steps.forEach(({ samples }, i) => {
    for (const sample of samples) {
      count[sample]++;
      lastStep[sample] = i;
    }
  });
  const lags = count.reduce((longest, own) => Math.max(longest, own), 0);
  const series = (norms: (step: StepNorms) => Float64Array): FlowSeries => {
    const logs = Array.from({ length: lags }, () => new Array<number | undefined>(batch).fill(undefined));
    steps.forEach((step, i) => {
      const values = norms(step);
      step.samples.forEach((sample, row) => {
        logs[lastStep[sample] - i][sample] = values[row] + offset;
      });
    });
    return seriesOf(logs);
  };
  const names = Object.keys(steps[0].state);
  return {
    source,
    lags,
    states: Object.fromEntries(
      names.map((name) => [
        name,
        {
          state: series((step) => step.state[name]),
          total: series((step) => step.total[name]),
        },
      ]),
    ),
    joint: series((step) => step.joint),
  };
}
