import { tensor } from "../create.ts";
import { reshape } from "../ops/movement.ts";
import { permutation, uniform } from "../ops/random.ts";
import type { Generator } from "../random/generator.ts";
import type { OpName } from "../records.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** One call of an op, with inputs at which a test can check its values and its gradient. */
export interface OpSample {
  /** What is special about this call. */
  readonly label: string;
  /** float64 where a gradient can be asked for; int32 and bool where the op takes nothing else. */
  readonly inputs: readonly Tensor[];
  /** Calls the op, with the inputs above or with others of the same shapes and of any floating dtype. */
  readonly call: (...inputs: Tensor[]) => Tensor;
  /** Whether finite differences in the float64 inputs find the op's gradient. */
  readonly differentiable: boolean;
}

/** Samples for each of some ops. */
export type SamplesOf<Name extends string> = { readonly [N in Name]: readonly OpSample[] };

/** Samples for every op: an op without samples does not type-check. */
export type OpSamples = SamplesOf<OpName>;

/** A sample whose gradient finite differences can find. */
export function smooth(label: string, inputs: readonly Tensor[], call: OpSample["call"]): OpSample {
  return { label, inputs, call, differentiable: true };
}

/** A sample without a gradient: its output is whole numbers or a mask, or the op blocks the gradient. */
export function discrete(label: string, inputs: readonly Tensor[], call: OpSample["call"]): OpSample {
  return { label, inputs, call, differentiable: false };
}

/** float64 values in `[low, high)`. */
export function between(generator: Generator, shape: Shape, low: number = -2, high: number = 2): Tensor {
  const values = uniform(shape, { dtype: "float64", generator }).data;
  return tensor(
    (values as Float64Array).map((u) => low + u * (high - low)),
    { shape },
  );
}

/** float64 values of both signs whose size lies in `[0.3, 1.8)`: away from a kink at 0. */
export function awayFromZero(generator: Generator, shape: Shape): Tensor {
  const values = between(generator, shape, -1.5, 1.5).data;
  return tensor(
    (values as Float64Array).map((v) => v + (v < 0 ? -0.3 : 0.3)),
    { shape },
  );
}

/** Different multiples of 0.4 of both signs in random order, plus `shift`: no ties, nor between two tensors of shifts 0 and 0.2. */
export function spaced(generator: Generator, shape: Shape, shift: number = 0): Tensor {
  const size = sizeOf(shape);
  const order = permutation(size, { generator }).data;
  return tensor(
    Float64Array.from(order, (k) => 0.4 * (k - Math.floor(size / 2)) + shift),
    { shape },
  );
}

/** A mask of about as many holes as hits. */
export function mask(generator: Generator, shape: Shape): Tensor {
  return tensor(
    Array.from(uniform(shape, { generator }).data, (u) => u < 0.5),
    { dtype: "bool", shape },
  );
}

/** int32 indices in `[0, size)`, some of which come twice. */
export function indices(generator: Generator, shape: Shape, size: number): Tensor {
  return tensor(
    Int32Array.from(uniform(shape, { generator }).data, (u) => u * size),
    { shape },
  );
}

/** No values at all, in the given shape. */
export function empty(shape: Shape): Tensor {
  return reshape(tensor(new Float64Array(0)), shape);
}
