import type { Kernels } from "@unroll/kernels";
import { checkTensor } from "./check.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { evaluate } from "./evaluate.ts";
import { runtime } from "./runtime.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * One operation: how its output's shape and dtype follow from its inputs, and how its values are computed.
 *
 * A record holds no state and registers nowhere: a bundle keeps the records whose functions it calls.
 */
export interface OpRecord<Name extends string = string, Attrs = void> {
  readonly name: Name;
  /** The output's shape, or a `ShapeError` that names the op, what was expected and what came. */
  readonly shape: (inputs: readonly Tensor[], attrs: Attrs) => Shape;
  /** The output's dtype, or a `DTypeError`. */
  readonly dtype: (name: string, inputs: readonly Tensor[], attrs: Attrs) => DType;
  /** The reference computation, in plain TypeScript, for every dtype that `dtype` lets through; `out` starts as zeros. */
  readonly forward: (out: TypedArray, inputs: readonly Tensor[], attrs: Attrs, output: Tensor) => void;
  /**
   * The computation by WebAssembly, for float32 outputs; returns false to leave it to `forward`, as for so few values that
   * staging them would cost more. Optional: without it the op runs by `forward` on every engine.
   */
  readonly kernel?: OpKernel<Attrs>;
  /** For an op whose output can share the first input's values: where it starts in them, or `undefined` to compute. */
  readonly view?: (inputs: readonly Tensor[], attrs: Attrs) => number | undefined;
  /** Set for an op that draws random numbers: it is never computed ahead of its turn. */
  readonly draws?: boolean;
}

/** Computes an op's float32 output with the kernels, or returns false. */
export type OpKernel<Attrs = void> = (
  kernels: Kernels,
  out: Float32Array,
  inputs: readonly Tensor[],
  attrs: Attrs,
  output: Tensor,
) => boolean;

/** An operation of any name and attributes, as recorder, evaluator and engine see it. */
export type Op = OpRecord<string, never>;

/**
 * Makes an operation record, frozen, with the types of its attributes checked against its functions.
 *
 * @example
 * ```ts
 * const cubeOp = defineOp({
 *   name: "cube",
 *   dtype: (_, [x]) => x.dtype,
 *   shape: ([x]) => x.shape,
 *   forward: (out, [x]) => {
 *     for (let i = 0; i < out.length; i++) out[i] = x.data[i] * x.data[i] * x.data[i];
 *   },
 * });
 * apply(cubeOp, [tensor([1, 2])], undefined).toArray(); // [1, 8]
 * ```
 */
export function defineOp<Name extends string, Attrs = void>(record: OpRecord<Name, Attrs>): OpRecord<Name, Attrs> {
  return Object.freeze(record);
}

/**
 * Runs an operation: the evaluator (computing, or a tracer) makes the output, the recorder (autograd, or none) remembers
 * it. All functions of the package end here; what bypasses it is invisible to gradients and traces.
 *
 * @throws {DTypeError} when an input is no tensor
 * @throws {FormatError} when an input comes from a copy of the package with another tensor format
 */
export function apply<Attrs>(op: OpRecord<string, Attrs>, inputs: readonly Tensor[], attrs: Attrs): Tensor {
  for (let i = 0; i < inputs.length; i++) checkTensor(op.name, inputs[i]);
  const state = runtime();
  const output = state.evaluator === undefined ? evaluate(op, inputs, attrs) : state.evaluator(op as Op, inputs, attrs);
  if (state.recorder !== undefined) state.recorder(op as Op, inputs, attrs, output);
  return output;
}
