import { grad } from "@unroll/autograd";
import { type Adjoints, unroll } from "@unroll/cells";
import { activeKernels, broadcastTo, type Tensor } from "@unroll/tensor";
import { type AnyState, checkSubject, isLayer, type RecordOptions, type Subject, tracked } from "./record.ts";

/** One sequence, run by compiled loops whose backward pass leaves the norms of adjoints behind. */
export interface TappedRun {
  /** As the subject gives it: `[T, B, …]`, or `[B, T, …]` for layers with `batchFirst`. */
  readonly output: Tensor;
  readonly steps: number;
  readonly batch: number;
  readonly adjoints: Adjoints<AnyState>;
}

/** Runs a subject compiled; undefined where only plain ops can, as in float64. */
export function runTapped(subject: Subject, x: Tensor, options: RecordOptions): TappedRun | undefined {
  const { lengths, layer, reverse = false } = options;
  checkSubject(subject, x, options);
  if (activeKernels(x.dtype) === undefined) return undefined;
  if (isLayer(subject)) {
    const { numLayers, bidirectional, batchFirst } = subject;
    const state = options.state === undefined ? {} : { state: tracked(options.state) };
    const { output, adjoints } = subject.forward(x, { lengths, ...state, tap: "norms" });
    const own = adjoints?.[(layer ?? numLayers - 1) * (bidirectional ? 2 : 1) + (reverse ? 1 : 0)];
    const [steps, batch] = batchFirst ? [x.shape[1], x.shape[0]] : x.shape;
    return own && { output, steps, batch, adjoints: own };
  }
  const [steps, batch] = x.shape;
  const state = tracked(options.state ?? subject.initialState(batch));
  const { output, adjoints } = unroll(subject, x, { lengths, state, reverse, tap: "norms" });
  return adjoints && { output, steps, batch, adjoints };
}

/** Sends the gradient of a loss back; what it does not depend on has no adjoints then. */
export function sendLoss({ adjoints }: TappedRun, loss: Tensor): Adjoints<AnyState>["states"] {
  grad(loss, [adjoints.handle], { unused: "zeros" });
  return adjoints.states;
}

/** Sends a probe back from each sample's last step: a row vector `[1, …]` for each state. */
export function sendProbe({ adjoints }: TappedRun, probe: AnyState): Adjoints<AnyState>["states"] {
  const names = Object.keys(probe);
  grad(
    names.map((name) => adjoints.final[name]),
    [adjoints.handle],
    { gradOutputs: names.map((name) => broadcastTo(probe[name], adjoints.final[name].shape)) },
  );
  return adjoints.states;
}
