import { type DType, isFloat } from "./dtype.ts";
import { DTypeError } from "./errors.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

// Rules that many op records share. A rule throws with the op's name, or says what comes out.

/** The output has the first input's shape. */
export function shapeOfFirst(inputs: readonly Tensor[]): Shape {
  return inputs[0].shape;
}

/** All inputs have one dtype, which is the output's. */
export function sameDType(name: string, inputs: readonly Tensor[]): DType {
  const dtype = inputs[0].dtype;
  for (let i = 1; i < inputs.length; i++) {
    if (inputs[i].dtype !== dtype)
      throw new DTypeError(`${name}: dtypes differ, got ${dtype} and ${inputs[i].dtype}; use cast`);
  }
  return dtype;
}

/** All inputs have one numeric dtype (not bool), which is the output's. */
export function numericDType(name: string, inputs: readonly Tensor[]): DType {
  const dtype = sameDType(name, inputs);
  if (dtype === "bool") throw new DTypeError(`${name}: expected numbers, got bool; use cast`);
  return dtype;
}

/** All inputs have one floating dtype, which is the output's. */
export function floatDType(name: string, inputs: readonly Tensor[]): DType {
  const dtype = sameDType(name, inputs);
  if (!isFloat(dtype)) throw new DTypeError(`${name}: expected float32 or float64, got ${dtype}; use cast`);
  return dtype;
}

/** Inputs agree, the output is a mask. */
export function comparisonDType(name: string, inputs: readonly Tensor[]): DType {
  sameDType(name, inputs);
  return "bool";
}
