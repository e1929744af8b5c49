import { backward } from "@unroll/autograd";
import { type FlowSeries, gradientFlow, summarizeCurve } from "@unroll/gradflow";
import { Adam, clipGradNorm } from "@unroll/optim";
import { Generator, type Tensor } from "@unroll/tensor";
import { entryOf } from "./lineup.ts";
import { SequenceModel } from "./model.ts";
import type { Curve, GradflowConfig, ProbeResult } from "./result.ts";
import type { Task } from "./task.ts";

/** What happens while a cell is trained, in order. Plain data, so that it can cross threads. */
export type RunEvent =
  | { readonly kind: "model"; readonly describe: string; readonly hidden: number; readonly parameters: number }
  | { readonly kind: "probe"; readonly probe: ProbeResult }
  | { readonly kind: "validation"; readonly step: number; readonly value: number }
  | { readonly kind: "step"; readonly step: number; readonly loss: number; readonly gradNorm: number }
  | { readonly kind: "diverged"; readonly step: number };

/** How many times a run is validated, the end included. */
const validations = 5;

/**
 * Trains one cell on one task and measures as it goes: gradient flow at step 0 and after every `probeEvery` steps, before
 * the weights change. A loss or gradient that is no longer finite ends the run.
 */
export function* trainRun(task: Task, cell: string, seed: number, config: GradflowConfig): IterableIterator<RunEvent> {
  const model = new SequenceModel(entryOf(cell), task.shape, config.hidden[task.name], new Generator(seed));
  const parameters = model.parameters();
  const { recurrent } = model;
  yield {
    kind: "model",
    describe: recurrent.describe(),
    hidden: recurrent.hiddenSize,
    parameters: parameters.reduce((n, p) => n + p.size, 0),
  };
  const optimizer = new Adam(parameters, { lr: config.learningRate });
  const steps = config.steps[task.name];
  const validateEvery = Math.max(1, Math.floor(steps / validations));
  for (let step = 0; ; step++) {
    if (step % config.probeEvery === 0 || step === steps)
      yield { kind: "probe", probe: probe(model, task, step, config.lags) };
    if (step % validateEvery === 0 || step === steps) {
      const value = task.validate(model);
      if (!Number.isFinite(value)) return yield { kind: "diverged", step };
      yield { kind: "validation", step, value };
    }
    if (step === steps) return;
    const loss = task.nextLoss(model);
    optimizer.zeroGrad();
    backward(loss);
    const { norm, finite } = clipGradNorm(parameters, config.clip);
    if (!Number.isFinite(loss.item()) || !finite) return yield { kind: "diverged", step: step + 1 };
    yield { kind: "step", step: step + 1, loss: task.toMetric(loss.item()), gradNorm: norm };
    optimizer.step();
    // A step that is far too long leaves weights that overflow: measuring them would only report NaN.
    if (!parameters.every(allFinite)) return yield { kind: "diverged", step: step + 1 };
  }
}

function allFinite({ data }: Tensor): boolean {
  return data.every((value) => Number.isFinite(value));
}

function probe(model: SequenceModel, task: Task, step: number, lags: number): ProbeResult {
  const flow = gradientFlow(model.recurrent, task.probeInput(model));
  return {
    step,
    curves: Object.fromEntries(Object.entries(flow.states).map(([name, { state }]) => [name, curveOf(state, lags)])),
    joint: curveOf(flow.joint, lags),
  };
}

/** The lags that are shown; the steps before them only let the state settle. */
function curveOf(series: FlowSeries, lags: number): Curve {
  const { fit, horizon } = summarizeCurve(series, lags + 1);
  const first = series.underflow.findIndex((count) => count > 0);
  return {
    mean: rounded(series.mean.slice(0, lags + 1)),
    p10: rounded(series.p10.slice(0, lags + 1)),
    p90: rounded(series.p90.slice(0, lags + 1)),
    decayPerStep: fit?.factor ?? null,
    halfLife: fit !== undefined && Number.isFinite(fit.halfLife) ? fit.halfLife : null,
    r2: fit?.r2 ?? null,
    horizon: horizon ?? null,
    underflowLag: first < 0 || first > lags ? null : first,
  };
}

/** To a millionth of a decade: sixteen digits would make the file three times as large. */
function rounded(curve: Float64Array): (number | null)[] {
  return Array.from(curve, (value) => (Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : null));
}
