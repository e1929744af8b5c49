import type { Kernels } from "@unroll/kernels";
import type { Shape } from "@unroll/tensor";
import { stepsOf } from "./copies.ts";
import type { Geometry } from "./geometry.ts";
import type { Access, GradientPlan, Plan } from "./plan.ts";
import { Norms, type StateAdjoints, squaresOf, type TapKind } from "./taps.ts";

/** How many steps go back at most before rows are looked at whether they shrink or grow. */
const longest = 256;

/** Rows are left as they are while their norm is within this many powers of two of 1. */
const tolerated = 16;

/** Norms within this many powers of two of 1 are exact: all values that count are normal numbers, far from overflow. */
const exact = 60;

/** A backward pass whose adjoints are looked at. */
export class TappedPass {
  readonly #kernels: Kernels;
  readonly #plan: Plan;
  readonly #gradient: GradientPlan;
  readonly #geometry: Geometry;
  readonly #addressOf: (buffer: number) => number;
  readonly #sums: number;
  /** What each row was divided by, `[T, B]`. */
  readonly #exponents: Int32Array;
  /** By place in memory: a tap that lies where another does has the same norms. */
  readonly #norms = new Map<string, { norms: Norms; access: Access }>();

  /**
   * @param steps T, those without active rows included
   * @param addressOf where a buffer lies
   * @param sums room for {@link sumBytes}
   */
  constructor(
    kernels: Kernels,
    plan: Plan,
    gradient: GradientPlan,
    geometry: Geometry,
    steps: number,
    addressOf: (buffer: number) => number,
    sums: number,
  ) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#gradient = gradient;
    this.#geometry = geometry;
    this.#addressOf = addressOf;
    this.#sums = sums;
    this.#exponents = new Int32Array(steps * geometry.batch);
    for (const access of gradient.taps) {
      const key = placeOf(access);
      if (!this.#norms.has(key)) this.#norms.set(key, { norms: new Norms(this.#exponents), access });
    }
  }

  /** Bytes for the sums of all rows. */
  static sumBytes({ totalRows, batch }: Geometry): number {
    return 8 * Math.max(totalRows, batch);
  }

  /** Goes back over all steps, once. */
  run(back: (first: number, end: number) => void): void {
    const { length } = this.#geometry.times;
    back(0, length);
    for (const { norms, access } of this.#norms.values()) this.#gather(norms, access, 0, length);
  }

  /**
   * Goes back with a power of two taken out of each row now and then, so that 1e-300 is as exact as 1: right for what the
   * states' adjoints lead to alone, as where a loss sits at the last steps.
   */
  runRescaled(back: (first: number, end: number) => void): void {
    const { batch, times, active } = this.#geometry;
    const powers = new Int32Array(batch);
    let length = longest;
    for (let end = times.length; end > 0; ) {
      const first = Math.max(0, end - length);
      const carried = this.#carried();
      const before = this.#carriedSquares();
      back(first, end);
      for (const { norms, access } of this.#norms.values()) this.#gather(norms, access, first, end);
      if (end - first > 1 && !this.#isExact(first, end, before)) {
        this.#restore(carried);
        length = Math.ceil((end - first) / 2);
        continue;
      }
      for (let s = first; s < end; s++) this.#exponents.set(powers.subarray(0, active[s]), times[s] * batch);
      this.#rescale(powers);
      end = first;
      length = Math.min(2 * length, longest);
    }
  }

  /** What was found, by state. */
  adjoints(kind: TapKind, steps: number, widths: readonly number[]): StateAdjoints[] {
    const { batch, rows } = this.#geometry;
    const { taps } = this.#gradient;
    const adjoint = (access: Access, width: number): Norms => {
      const { norms } = this.#norms.get(placeOf(access)) as { norms: Norms };
      if (kind === "norms" || norms.values !== undefined) return norms;
      const { at, stride } = this.#placeOf(access);
      const shape: Shape = [steps, batch, width];
      norms.values = stepsOf(this.#kernels, this.#geometry, shape, (s) => at + stride * rows[s], stride >> 2);
      return norms;
    };
    return widths.map((width, index) => ({
      state: adjoint(taps[2 * index], width),
      total: adjoint(taps[2 * index + 1], width),
    }));
  }

  #placeOf({ buffer, column }: Access): { at: number; stride: number } {
    return { at: this.#addressOf(buffer) + 4 * column, stride: 4 * this.#plan.buffers[buffer].width };
  }

  #sumsOf(count: number): Float64Array {
    return new Float64Array(this.#kernels.memory.memory.buffer, this.#sums, count);
  }

  #gather(norms: Norms, access: Access, first: number, end: number): void {
    const { rows, active } = this.#geometry;
    const { at, stride } = this.#placeOf(access);
    const count = rows[end - 1] + active[end - 1] - rows[first];
    squaresOf(this.#kernels)(at + stride * rows[first], this.#sums, count, this.#widthOf(access), stride);
    norms.take(this.#sumsOf(count), this.#geometry, first, end);
  }

  /** Taps are whole buffers. */
  #widthOf({ buffer }: Access): number {
    return this.#plan.buffers[buffer].width;
  }

  /** The adjoints before the next step back. */
  #carried(): Float32Array[] {
    const { memory } = this.#kernels;
    return this.#gradient.stateAdjoints.map((buffer) => {
      const at = this.#addressOf(buffer) >> 2;
      return memory.f32.slice(at, at + this.#geometry.batch * this.#plan.buffers[buffer].width);
    });
  }

  #restore(carried: readonly Float32Array[]): void {
    const { memory } = this.#kernels;
    this.#gradient.stateAdjoints.forEach((buffer, index) => {
      memory.f32.set(carried[index], this.#addressOf(buffer) >> 2);
    });
  }

  /** Of each row of all states together. */
  #carriedSquares(): Float64Array {
    const { batch } = this.#geometry;
    const squares = new Float64Array(batch);
    for (const buffer of this.#gradient.stateAdjoints) {
      const { width } = this.#plan.buffers[buffer];
      squaresOf(this.#kernels)(this.#addressOf(buffer), this.#sums, batch, width, 4 * width);
      this.#sumsOf(batch).forEach((square, row) => {
        squares[row] += square;
      });
    }
    return squares;
  }

  /** Whether no row that had a gradient before steps `[first, end)` came near the limits of float32 within them. */
  #isExact(first: number, end: number, before: Float64Array): boolean {
    const { times, active, batch } = this.#geometry;
    const states = this.#gradient.taps.filter((_, k) => k % 2 === 0).map((access) => this.#norms.get(placeOf(access)));
    const all = new Set(states.map((found) => (found as { norms: Norms }).norms.squares));
    for (let s = first; s < end; s++)
      for (let row = 0; row < active[s]; row++) {
        if (!(before[row] > 0 && before[row] < Number.POSITIVE_INFINITY)) continue;
        let square = 0;
        for (const squares of all) square += squares[times[s] * batch + row];
        if (!(Math.abs(Math.log2(square)) <= 2 * exact)) return false;
      }
    // What goes on from here must be as exact.
    return this.#carriedSquares().every(
      (square, row) => !(before[row] > 0) || Math.abs(Math.log2(square)) <= 2 * exact || square === before[row],
    );
  }

  /** Takes a power of two out of each row that has become small or large; exact, since only exponents change. */
  #rescale(powers: Int32Array): void {
    const { memory } = this.#kernels;
    this.#carriedSquares().forEach((square, row) => {
      if (!(square > 0 && square < Number.POSITIVE_INFINITY)) return;
      const power = Math.floor(Math.log2(square) / 2);
      if (Math.abs(power) <= tolerated) return;
      powers[row] += power;
      // In two steps: 2^149, which makes the smallest float32 a 1, is no float32 itself.
      const half = Math.trunc(power / 2);
      for (const buffer of this.#gradient.stateAdjoints) {
        const { width } = this.#plan.buffers[buffer];
        const at = (this.#addressOf(buffer) >> 2) + row * width;
        for (let i = at; i < at + width; i++)
          memory.f32[i] = memory.f32[i] * powerOfTwo(-half) * powerOfTwo(half - power);
      }
    });
  }
}

function placeOf({ buffer, column }: Access): string {
  return `${buffer}:${column}`;
}

function powerOfTwo(exponent: number): number {
  let value = 1;
  for (let k = 0; k < Math.abs(exponent); k++) value *= exponent < 0 ? 0.5 : 2;
  return value;
}
