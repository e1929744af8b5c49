import { type Cell, GRUCell, LSTMCell, RNNCell } from "@unroll/cells";
import type { AnyState } from "../record.ts";
import { type GatedWeights, inputSums, logistic, stateSums } from "./gate-sums.ts";

/** One sample's numbers: the input and each state. */
export interface SamplePoint {
  readonly x: ArrayLike<number>;
  readonly state: Readonly<Record<string, ArrayLike<number>>>;
}

/** `∂s'/∂s` of one sample, `[N, N]` row-major, in float64 whatever the cell's dtype. */
export type AnalyticJacobian = (point: SamplePoint) => Float64Array;

/**
 * The closed form of a cell's state-to-state Jacobian, or undefined when there is none. A class derived from a cell may
 * compute something else, so only the cells themselves count.
 */
export function analyticJacobian(cell: Cell<AnyState, unknown>): AnalyticJacobian | undefined {
  const { constructor } = cell;
  const known: unknown = cell;
  if (constructor === RNNCell) return (point) => rnnJacobian(known as RNNCell, point);
  if (constructor === LSTMCell) return (point) => lstmJacobian(known as LSTMCell, point);
  if (constructor === GRUCell) {
    const gru = known as GRUCell;
    return (point) => (gru.resetAfter ? gruJacobian(gru, point) : gruBeforeJacobian(gru, point));
  }
  return undefined;
}

/** `J = diag(φ'(z)) U`, with `φ' = 1 - h'²` for tanh and a step for ReLU (0 at 0). */
function rnnJacobian(cell: RNNCell, { x, state }: SamplePoint): Float64Array {
  const H = cell.hiddenSize;
  const a = inputSums(cell, x);
  const b = stateSums(cell, state.h);
  const u = cell.weight_hh.data;
  const J = new Float64Array(H * H);
  for (let i = 0; i < H; i++) {
    const z = a[i] + b[i];
    const slope = cell.nonlinearity === "tanh" ? squaredSech(z) : Number(z > 0);
    for (let j = 0; j < H; j++) J[i * H + j] = slope * u[i * H + j];
  }
  return J;
}

/**
 * The `2H x 2H` Jacobian of `[h; c]`, with `q = o (1 - tanh² c')`:
 *
 * ```
 * C_h = diag(c f (1-f)) U_f + diag(g i (1-i)) U_i + diag(i (1-g²)) U_g      C_c = diag(f)
 * H_h = diag(tanh(c') o (1-o)) U_o + diag(q) C_h                           H_c = diag(q f)
 * ```
 */
function lstmJacobian(cell: LSTMCell, { x, state }: SamplePoint): Float64Array {
  const H = cell.hiddenSize;
  const a = inputSums(cell, x);
  const b = stateSums(cell, state.h);
  const u = cell.weight_hh.data;
  const N = 2 * H;
  const J = new Float64Array(N * N);
  for (let k = 0; k < H; k++) {
    const at = (gate: number) => a[gate * H + k] + b[gate * H + k];
    const [zi, zf, zo] = [at(0), at(1), at(3)];
    const [i, f, o] = [logistic(zi), logistic(zf), logistic(zo)];
    const g = Math.tanh(at(2));
    const c = state.c[k];
    const next = f * c + i * g;
    const q = o * squaredSech(next);
    const [viaF, viaI, viaG] = [c * f * logistic(-zf), g * i * logistic(-zi), i * squaredSech(at(2))];
    const viaO = Math.tanh(next) * o * logistic(-zo);
    for (let j = 0; j < H; j++) {
      const row = (gate: number) => u[(gate * H + k) * H + j];
      const ch = viaF * row(1) + viaI * row(0) + viaG * row(2);
      J[(H + k) * N + j] = ch;
      J[k * N + j] = viaO * row(3) + q * ch;
    }
    J[(H + k) * N + H + k] = f;
    J[k * N + H + k] = q * f;
  }
  return J;
}

/**
 * Reset after the product (PyTorch), z keeps, with `m = U_n h + b_hn`:
 * `J = diag(z) + diag((h-n) z (1-z)) U_z + diag((1-z)(1-n²)) [diag(r) U_n + diag(m r (1-r)) U_r]`.
 */
function gruJacobian(cell: GRUCell, { x, state }: SamplePoint): Float64Array {
  const H = cell.hiddenSize;
  const h = state.h;
  const a = inputSums(cell, x);
  const b = stateSums(cell, h);
  const u = cell.weight_hh.data;
  const J = new Float64Array(H * H);
  for (let k = 0; k < H; k++) {
    const [zr, zz] = [a[k] + b[k], a[H + k] + b[H + k]];
    const [r, z] = [logistic(zr), logistic(zz)];
    const m = b[2 * H + k];
    const zn = a[2 * H + k] + r * m;
    const keep = (h[k] - Math.tanh(zn)) * z * logistic(-zz);
    const inner = logistic(-zz) * squaredSech(zn);
    const reset = m * r * logistic(-zr);
    for (let j = 0; j < H; j++) {
      const row = (gate: number) => u[(gate * H + k) * H + j];
      J[k * H + j] = keep * row(1) + inner * (r * row(2) + reset * row(0));
    }
    J[k * H + k] += z;
  }
  return J;
}

/**
 * Reset before the product (Cho et al., 2014), z keeps:
 * `J = diag(z) + diag((h-n) z (1-z)) U_z + diag((1-z)(1-n²)) U_n [diag(r) + diag(h r (1-r)) U_r]`.
 */
function gruBeforeJacobian(cell: GRUCell, { x, state }: SamplePoint): Float64Array {
  const H = cell.hiddenSize;
  const h = state.h;
  const a = inputSums(cell, x);
  const b = stateSums(cell, h);
  const u = cell.weight_hh.data;
  const r = Float64Array.from({ length: H }, (_, k) => logistic(a[k] + b[k]));
  const viaReset = Float64Array.from({ length: H }, (_, k) => h[k] * r[k] * logistic(-(a[k] + b[k])));
  const candidate = stateSums(
    cell as GatedWeights,
    Float64Array.from({ length: H }, (_, k) => r[k] * h[k]),
  );
  const J = new Float64Array(H * H);
  for (let k = 0; k < H; k++) {
    const zz = a[H + k] + b[H + k];
    const z = logistic(zz);
    const zn = a[2 * H + k] + candidate[2 * H + k];
    const keep = (h[k] - Math.tanh(zn)) * z * logistic(-zz);
    const inner = logistic(-zz) * squaredSech(zn);
    for (let l = 0; l < H; l++) {
      const through = inner * u[(2 * H + k) * H + l];
      J[k * H + l] += keep * u[(H + k) * H + l] + through * r[l];
      for (let j = 0; j < H; j++) J[k * H + j] += through * viaReset[l] * u[l * H + j];
    }
    J[k * H + k] += z;
  }
  return J;
}

/** `1 - tanh² x = 1 / cosh² x`, also where tanh is 1 to the last digit. */
function squaredSech(x: number): number {
  const e = Math.exp(-Math.abs(x));
  const sech = (2 * e) / (1 + e * e);
  return sech * sech;
}
