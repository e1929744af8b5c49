import { grad } from "@unroll/autograd";
import type { StepRecord } from "@unroll/cells";
import { add, concat, mul, slice, type Tensor, tensor, zerosLike } from "@unroll/tensor";
import { jointNorms } from "./norms.ts";
import type { AnyState, Recording } from "./record.ts";

/** Both adjoints of every state after one step, rows as in `samples`; the true gradient is the tensor times `2^exponent`. */
export interface StepAdjoint {
  readonly t: number;
  readonly samples: readonly number[];
  /** `∂L/∂s_t` of the state as handed on, the other states held fixed. */
  readonly state: AnyState;
  /** `∂L/∂s_t` of the value itself, with its uses inside the step. */
  readonly total: AnyState;
  /** For each row, the power of two that was taken out so that it neither underflows nor overflows. */
  readonly exponents: readonly number[];
}

/** The gradient of a loss on the outputs, for every step: one backward pass. First step first. */
export function lossAdjoints(recording: Recording, loss: Tensor): StepAdjoint[] {
  const { steps } = recording;
  const names = Object.keys(steps[0].state);
  const asked = steps.flatMap((step) => names.flatMap((name) => [step.state[name], step.value[name]]));
  const found = grad(loss, asked, { unused: "zeros" });
  let next = 0;
  return steps.map(({ t, samples }) => {
    const state: Record<string, Tensor> = {};
    const total: Record<string, Tensor> = {};
    for (const name of names) {
      state[name] = found[next++];
      total[name] = found[next++];
    }
    return { t, samples, state, total, exponents: samples.map(() => 0) };
  });
}

/**
 * The gradient of `L = Σ_k <u_k, s_T[k]>`, a probe at each sample's last step, for every step. It goes back step by step,
 * `δ_{t-1} = J_tᵀ δ_t`, and takes a power of two out of every row on the way, so that 1e-300 is as exact as 1.
 *
 * @param probe a row vector `u_k` for each state, `[1, …]`
 */
export function probeAdjoints({ steps }: Recording, probe: AnyState): StepAdjoint[] {
  const names = Object.keys(probe);
  const adjoints: StepAdjoint[] = [];
  let carried: AnyState | undefined;
  let exponents: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    const seeded = withSeeds(step, carried, probe, exponents);
    const previous = i === 0 ? [] : names.map((name) => steps[i - 1].state[name]);
    // A value that nothing differentiable led to, such as a copy of the input, passes nothing on.
    const roots = names.filter((name) => step.value[name].node !== undefined);
    const found = grad(
      roots.map((name) => step.value[name]),
      [...roots.map((name) => step.value[name]), ...previous],
      { gradOutputs: roots.map((name) => seeded.state[name]), unused: "zeros" },
    );
    const total = { ...seeded.state, ...Object.fromEntries(roots.map((name, k) => [name, found[k]])) };
    adjoints.push({ t: step.t, samples: step.samples, state: seeded.state, total, exponents: seeded.exponents });
    if (i === 0) break;
    const before = Object.fromEntries(names.map((name, k) => [name, found[roots.length + k]]));
    // A reversed sequence has fewer rows before this step: those that joined here began here.
    ({ state: carried, exponents } = rescale(before, seeded.exponents.slice(0, steps[i - 1].samples.length)));
  }
  return adjoints.reverse();
}

/** Rows that end at this step start from the probe; the others go on with what came back to them. */
function withSeeds(
  step: StepRecord<AnyState>,
  carried: AnyState | undefined,
  probe: AnyState,
  exponents: readonly number[],
): { state: AnyState; exponents: number[] } {
  const rows = step.samples.length;
  const known = exponents.length;
  if (carried !== undefined && known === rows) return { state: carried, exponents: [...exponents] };
  const state = Object.fromEntries(
    Object.entries(probe).map(([name, u]) => {
      const seeds = add(zerosLike(step.value[name]), u);
      if (carried === undefined || known === 0) return [name, seeds];
      // What came back has rows of zeros for the samples that ended before the step it came from.
      const continued = carried[name];
      return [name, concat([slice(continued, 0, 0, known), slice(seeds, 0, known, rows)], 0)];
    }),
  );
  return { state, exponents: [...exponents, ...new Array<number>(rows - known).fill(0)] };
}

/** Rows stay as they are while their norm is within this many powers of two of 1. */
const tolerated = 16;

/** Takes a power of two out of each row that has become small or large; exact, since only exponents change. */
function rescale(state: AnyState, exponents: readonly number[]): { state: AnyState; exponents: number[] } {
  const norms = jointNorms(Object.values(state));
  const shifts = exponents.map((_, row) => {
    const shift = norms[row] > 0 && Number.isFinite(norms[row]) ? Math.floor(Math.log2(norms[row])) : 0;
    return Math.abs(shift) <= tolerated ? 0 : shift;
  });
  if (shifts.every((shift) => shift === 0)) return { state, exponents: [...exponents] };
  const halves = shifts.map((shift) => Math.trunc(shift / 2));
  const rests = shifts.map((shift, row) => shift - halves[row]);
  const scaled = Object.entries(state).map(([name, value]): [string, Tensor] => {
    // In two steps: 2^149, which makes the smallest float32 a 1, is no float32 itself.
    return [name, [halves, rests].reduce(dividedByPowers, value)];
  });
  return { state: Object.fromEntries(scaled), exponents: exponents.map((exponent, row) => exponent + shifts[row]) };
}

/** Rows divided by `2^shift`; those behind the last shift stay. */
function dividedByPowers(x: Tensor, shifts: readonly number[]): Tensor {
  const [rows, ...rest] = x.shape;
  const factors = Array.from({ length: rows }, (_, row) => powerOfTwo(-(shifts[row] ?? 0)));
  return mul(x, tensor(factors, { shape: [rows, ...rest.map(() => 1)], dtype: x.dtype }));
}

function powerOfTwo(exponent: number): number {
  let value = 1;
  for (let k = 0; k < Math.abs(exponent); k++) value *= exponent < 0 ? 0.5 : 2;
  return value;
}
