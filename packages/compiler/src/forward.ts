import type { Kernels } from "@unroll/kernels";
import { endReading, keptPanels, Tensor } from "@unroll/tensor";
import { Layout, PerGeometry, rowsOf } from "./arrangement.ts";
import { copyIn, copySteps, copyStepsOut, forJoining, forLeaving } from "./copies.ts";
import { Execution, type Phase } from "./execute.ts";
import type { Geometry, StepBlock } from "./geometry.ts";
import { allocate, type Lease, lease } from "./lease.ts";
import type { Block } from "./nodes.ts";
import type { Access, Plan } from "./plan.ts";
import type { Program } from "./program.ts";
import type { Segment } from "./segments.ts";
import type { Taps } from "./taps.ts";

/** A sequence that is run, forward now and backward later. */
export interface Run {
  readonly kernels: Kernels;
  readonly program: Program;
  readonly geometry: Geometry;
  readonly reverse: boolean;
  /** Where a backward pass is to leave the adjoints of the states. */
  readonly taps?: Taps | undefined;
  /** What backward needs beside the inputs. */
  lease: Lease;
  readonly checkpoint?: Checkpoint | undefined;
}

/** How a sequence is run that keeps states now and then, and computes the rest again when a backward pass needs it. */
export interface Checkpoint {
  /** The same step without a gradient, which keeps nothing. */
  readonly program: Program;
  readonly segments: readonly Segment[];
  /** By segment, each state before its first step, `[B, n]`: rows that have not begun yet are the initial state's. */
  readonly states: Float32Array[][];
}

/** The tensors that a sequence is given. */
export interface RunInputs {
  readonly x: Tensor;
  readonly states: readonly Tensor[];
  readonly rows: readonly Tensor[];
  readonly outside: readonly Tensor[];
}

interface KeptLayout {
  readonly bytes: number;
  readonly offsets: ReadonlyMap<number, number>;
}

const keptLayouts = new PerGeometry<Plan, KeptLayout>();

/** Where the buffers that a backward pass needs lie in a lease. */
export function keptLayout(plan: Plan, geometry: Geometry): KeptLayout {
  return keptLayouts.get(geometry, plan, () => {
    const layout = new Layout();
    const offsets = new Map<number, number>();
    plan.buffers.forEach((buffer, index) => {
      if (buffer.kept) offsets.set(index, layout.add(4 * buffer.width * rowsOf(buffer, geometry)));
    });
    return { bytes: layout.bytes, offsets };
  });
}

/** The phases of a forward pass. */
interface ForwardPhases {
  readonly before: Phase;
  readonly loop: Phase;
}

/** A forward pass, ready to start in a block of memory. */
export function forwardExecution(
  { kernels, program, geometry }: Run,
  outside: readonly Tensor[],
  kept: (buffer: number) => number,
): { execution: Execution; phases: ForwardPhases } {
  const { plan, loops } = program;
  const phases = { before: { calls: plan.before, run: loops.before }, loop: { calls: plan.loop, run: loops.loop } };
  const execution = new Execution(
    {
      ...{ kernels, plan, geometry, outside, kept },
      own: (buffer) => !buffer.backward && !buffer.kept,
      // Who trains writes the weights before the next call.
      ...(plan.gradient === undefined ? { panels: panelsOf(kernels, outside) } : {}),
    },
    [phases.before, phases.loop],
  );
  return { execution, phases };
}

/** Copies per-sample tensors to where the steps read them. */
export function bringRows({ kernels, program }: Run, execution: Execution, rows: readonly Tensor[]): void {
  rows.forEach((row, index) => {
    copyIn(kernels, execution.bufferAt(program.plan.rows[index]), row.data, row.dtype);
  });
}

/** Runs the steps of a block, from the states that are there. */
export function runBlock(
  run: Run,
  execution: Execution,
  { before, loop }: ForwardPhases,
  block: StepBlock,
  { x, states }: RunInputs,
): void {
  const { kernels, program, geometry } = run;
  const { plan } = program;
  copySteps(kernels, geometry, block, x, execution.bufferAt(plan.x), plan.buffers[plan.x].width);
  bringStates(run, execution, block, states);
  execution.runAll(before, block);
  execution.runSteps(loop, block);
}

/** Runs all steps; gives the output and the final states, and keeps what a gradient needs. */
export function runForward(own: Run, inputs: RunInputs): Tensor[] {
  const { kernels, geometry, checkpoint } = own;
  const run = checkpoint === undefined ? own : { ...own, program: checkpoint.program };
  const { plan } = run.program;
  const { x, states, rows, outside } = inputs;
  const keptOf = keptLayout(plan, geometry);
  if (plan.gradient !== undefined) own.lease = lease(kernels, keptOf.bytes, own);
  const { memory } = kernels;
  let at = 0;
  try {
    const keptAt = (buffer: number) => own.lease.at + (keptOf.offsets.get(buffer) as number);
    const { execution, phases } = forwardExecution(run, outside, keptAt);
    at = allocate(kernels, execution.bytes, "a sequence", own.lease);
    execution.start(at);
    bringRows(run, execution, rows);
    const { output, outputWidth } = plan;
    const data = new Float32Array(x.shape[0] * x.shape[1] * outputWidth);
    const finals = states.map((state) => new Float32Array(state.data));
    const starts = new Map(checkpoint?.segments.map(({ first }, index) => [first, index]));
    geometry.blocks.forEach((block, index) => {
      if (index > 0) carry(run, execution, geometry.blocks[index - 1], block);
      const segment = starts.get(block.first);
      if (checkpoint !== undefined && segment !== undefined)
        checkpoint.states[segment] = states.map(({ data: initial }, k) =>
          statesBefore(run, execution, block, k, initial),
        );
      runBlock(run, execution, phases, block, inputs);
      copyOut(run, execution, block, output, outputWidth, data);
      takeStates(run, execution, block, finals);
    });
    return [
      new Tensor([x.shape[0], x.shape[1], outputWidth], "float32", { data, version: 0 }),
      ...states.map(({ shape }, index) => new Tensor(shape, "float32", { data: finals[index], version: 0 })),
    ];
  } finally {
    endReading(kernels);
    if (at !== 0) memory.free(at);
  }
}

/** A state before a block: that of the rows which have begun, the initial one of the others. */
function statesBefore(
  { kernels, program, geometry }: Run,
  execution: Execution,
  block: StepBlock,
  index: number,
  initial: Tensor["data"],
): Float32Array {
  const { plan } = program;
  const { width } = plan.buffers[plan.states[index]];
  const before = Float32Array.from(initial);
  if (block.first === 0) return before;
  const at = (execution.bufferAt(plan.states[index]) >> 2) + execution.stateRow(block, block.first) * width;
  before.set(kernels.memory.f32.subarray(at, at + geometry.active[block.first - 1] * width));
  return before;
}

/** Puts states to where the steps of a block begin; the first block brings its own. */
export function putStates(run: Run, execution: Execution, block: StepBlock, states: readonly Float32Array[]): void {
  const { kernels, program, geometry } = run;
  const { plan } = program;
  if (block.first === 0) return;
  const count = geometry.active[block.first - 1];
  states.forEach((data, index) => {
    const { width } = plan.buffers[plan.states[index]];
    const at = (execution.bufferAt(plan.states[index]) >> 2) + execution.stateRow(block, block.first) * width;
    kernels.memory.f32.set(data.subarray(0, count * width), at);
  });
}

/** Where the blocks of weights lie that are kept packed, until `endReading`. */
function panelsOf(kernels: Kernels, outside: readonly Tensor[]): (weight: Block, k: number, n: number) => number {
  return ({ outside: index, transposed, row, column }, k, n) => {
    const x = outside[index];
    const [bRow, bColumn] = transposed ? [1, x.shape[1]] : [x.shape[1], 1];
    return keptPanels(kernels, x, { start: row * bRow + column * bColumn, k, n, bRow, bColumn });
  };
}

/** Copies a value's rows of a block to where they belong among all times. */
export function copyOut(
  { kernels, program, geometry }: Run,
  execution: Execution,
  block: StepBlock,
  access: Access,
  width: number,
  data: Float32Array,
): void {
  const { rows } = geometry;
  const { at, stride } = execution.placeOf(access);
  const rowOf = (s: number) => {
    if (access.rows === "after") return execution.stateRow(block, s + 1);
    return access.rows === "current" ? rows[s] : rows[s] - rows[block.first];
  };
  copyStepsOut(
    kernels,
    geometry,
    block,
    data,
    width,
    program.plan.buffers[access.buffer].width,
    (s) => at + 4 * stride * rowOf(s),
  );
}

/** Takes the states over from the block before, where only those of one block are stored. */
function carry({ kernels, program, geometry }: Run, execution: Execution, last: StepBlock, block: StepBlock): void {
  const { plan } = program;
  if (plan.gradient !== undefined) return;
  const { stateRows, batch } = geometry;
  const { f32 } = kernels.memory;
  const row = execution.stateRow(last, block.first);
  for (const buffer of plan.states) {
    const { width } = plan.buffers[buffer];
    const at = execution.bufferAt(buffer) >> 2;
    const count = Math.min(batch, stateRows[block.first + 1] - stateRows[block.first]);
    f32.copyWithin(at, at + row * width, at + (row + count) * width);
  }
}

/** Copies initial states to where rows begin. */
function bringStates(
  { kernels, program, geometry, reverse }: Run,
  execution: Execution,
  block: StepBlock,
  states: readonly Tensor[],
): void {
  const { plan } = program;
  const { f32 } = kernels.memory;
  forJoining(geometry, reverse, block, (s, from, to) => {
    states.forEach(({ data }, index) => {
      const { width } = plan.buffers[plan.states[index]];
      const at = execution.bufferAt(plan.states[index]) >> 2;
      f32.set(data.subarray(from * width, to * width), at + (execution.stateRow(block, s) + from) * width);
    });
  });
}

/** Copies the states of rows that have run their last step. */
function takeStates(
  { kernels, program, geometry, reverse }: Run,
  execution: Execution,
  block: StepBlock,
  finals: readonly Float32Array[],
): void {
  const { plan } = program;
  const { f32 } = kernels.memory;
  forLeaving(geometry, reverse, block, (s, from, to) => {
    finals.forEach((data, index) => {
      const { width } = plan.buffers[plan.states[index]];
      const at = (execution.bufferAt(plan.states[index]) >> 2) + execution.stateRow(block, s + 1) * width;
      data.set(f32.subarray(at + from * width, at + to * width), from * width);
    });
  });
}
