import { allocate, type DType, type TypedArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import type { Op, OpRecord } from "./op.ts";
import { runtime } from "./runtime.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { wasmEngine } from "./wasm/engine.ts";

/** The default evaluator: derives shape and dtype, then takes a view or has the engine compute the values. */
export function evaluate<Attrs>(op: OpRecord<string, Attrs>, inputs: readonly Tensor[], attrs: Attrs): Tensor {
  const dtype = op.dtype(op.name, inputs, attrs);
  const shape = op.shape(inputs, attrs);
  if (op.view !== undefined) {
    const start = op.view(inputs, attrs);
    if (start !== undefined) return new Tensor(shape, dtype, inputs[0].storage, inputs[0].offset + start);
  }
  const data = allocateFor(op.name, dtype, shape);
  const output = new Tensor(shape, dtype, { data, version: 0 });
  if (data.length > 0) (runtime().engine ?? wasmEngine).run(op as Op, data, output, inputs, attrs);
  return output;
}

/** What does not fit into memory, or into an array at all, is a matter of shape. */
function allocateFor(fn: string, dtype: DType, shape: Shape): TypedArray {
  try {
    return allocate(dtype, sizeOf(shape));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ShapeError(`${fn}: no room for a ${dtype} tensor of shape ${formatShape(shape)}`);
  }
}

/**
 * A tensor with the op's shape and dtype but without values, as a tracer makes them: an evaluator for {@link withEvaluator}.
 *
 * @example
 * ```ts
 * const x = withEvaluator(abstractOutput, () => zeros([2, 3]));
 * x.data; // TracedValueError: a tensor of shape [2, 3] has no values while its function is being traced
 * ```
 */
export function abstractOutput(op: Op, inputs: readonly Tensor[], attrs: unknown): Tensor {
  const dtype = op.dtype(op.name, inputs, attrs as never);
  return new Tensor(op.shape(inputs, attrs as never), dtype, { data: undefined, version: 0 });
}
