import type { Kernels } from "@unroll/kernels";
import { type Shape, Tensor } from "@unroll/tensor";
import { copyStepsOut } from "./copies.ts";
import type { Execution } from "./execute.ts";
import type { Geometry, StepBlock } from "./geometry.ts";
import type { Access, GradientPlan, Plan } from "./plan.ts";
import { AdjointNorms, type StateAdjoints, squaresOf, type TapKind } from "./taps.ts";
import type { RowSquares } from "./wasm/row-squares.ts";

/** How many steps go back at first before rows are looked at whether they shrink or grow, and how many at most. */
const [beginning, longest] = [32, 256];

/** Rows are left as they are while their norm is within this many powers of two of 1. */
const tolerated = 16;

/** Norms within this many powers of two of 1 are exact: all values that count are normal numbers, far from overflow. */
const exact = 60;

/** An adjoint that is looked at; those that lie in one place are one. */
interface Tapped {
  readonly access: Access;
  readonly width: number;
  readonly values: Float32Array | undefined;
}

/** Gathers the adjoints of states during a backward pass. */
export class TappedPass {
  readonly #kernels: Kernels;
  readonly #execution: Execution;
  readonly #plan: Plan;
  readonly #gradient: GradientPlan;
  readonly #geometry: Geometry;
  readonly #steps: number;
  readonly #squares: RowSquares;
  readonly #tapped: Tapped[] = [];
  /** Which of them each tap of the plan is. */
  readonly #indices: readonly number[];
  /** Room for the sums of squares: of all rows for each that is tapped, and of the states that are carried. */
  readonly #sums: number;
  #powers: Int32Array | undefined = undefined;

  /**
   * Reserves room in `execution`, which has not started.
   *
   * @param steps T, those without active rows included
   */
  constructor(
    kernels: Kernels,
    execution: Execution,
    plan: Plan,
    gradient: GradientPlan,
    geometry: Geometry,
    kind: TapKind,
    steps: number,
  ) {
    this.#kernels = kernels;
    this.#execution = execution;
    this.#plan = plan;
    this.#gradient = gradient;
    this.#geometry = geometry;
    this.#steps = steps;
    this.#squares = squaresOf(kernels);
    this.#indices = gradient.taps.map((access) => {
      const known = this.#tapped.findIndex((other) => other.access.buffer === access.buffer);
      if (known !== -1) return known;
      // Each has a buffer of its own.
      const { width } = plan.buffers[access.buffer];
      const values = kind === "values" ? new Float32Array(steps * geometry.batch * width) : undefined;
      return this.#tapped.push({ access, width, values }) - 1;
    });
    this.#sums = execution.reserve(8 * (this.#tapped.length * geometry.totalRows + geometry.batch));
  }

  /** Takes what steps `[first, end)` of a block have just written. */
  gather(block: StepBlock, first: number, end: number): void {
    const { rows, active, totalRows } = this.#geometry;
    const count = rows[end - 1] + active[end - 1] - rows[first];
    this.#tapped.forEach(({ access, width, values }, index) => {
      const base = this.#execution.bufferAt(access.buffer);
      const rowAt = (s: number) => base + 4 * width * (rows[s] - rows[block.first]);
      this.#squares(rowAt(first), this.#sumsAt(index * totalRows + rows[first]), count, width, 4 * width);
      if (values !== undefined)
        copyStepsOut(this.#kernels, this.#geometry, { first, end }, values, width, width, rowAt);
    });
  }

  #sumsAt(row: number): number {
    return this.#execution.addressOf(this.#sums) + 8 * row;
  }

  #sumsOf(row: number, count: number): Float64Array {
    return new Float64Array(this.#kernels.memory.memory.buffer, this.#sumsAt(row), count);
  }

  /** What was found, by state. @param shapes of a row of each state */
  adjoints(shapes: readonly Shape[]): StateAdjoints[] {
    const { totalRows, batch } = this.#geometry;
    const sums = this.#sumsOf(0, this.#tapped.length * totalRows).slice();
    const taken = new Set<number>();
    const adjointOf = (tap: number, rowShape: Shape): AdjointNorms => {
      const index = this.#indices[tap];
      // Each has sums of its own, since logarithms may take their place.
      const own = sums.subarray(index * totalRows, (index + 1) * totalRows);
      const squares = taken.has(index) ? own.slice() : own;
      taken.add(index);
      const { values } = this.#tapped[index];
      const shape = [this.#steps, batch, ...rowShape];
      return new AdjointNorms(
        squares,
        this.#powers,
        this.#geometry,
        this.#steps,
        values && new Tensor(shape, "float32", { data: values, version: 0 }),
      );
    };
    return shapes.map((shape, state) => {
      const own = adjointOf(2 * state, shape);
      const isOne = this.#indices[2 * state] === this.#indices[2 * state + 1];
      return { state: own, total: isOne ? own : adjointOf(2 * state + 1, shape) };
    });
  }

  /**
   * Goes back with a power of two taken out of each row now and then, so that 1e-300 is as exact as 1: right for what the
   * states' adjoints lead to alone, as where a loss sits at the last steps.
   */
  rescaling(back: (first: number, end: number) => void): void {
    const { batch, times, active, rows, totalRows } = this.#geometry;
    const all = new Int32Array(totalRows);
    this.#powers = all;
    const powers = new Int32Array(batch);
    let length = beginning;
    for (let end = times.length; end > 0; ) {
      const first = Math.max(0, end - length);
      const carried = this.#carried();
      const before = this.#carriedSquares();
      back(first, end);
      if (end - first > 1 && !this.#isExact(first, end, before)) {
        this.#restore(carried);
        length = Math.ceil((end - first) / 2);
        continue;
      }
      for (let s = first; s < end; s++) all.set(powers.subarray(0, active[s]), rows[s]);
      // As many as may go on like this with a quarter to spare.
      const lost = Math.max(1, this.#rescale(powers));
      length = Math.max(1, Math.min(longest, Math.floor(((end - first) * exact * 0.75) / lost)));
      end = first;
    }
  }

  /** The adjoints before the next step back. */
  #carried(): Float32Array[] {
    const { memory } = this.#kernels;
    return this.#gradient.stateAdjoints.map((buffer) => {
      const at = this.#execution.bufferAt(buffer) >> 2;
      return memory.f32.slice(at, at + this.#geometry.batch * this.#plan.buffers[buffer].width);
    });
  }

  #restore(carried: readonly Float32Array[]): void {
    const { memory } = this.#kernels;
    this.#gradient.stateAdjoints.forEach((buffer, index) => {
      memory.f32.set(carried[index], this.#execution.bufferAt(buffer) >> 2);
    });
  }

  /** Of each row of all states together. */
  #carriedSquares(): Float64Array {
    const { batch, totalRows } = this.#geometry;
    const squares = new Float64Array(batch);
    const at = this.#tapped.length * totalRows;
    for (const buffer of this.#gradient.stateAdjoints) {
      const { width } = this.#plan.buffers[buffer];
      this.#squares(this.#execution.bufferAt(buffer), this.#sumsAt(at), batch, width, 4 * width);
      this.#sumsOf(at, batch).forEach((square, row) => {
        squares[row] += square;
      });
    }
    return squares;
  }

  /** Whether no row that had a gradient before steps `[first, end)` came near the limits of float32 within them. */
  #isExact(first: number, end: number, before: Float64Array): boolean {
    const { active, rows, totalRows } = this.#geometry;
    const states = new Set(this.#indices.filter((_, k) => k % 2 === 0));
    const sums = this.#sumsOf(0, this.#tapped.length * totalRows);
    for (let s = first; s < end; s++)
      for (let row = 0; row < active[s]; row++) {
        if (!(before[row] > 0 && before[row] < Number.POSITIVE_INFINITY)) continue;
        let square = 0;
        for (const index of states) square += sums[index * totalRows + rows[s] + row];
        if (!isSafe(square)) return false;
      }
    // What goes on from here must be as exact.
    return this.#carriedSquares().every(
      (square, row) => !(before[row] > 0) || isSafe(square) || square === before[row],
    );
  }

  /**
   * Takes a power of two out of each row that has become small or large; exact, since only exponents change. Gives the
   * largest power that a row was away from 1.
   */
  #rescale(powers: Int32Array): number {
    const { f32 } = this.#kernels.memory;
    let largest = 0;
    this.#carriedSquares().forEach((square, row) => {
      if (!(square > 0 && square < Number.POSITIVE_INFINITY)) return;
      const power = Math.floor(Math.log2(square) / 2);
      largest = Math.max(largest, Math.abs(power));
      if (Math.abs(power) <= tolerated) return;
      powers[row] += power;
      // In two steps: 2^149, which makes the smallest float32 a 1, is no float32 itself.
      const half = Math.trunc(power / 2);
      const factors = [powerOfTwo(-half), powerOfTwo(half - power)];
      for (const buffer of this.#gradient.stateAdjoints) {
        const { width } = this.#plan.buffers[buffer];
        const at = (this.#execution.bufferAt(buffer) >> 2) + row * width;
        for (let i = at; i < at + width; i++) f32[i] = f32[i] * factors[0] * factors[1];
      }
    });
    return largest;
  }
}

/** Whether a row with this sum of squares is far from the limits of float32. */
function isSafe(square: number): boolean {
  return Math.abs(Math.log2(square)) <= 2 * exact;
}

function powerOfTwo(exponent: number): number {
  let value = 1;
  for (let k = 0; k < Math.abs(exponent); k++) value *= exponent < 0 ? 0.5 : 2;
  return value;
}
