import { enableGrad, grad, requireGrad } from "@unroll/autograd";
import {
  concat,
  describe,
  formatShape,
  isFloat,
  OptionError,
  ShapeError,
  Tensor,
  tensor,
  zerosLike,
} from "@unroll/tensor";
import type { AnyState } from "../record.ts";
import { rescale } from "../sweep.ts";
import { pullBack, type Trajectory } from "../trajectory.ts";

/** From the output of a step, `[R, …]`, to what is looked at, `[R, P]`: logits, predictions. */
export type Readout = (output: Tensor) => Tensor;

/** `∂y_at / ∂x_{at-n}` of every sample: value `[p, b, i]` times `2^exponents[p B + b]`. */
export interface InputGradient {
  /** `[P B, I]`, row `p B + b`. */
  readonly values: ArrayLike<number>;
  readonly exponents: Float64Array;
}

/** Goes back from one step's readout to the inputs of that step and of those before it: lag 0 first. */
export function backToInputs(
  fn: string,
  trajectory: Trajectory,
  at: number,
  lags: number,
  readout: Readout | undefined,
): { gradients: InputGradient[]; outputs: number; inputs: number } {
  return enableGrad(() => {
    const { batch, steps } = trajectory;
    if (!isFloat(steps[0].x.dtype)) throw new OptionError(`${fn}: inputs must be float32 or float64 to have gradients`);
    const { seeds, outputs } = seedsOf(fn, steps[at].output, readout);
    const rows = Array.from({ length: outputs * batch }, (_, r) => r % batch);
    const inputs = steps[0].x.size / batch;
    const gradients: InputGradient[] = [];
    let state: AnyState = {};
    let exponents: Float64Array = new Float64Array(rows.length);
    for (let n = 0; n <= lags; n++) {
      const back = pullBack(trajectory, steps[at - n], rows, n === 0 ? { output: seeds, state } : { state });
      gradients.push({ values: back.x?.data ?? [], exponents });
      ({ state, exponents } = rescale({ state: back.state, exponents }));
    }
    return { gradients, outputs, inputs };
  });
}

/** The gradients of each readout with respect to the output, `[P B, …]`. */
function seedsOf(fn: string, output: Tensor, readout: Readout | undefined): { seeds: Tensor; outputs: number } {
  const batch = output.shape[0];
  const leaf = requireGrad(output);
  const y = readout === undefined ? leaf : readout(leaf);
  if (!Tensor.is(y) || y.shape[0] !== batch || y.size === 0) {
    const got = Tensor.is(y) ? formatShape(y.shape) : describe(y);
    throw new ShapeError(`${fn}: expected a readout of shape [${batch}, P], got ${got}`);
  }
  const outputs = y.size / batch;
  const parts = Array.from({ length: outputs }, (_, p) => {
    const values = new Float64Array(y.size);
    for (let b = 0; b < batch; b++) values[b * outputs + p] = 1;
    const seed = tensor(values, { shape: y.shape, dtype: y.dtype });
    if (y === leaf) return seed;
    return y.node === undefined
      ? zerosLike(output)
      : grad(y, [leaf], { gradOutputs: [seed], unused: "zeros", retain: true })[0];
  });
  return { seeds: concat(parts, 0), outputs };
}

/** `log10 Σ g²` over readouts and inputs, per sample; -∞ for an exact zero. */
export function squaredNorms({ values, exponents }: InputGradient, batch: number, inputs: number): number[] {
  return Array.from({ length: batch }, (_, b) => {
    let top = Number.NEGATIVE_INFINITY;
    for (let r = b; r < exponents.length; r += batch) top = Math.max(top, exponents[r]);
    let squares = 0;
    for (let r = b; r < exponents.length; r += batch) {
      const factor = Math.exp(Math.LN2 * (exponents[r] - top));
      for (let i = 0; i < inputs; i++) squares += values[r * inputs + i] * factor * (values[r * inputs + i] * factor);
    }
    return Math.log10(squares) + 2 * top * Math.log10(2);
  });
}
