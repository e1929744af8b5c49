import { gemm, type Kernels } from "@unroll/kernels";
import { Tensor } from "@unroll/tensor";
import { copyOf } from "./copies.ts";
import type { Execution } from "./execute.ts";
import type { Geometry, StepBlock } from "./geometry.ts";
import type { Access, TermCall } from "./plan.ts";
import type { ColumnSums } from "./wasm/column-sums.ts";

interface Sum {
  readonly term: TermCall;
  /** Where the accumulators lie among what the execution has reserved. */
  readonly at: number;
  readonly size: number;
}

/**
 * The gradients of what comes from outside: sums over the rows of all steps. Blocks of steps are added while their rows are
 * in a cache, from the last one to the first; every value has one accumulator.
 */
export class Sums {
  readonly #kernels: Kernels;
  readonly #execution: Execution;
  readonly #geometry: Geometry;
  readonly #sums: readonly (readonly Sum[])[];
  readonly #columnSums: ColumnSums | undefined;

  /** Reserves room in `execution`, which has not started. @param wanted what each gradient consists of */
  constructor(
    kernels: Kernels,
    execution: Execution,
    geometry: Geometry,
    outside: readonly Tensor[],
    wanted: readonly (readonly TermCall[] | undefined)[],
    columnSums: ColumnSums | undefined,
  ) {
    this.#kernels = kernels;
    this.#execution = execution;
    this.#geometry = geometry;
    this.#columnSums = columnSums;
    this.#sums = wanted.map((terms = [], index) => {
      const { size } = outside[index];
      const shared = size > 1 && terms.length > 0 ? execution.reserve(4 * size) : 0;
      // The gradient of a single number is a sum over columns too, which are added last.
      return terms.map((term) =>
        size > 1 ? { term, at: shared, size } : { term, at: execution.reserve(4 * term.n), size: term.n },
      );
    });
  }

  /** Sets all sums to 0. */
  start(): void {
    const { f32 } = this.#kernels.memory;
    for (const { at, size } of this.#sums.flat()) {
      const first = this.#execution.addressOf(at) >> 2;
      f32.fill(0, first, first + size);
    }
  }

  /** Adds the rows of a block. */
  add(block: StepBlock): void {
    for (const sums of this.#sums)
      for (const sum of sums) for (let k = block.runs.length - 1; k >= 0; k--) this.#addRun(sum, block, block.runs[k]);
  }

  #addRun({ term, at }: Sum, block: StepBlock, [first, end]: readonly [number, number]): void {
    const execution = this.#execution;
    const { active, rows } = this.#geometry;
    const k = (end - first) * active[first];
    const rowOf = ({ rows: kind }: Access): number => {
      if (kind === "current") return rows[first];
      if (kind === "within") return rows[first] - rows[block.first];
      if (kind === "fixed") return 0;
      return execution.stateRow(block, kind === "before" ? first : first + 1);
    };
    const place = (access: Access) => {
      const { at: base, stride } = execution.placeOf(access);
      return { at: base + 4 * stride * rowOf(access), stride };
    };
    if (term.kind === "outer") {
      const [left, right] = [place(term.left), place(term.right)];
      const c = execution.addressOf(at) + 4 * term.offset;
      gemm(this.#kernels, {
        ...{ m: term.m, n: term.n, k, c, cRow: term.stride, a: left.at, aRow: 1, aColumn: left.stride },
        ...{ b: right.at, bRow: right.stride, bColumn: 1, start: c },
      });
    } else {
      const of = place(term.of);
      this.#columnSums?.(execution.addressOf(at), of.at, k, term.n, 4 * of.stride);
    }
  }

  /** The gradient of an outside tensor; undefined where nothing of it is known. */
  gradientOf(index: number, { shape, size }: Tensor): Tensor | undefined {
    const sums = this.#sums[index];
    if (sums.length === 0) return undefined;
    if (size > 1) return copyOf(this.#kernels, this.#execution.addressOf(sums[0].at), shape);
    const { f32 } = this.#kernels.memory;
    let total = 0;
    for (const { at, size: columns } of sums) {
      const first = this.#execution.addressOf(at) >> 2;
      for (let k = 0; k < columns; k++) total += f32[first + k];
    }
    return new Tensor(shape, "float32", { data: Float32Array.of(total), version: 0 });
  }
}
