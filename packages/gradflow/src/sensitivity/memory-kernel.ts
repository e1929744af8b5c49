import { checkFunction, checkOptions, describe, OptionError, type Tensor } from "@unroll/tensor";
import type { Subject } from "../record.ts";
import { type FlowSeries, seriesOf } from "../series.ts";
import { follow, type SequenceOptions, sequenceOptions } from "../trajectory.ts";
import { backToInputs, type Readout, squaredNorms } from "./back-to-inputs.ts";
import { checkWithin } from "./connectivity.ts";

/** Options of {@link memoryKernel}. */
export interface MemoryKernelOptions extends SequenceOptions {
  /** The steps to look back from, counted in the order in which steps run (default: the last alone). */
  at?: readonly number[] | undefined;
  /** How many lags beyond 0 (default: as many as the earliest of these steps has). */
  lags?: number | undefined;
  /** From the output `[R, H]` to `[R, P]` (default: the output itself). */
  readout?: Readout | undefined;
}

/** What {@link memoryKernel} found. */
export interface MemoryKernel {
  /** `[at, lags + 1, B, P, I]`: `K_n = ∂y_t / ∂x_{t-n}`; 0 below what a float64 can hold. */
  readonly kernels: Float64Array;
  readonly shape: readonly number[];
  /** By lag, `log10 ‖K_n‖_F` over all samples and steps looked back from, as exact at 1e-900 as at 1. */
  readonly norms: FlowSeries;
}

/**
 * The response of the output to each earlier input, `K_n = ∂y_t / ∂x_{t-n} = C J_t … J_{t-n+1} B`. For a linear net `C U^n B`
 * exactly, the convolution kernel of a state space model; in others it depends on t, so look at several steps.
 *
 * @param subject a recurrent layer, or any cell
 * @param x `[T, B, …]` of floats, every sample T steps long
 * @example
 * ```ts
 * const cell = new RNNCell(2, 4, { dtype: "float64", generator: new Generator(1) });
 * const x = randn([40, 1, 2], { dtype: "float64", generator: new Generator(2) });
 * const { shape, norms } = memoryKernel(cell, x, { at: [20, 30, 39], lags: 10 });
 * shape; // [3, 11, 1, 4, 2]
 * norms.perSample.length; // 33
 * ```
 * @throws {ShapeError} when x, a state or the readout does not fit
 * @throws {OptionError} when an option has a wrong name or value, or x holds integers
 */
export function memoryKernel(subject: Subject, x: Tensor, options: MemoryKernelOptions = {}): MemoryKernel {
  const fn = "memoryKernel";
  checkOptions(fn, options, [...sequenceOptions, "at", "lags", "readout"]);
  if (options.readout !== undefined) checkFunction(fn, "readout", options.readout);
  const trajectory = follow(fn, subject, x, options);
  const { batch, steps } = trajectory;
  const at = options.at ?? [steps.length - 1];
  if (!Array.isArray(at) || at.length === 0)
    throw new OptionError(`${fn}: at must be an array of steps, got ${describe(at)}`);
  for (const t of at) checkWithin(fn, "a step of at", t, steps.length - 1);
  const earliest = Math.min(...at);
  const lags = checkWithin(fn, "lags", options.lags ?? earliest, earliest);
  const logs = Array.from({ length: lags + 1 }, (): number[] => []);
  const blocks = at.map((t) => {
    const { gradients, outputs, inputs } = backToInputs(fn, trajectory, t, lags, options.readout);
    gradients.forEach((gradient, n) => {
      logs[n].push(...squaredNorms(gradient, batch, inputs).map((value) => value / 2));
    });
    return { gradients, outputs, inputs };
  });
  const [{ outputs, inputs }] = blocks;
  const shape = [at.length, lags + 1, batch, outputs, inputs];
  const kernels = new Float64Array(shape.reduce((a, b) => a * b, 1));
  let next = 0;
  for (const { gradients } of blocks)
    for (const { values, exponents } of gradients)
      for (let b = 0; b < batch; b++)
        for (let p = 0; p < outputs; p++) {
          const row = p * batch + b;
          for (let i = 0; i < inputs; i++) kernels[next++] = values[row * inputs + i] * timesTwo(exponents[row]);
        }
  return { kernels, shape, norms: seriesOf(logs) };
}

/** `2^exponent` for whole exponents, exactly. */
function timesTwo(exponent: number): number {
  if (exponent < -1074) return 0;
  let value = 1;
  for (let k = 0; k < Math.abs(exponent); k++) value *= exponent < 0 ? 0.5 : 2;
  return value;
}
