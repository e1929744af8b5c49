import { isFloat, type Op, type OpName, type Tensor } from "@unroll/tensor";
import { GradientError } from "./errors.ts";
import { gradients } from "./gradients.ts";
import { OpNode } from "./node.ts";
import type { AnyRow } from "./row.ts";
import { autogradState, installRecorder } from "./state.ts";

/** Makes a node for an output when recording is on and one of its inputs needs a gradient. */
function record(op: Op, inputs: readonly Tensor[], attrs: unknown, output: Tensor): void {
  // Indices and masks are piecewise constant, however they came about: gradients end where the floats do.
  if (!autogradState().recording || !isFloat(output.dtype)) return;
  let needed = false;
  for (let i = 0; i < inputs.length; i++) if (inputs[i].node !== undefined) needed = true;
  if (!needed) return;
  const row = gradients[op.name as OpName] as AnyRow | null | undefined;
  if (row === null) return;
  if (row === undefined)
    throw new GradientError(
      `${op.name}: this op has no gradient; give it one with defineFunction, or run it in noGrad`,
    );
  output.node = new OpNode(op, row, inputs, attrs, output);
}

/** Recording starts with the first tensor that needs a gradient. */
export function startRecording(): void {
  installRecorder(record);
}
