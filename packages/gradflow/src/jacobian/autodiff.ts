import { tensor } from "@unroll/tensor";
import { pullBack, type Trajectory, type TrajectoryStep } from "../trajectory.ts";

/** `∂s'/∂s` of every sample, `[N, N]` row-major each, of any cell: one backward pass over `N B` copies of the samples. */
export function autodiffJacobians(trajectory: Trajectory, step: TrajectoryStep): Float64Array[] {
  const { batch, parts, width } = trajectory;
  // Row `i B + b` asks for the gradient of the i-th state number of sample b.
  const rows = Array.from({ length: width * batch }, (_, r) => r % batch);
  let offset = 0;
  const basis = parts.map(({ name, size }) => {
    const values = new Float64Array(width * batch * size);
    for (let k = 0; k < size; k++) for (let b = 0; b < batch; b++) values[((offset + k) * batch + b) * size + k] = 1;
    offset += size;
    const { shape, dtype } = step.after[name];
    return [name, tensor(values, { shape: [width * batch, ...shape.slice(1)], dtype })] as const;
  });
  const { state } = pullBack(trajectory, step, rows, { state: Object.fromEntries(basis) });
  return Array.from({ length: batch }, (_, b) => {
    const J = new Float64Array(width * width);
    let column = 0;
    for (const { name, size } of parts) {
      const { data } = state[name];
      for (let i = 0; i < width; i++)
        for (let k = 0; k < size; k++) J[i * width + column + k] = data[(i * batch + b) * size + k];
      column += size;
    }
    return J;
  });
}
