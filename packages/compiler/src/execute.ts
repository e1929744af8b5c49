import { type Kernels, packedBytes, packPanels } from "@unroll/kernels";
import type { Tensor } from "@unroll/tensor";
import { type Arrangement, arrange, Layout, negligible } from "./arrangement.ts";
import type { Geometry, StepBlock } from "./geometry.ts";
import type { Block } from "./nodes.ts";
import type { Access, BufferPlan, Call, Plan } from "./plan.ts";
import type { LoopFunction } from "./wasm/loop.ts";
import { stepBytes, stepWords } from "./wasm/step-record.ts";

/** The calls of a phase, and the loop that makes them for one step after the other. */
export interface Phase {
  readonly calls: readonly Call[];
  readonly run: LoopFunction | undefined;
}

/** What an execution lies in and reads. */
export interface ExecutionSetting {
  readonly kernels: Kernels;
  readonly plan: Plan;
  readonly geometry: Geometry;
  readonly outside: readonly Tensor[];
  /** Which buffers lie in the block of this run. */
  readonly own: (buffer: BufferPlan, index: number) => boolean;
  /** Where other buffers lie. */
  readonly kept: (buffer: number) => number;
  /** Where the packed panels of a matrix lie that is kept between calls, or 0: then they are packed for this run. */
  readonly panels?: (weight: Block, k: number, n: number) => number;
  /** Adjoints of states that are smaller count as 0: products of denormal numbers take three times as long. */
  readonly threshold?: number;
}

interface Place {
  readonly at: number;
  /** Values between rows. */
  readonly stride: number;
}

/** Phases with the addresses of everything that they read and write, for one run of a sequence. */
export class Execution {
  readonly #setting: ExecutionSetting;
  readonly #arrangement: Arrangement;
  readonly #layout: Layout;
  /** By packed matrix: where its panels lie that were there before, 0 for those that are packed for this run. */
  readonly #ready: readonly number[];
  /** Where those for this run go, relative to the block. */
  readonly #panels: readonly number[];
  readonly #matrix: number;
  #block = 0;

  constructor(setting: ExecutionSetting, phases: readonly Phase[]) {
    this.#setting = setting;
    const { plan, geometry, outside, own, panels, threshold = negligible } = setting;
    const calls = phases.map((phase) => phase.calls);
    this.#arrangement = arrange(plan, geometry, calls, outside, own, threshold);
    this.#layout = new Layout(this.#arrangement.bytes);
    const { packed } = this.#arrangement;
    const ready: number[] = [];
    const packing: number[] = [];
    let matrix = 0;
    for (const { weight, k, n } of packed) {
      const at = panels?.(weight, k, n) ?? 0;
      ready.push(at);
      packing.push(at === 0 ? this.#layout.add(packedBytes(k, n)) : 0);
      if (at === 0) matrix = Math.max(matrix, 4 * outside[weight.outside].size);
    }
    this.#ready = ready;
    this.#panels = packing;
    this.#matrix = this.#layout.add(matrix);
  }

  get bytes(): number {
    return this.#layout.bytes;
  }

  /** Room for something more in the block; before {@link start}. */
  reserve(bytes: number): number {
    return this.#layout.add(bytes);
  }

  /** Places the block, copies everything from outside into it, and writes down all addresses. */
  start(block: number): void {
    this.#block = block;
    const { kernels, outside } = this.#setting;
    const { f32 } = kernels.memory;
    const { vectors, packed } = this.#arrangement;
    for (const [index, at] of vectors) f32.set(outside[index].data, (block + at) >> 2);
    packed.forEach(({ weight, k, n }, index) => {
      if (this.#ready[index] !== 0) return;
      const { transposed, row, column } = weight;
      const { data, shape } = outside[weight.outside];
      const matrix = block + this.#matrix;
      f32.set(data, matrix >> 2);
      const [bRow, bColumn] = transposed ? [1, shape[1]] : [shape[1], 1];
      const b = matrix + 4 * (row * bRow + column * bColumn);
      packPanels(kernels, { panels: block + this.#panels[index], b, bRow, bColumn, k, n });
    });
    this.rebase();
  }

  /** Writes all addresses down, once more after what is kept has moved. */
  rebase(): void {
    const { kernels, kept } = this.#setting;
    const { i32 } = kernels.memory;
    const { words, own, elsewhere, panels, arguments: at } = this.#arrangement;
    const first = (this.#block + at) >> 2;
    i32.set(words, first);
    for (const word of own) i32[first + word] += this.#block;
    for (const { word, buffer } of elsewhere) i32[first + word] += kept(buffer);
    for (const { word, packed } of panels)
      i32[first + word] = this.#ready[packed] || this.#block + this.#panels[packed];
  }

  /** Where something of {@link reserve} lies. */
  addressOf(reserved: number): number {
    return this.#block + reserved;
  }

  /** Where a buffer lies. */
  bufferAt(buffer: number): number {
    const own = this.#arrangement.buffers[buffer];
    return own === undefined ? this.#setting.kept(buffer) : this.#block + own;
  }

  /** Where an access begins, in the rows of all steps or of a block. */
  placeOf({ buffer, column }: Access): Place {
    return { at: this.bufferAt(buffer) + 4 * column, stride: this.#setting.plan.buffers[buffer].width };
  }

  /** Where the states before and after the steps of a block begin: among those of all steps, or of the block alone. */
  stateRow(block: StepBlock, step: number): number {
    const { plan, geometry } = this.#setting;
    const { stateRows } = geometry;
    return plan.gradient === undefined ? stateRows[step] - stateRows[block.first] : stateRows[step];
  }

  #writeRecord(at: number, block: StepBlock, step: number, count: number): void {
    const { kernels, geometry } = this.#setting;
    const { i32 } = kernels.memory;
    const { rows } = geometry;
    const index = at >> 2;
    i32[index] = count;
    i32[index + 1] = rows[step];
    i32[index + 2] = rows[step] - rows[block.first];
    i32[index + 3] = this.stateRow(block, step);
    i32[index + 4] = this.stateRow(block, step + 1);
  }

  /** Runs a phase step by step over a block. */
  runSteps(phase: Phase, block: StepBlock): void {
    const { first, end } = block;
    this.#run(phase, this.#writeRecords(block, first, end), end - first, stepBytes);
  }

  /** Runs a phase over steps `[first, end)` of a block from the last to the first. */
  runBack(phase: Phase, block: StepBlock, first: number, end: number): void {
    const count = end - first;
    this.#run(phase, this.#writeRecords(block, first, end) + stepBytes * (count - 1), count, -stepBytes);
  }

  #run(phase: Phase, record: number, count: number, stride: number): void {
    const { arguments: at, frames } = this.#arrangement;
    phase.run?.(this.#block + at + (frames.get(phase.calls) as number), record, count, stride);
  }

  #writeRecords({ first: start, records: { all, block } }: StepBlock, first: number, end: number): number {
    const { kernels, plan } = this.#setting;
    const at = this.#block + this.#arrangement.records;
    const records = plan.gradient === undefined ? block() : all();
    const whole = stepWords * (end - first) === records.length;
    kernels.memory.i32.set(
      whole ? records : records.subarray(stepWords * (first - start), stepWords * (end - start)),
      at >> 2,
    );
    return at;
  }

  /** Runs a phase on all rows of a block, as many at once as lie side by side. */
  runRows(phase: Phase, block: StepBlock): void {
    if (phase.run === undefined) return;
    const { active } = this.#setting.geometry;
    const at = this.#block + this.#arrangement.records;
    block.runs.forEach(([first, end], k) => {
      this.#writeRecord(at + stepBytes * k, block, first, (end - first) * active[first]);
    });
    this.#run(phase, at, block.runs.length, stepBytes);
  }

  /** Runs a phase that reads no states on all rows of a block at once. */
  runAll(phase: Phase, block: StepBlock): void {
    if (phase.run === undefined) return;
    const { rows, totalRows } = this.#setting.geometry;
    const at = this.#block + this.#arrangement.records;
    this.#writeRecord(at, block, block.first, (rows[block.end] ?? totalRows) - rows[block.first]);
    this.#run(phase, at, 1, stepBytes);
  }
}
