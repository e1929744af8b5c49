import { noGrad } from "@unroll/autograd";
import { DTypeError, tensor } from "@unroll/tensor";
import type { AnyState } from "../record.ts";
import type { Trajectory, TrajectoryStep } from "../trajectory.ts";

/**
 * `∂s'/∂s` of every sample by central differences with four points, whose error goes with the fourth power of the step:
 * `(f(-2e) - 8 f(-e) + 8 f(e) - f(2e)) / 12 e`. Wrong across the kink of a ReLU.
 */
export function differenceJacobians(
  fn: string,
  { cell, context, batch, parts, width }: Trajectory,
  { x, before }: TrajectoryStep,
): Float64Array[] {
  for (const { name } of parts)
    if (before[name].dtype !== "float64")
      throw new DTypeError(`${fn}: finite differences need float64, state ${name} is ${before[name].dtype}`);
  const matrices = Array.from({ length: batch }, () => new Float64Array(width * width));
  const after = (state: AnyState) => noGrad(() => cell.step(x, state, context).state);
  let column = 0;
  for (const { name, size } of parts) {
    for (let k = 0; k < size; k++, column++) {
      const moved = (by: number) => {
        const values = Float64Array.from(before[name].data);
        for (let b = 0; b < batch; b++) values[b * size + k] += by;
        return after({ ...before, [name]: tensor(values, { shape: before[name].shape, dtype: "float64" }) });
      };
      const e = 1 / 1024;
      const values = [-2 * e, -e, e, 2 * e].map(moved);
      let row = 0;
      for (const other of parts) {
        const [a, b, c, d] = values.map((state) => state[other.name].data);
        for (let i = 0; i < other.size; i++, row++)
          for (let s = 0; s < batch; s++) {
            const at = s * other.size + i;
            matrices[s][row * width + column] = (a[at] - 8 * b[at] + 8 * c[at] - d[at]) / (12 * e);
          }
      }
    }
  }
  return matrices;
}
