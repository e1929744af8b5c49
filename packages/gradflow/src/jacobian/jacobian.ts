import { noGrad } from "@unroll/autograd";
import type { Cell } from "@unroll/cells";
import { checkOptions, describe, OptionError, ShapeError, Tensor, tensor, unsqueeze } from "@unroll/tensor";
import type { AnyState } from "../record.ts";
import { follow, type Trajectory, type TrajectoryStep } from "../trajectory.ts";
import { analyticJacobian } from "./analytic.ts";
import { autodiffJacobians } from "./autodiff.ts";
import { differenceJacobians } from "./difference.ts";

/** How a Jacobian is computed. */
export type JacobianMethod = "analytic" | "autodiff" | "difference";

/** Options of {@link stateJacobian}. */
export interface StateJacobianOptions {
  /** By default the closed form where the cell has one, else automatic differentiation. */
  method?: JacobianMethod | undefined;
}

/** What {@link stateJacobian} found. */
export interface StateJacobian {
  /** `[B, N, N]` float64: row i, column j is `∂s'_i / ∂s_j`, where s has all states side by side. */
  readonly matrix: Tensor;
  /** The order of the states within s, and how many numbers each has. */
  readonly parts: readonly { readonly name: string; readonly size: number }[];
  readonly method: JacobianMethod;
}

/**
 * The Jacobian of one step with respect to the whole state, `J = ∂s_t / ∂s_{t-1}`: for an LSTM of `[h; c]`, `2H x 2H`.
 *
 * RNN, LSTM and both kinds of GRU have closed forms, computed in float64 also from float32 weights. Any other cell is
 * differentiated automatically, in its own dtype. Central differences need a float64 cell and are good to about 1e-11.
 *
 * @param x `[B, …]`, the input of the step
 * @param state the state before the step; the cell's initial state when left out
 * @example
 * ```ts
 * const cell = new LSTMCell(3, 4, { dtype: "float64" });
 * const { matrix, parts } = stateJacobian(cell, zeros([2, 3], { dtype: "float64" }));
 * matrix.shape; // [2, 8, 8]
 * parts.map(({ name }) => name); // ["h", "c"]
 * ```
 * @throws {ShapeError} when x or a state does not fit the cell
 * @throws {OptionError} for an unknown method, or `analytic` for a cell without a closed form
 * @throws {DTypeError} for `difference` with a cell that is not float64
 */
export function stateJacobian<S extends { [K in keyof S]: Tensor }, C>(
  cell: Cell<S, C>,
  x: Tensor,
  state?: S,
  options: StateJacobianOptions = {},
): StateJacobian {
  const fn = "stateJacobian";
  checkOptions(fn, options, ["method"]);
  if (typeof cell !== "object" || cell === null || !("step" in cell))
    throw new OptionError(`${fn}: expected a cell, got ${describe(cell)}`);
  if (!Tensor.is(x) || x.shape.length < 1)
    throw new ShapeError(`${fn}: expected x of shape [B, …], got ${describe(x)}`);
  const { method } = options;
  checkMethod(fn, method);
  const trajectory = noGrad(() =>
    follow(fn, cell as unknown as Cell<AnyState, unknown>, unsqueeze(x, 0), { state: state as AnyState | undefined }),
  );
  const { batch, width, parts } = trajectory;
  const found = jacobiansOf(fn, trajectory, trajectory.steps[0], method);
  const values = new Float64Array(batch * width * width);
  found.matrices.forEach((matrix, b) => {
    values.set(matrix, b * width * width);
  });
  return { matrix: tensor(values, { shape: [batch, width, width], dtype: "float64" }), parts, method: found.method };
}

/** Throws unless a method is one of those that exist. */
export function checkMethod(fn: string, method: unknown): void {
  if (method === undefined || method === "analytic" || method === "autodiff" || method === "difference") return;
  throw new OptionError(`${fn}: method must be "analytic", "autodiff" or "difference", got ${describe(method)}`);
}

/** Every sample's Jacobian of one step of a trajectory, `[N, N]` row-major. */
export function jacobiansOf(
  fn: string,
  trajectory: Trajectory,
  step: TrajectoryStep,
  method?: JacobianMethod,
): { matrices: Float64Array[]; method: JacobianMethod } {
  const closed = method === undefined || method === "analytic" ? analyticJacobian(trajectory.cell) : undefined;
  if (method === "analytic" && closed === undefined)
    throw new OptionError(`${fn}: this cell has no analytic Jacobian; use method: "autodiff"`);
  if (closed !== undefined) {
    const { batch, parts } = trajectory;
    const row = (value: Tensor, b: number) => {
      const size = value.size / batch;
      return value.data.subarray(b * size, (b + 1) * size);
    };
    const matrices = Array.from({ length: batch }, (_, b) =>
      closed({
        x: row(step.x, b),
        state: Object.fromEntries(parts.map(({ name }) => [name, row(step.before[name], b)])),
      }),
    );
    return { matrices, method: "analytic" };
  }
  if (method === "difference") return { matrices: differenceJacobians(fn, trajectory, step), method };
  return { matrices: autodiffJacobians(trajectory, step), method: "autodiff" };
}
