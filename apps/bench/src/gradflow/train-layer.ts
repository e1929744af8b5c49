import { backward } from "@unroll/autograd";
import { Adam, clipGradNorm } from "@unroll/optim";
import { Generator, type Tensor } from "@unroll/tensor";
import type { Entry } from "./lineup.ts";
import { SequenceModel } from "./model.ts";
import type { Task } from "./task.ts";

/** What happens while a layer is trained, in order. Plain data, so that it can cross threads. */
export type LayerEvent<Probe> =
  | { readonly kind: "model"; readonly describe: string; readonly hidden: number; readonly parameters: number }
  | { readonly kind: "probe"; readonly probe: Probe }
  | { readonly kind: "validation"; readonly step: number; readonly value: number }
  | { readonly kind: "step"; readonly step: number; readonly loss: number; readonly gradNorm: number }
  | { readonly kind: "diverged"; readonly step: number };

/** How a layer is trained, and what is measured meanwhile. */
export interface Training<Probe> {
  readonly entry: Entry;
  readonly seed: number;
  readonly hidden: number;
  readonly learningRate: number;
  /** Infinity switches clipping off. */
  readonly clip: number;
  /** Infinity for as long as it is asked for. */
  readonly steps: number;
  readonly probeEvery: number;
  /** 0 for never. */
  readonly validateEvery: number;
  /** Whether what is left when a run diverges is measured too. */
  readonly measureDiverged?: boolean;
  /** A probe of the model before its step `step + 1`; it changes nothing of the training. */
  readonly measure: (model: SequenceModel, step: number) => Probe;
}

/**
 * Trains a layer between an embedding and a linear output on a task, and measures as it goes. It does no more than is asked
 * for: who takes no further event pauses it. Everything follows from the settings, whoever runs it.
 */
export function* trainLayer<Probe>(
  task: Task<string>,
  { entry, seed, hidden, learningRate, clip, steps, probeEvery, validateEvery, ...rest }: Training<Probe>,
): IterableIterator<LayerEvent<Probe>> {
  const { measure, measureDiverged = false } = rest;
  const model = new SequenceModel(entry, task.shape, hidden, new Generator(seed));
  const parameters = model.parameters();
  const { recurrent } = model;
  yield {
    kind: "model",
    describe: recurrent.describe(),
    hidden: recurrent.hiddenSize,
    parameters: parameters.reduce((n, p) => n + p.size, 0),
  };
  const optimizer = new Adam(parameters, { lr: learningRate });
  for (let step = 0; ; step++) {
    if (step % probeEvery === 0 || step === steps) yield { kind: "probe", probe: measure(model, step) };
    if (validateEvery > 0 && (step % validateEvery === 0 || step === steps)) {
      const value = task.validate(model);
      if (!Number.isFinite(value)) return yield { kind: "diverged", step };
      yield { kind: "validation", step, value };
    }
    if (step === steps) return;
    const loss = task.nextLoss(model);
    optimizer.zeroGrad();
    backward(loss);
    const { norm, finite } = clipGradNorm(parameters, clip);
    const healthy = Number.isFinite(loss.item()) && finite;
    if (healthy) {
      yield { kind: "step", step: step + 1, loss: task.toMetric(loss.item()), gradNorm: norm };
      optimizer.step();
    }
    // A step that is far too long leaves weights that overflow: measuring them would only report NaN.
    if (healthy && parameters.every(allFinite)) continue;
    if (measureDiverged) yield { kind: "probe", probe: measure(model, step + 1) };
    return yield { kind: "diverged", step: step + 1 };
  }
}

function allFinite({ data }: Tensor): boolean {
  return data.every((value) => Number.isFinite(value));
}
