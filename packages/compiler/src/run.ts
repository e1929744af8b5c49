import type { BackwardRequest } from "@unroll/autograd";
import type { Kernels } from "@unroll/kernels";
import { endReading, keptPanels, sizeOf, Tensor, zeros } from "@unroll/tensor";
import { copyIn, copyOf, copySteps, copyStepsOut, forJoining, forLeaving } from "./copies.ts";
import { Execution, Layout, negligible, rowsOf } from "./execute.ts";
import type { Geometry, StepBlock } from "./geometry.ts";
import { allocate, endLease, type Lease, lease } from "./lease.ts";
import type { Block } from "./nodes.ts";
import type { Access, Plan } from "./plan.ts";
import type { Program } from "./program.ts";
import { Sums } from "./sums.ts";
import { TappedPass } from "./tapped-pass.ts";
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
}

/** The tensors that a sequence is given. */
export interface RunInputs {
  readonly x: Tensor;
  readonly states: readonly Tensor[];
  readonly rows: readonly Tensor[];
  readonly outside: readonly Tensor[];
}

/** Where the buffers that a backward pass needs lie in a lease. */
function keptLayout(plan: Plan, geometry: Geometry): { bytes: number; offsets: ReadonlyMap<number, number> } {
  const layout = new Layout();
  const offsets = new Map<number, number>();
  plan.buffers.forEach((buffer, index) => {
    if (buffer.kept) offsets.set(index, layout.add(4 * buffer.width * rowsOf(buffer, geometry)));
  });
  return { bytes: layout.bytes, offsets };
}

/** Runs all steps; gives the output and the final states, and leases what a gradient needs. */
export function runForward(run: Run, { x, states, rows, outside }: RunInputs): Tensor[] {
  const { kernels, program, geometry } = run;
  const { plan, loops } = program;
  const keptOf = keptLayout(plan, geometry);
  if (plan.gradient !== undefined) run.lease = lease(kernels, keptOf.bytes, run);
  const { memory } = kernels;
  const before = { calls: plan.before, run: loops.before };
  const loop = { calls: plan.loop, run: loops.loop };
  let at = 0;
  try {
    const execution = new Execution(
      {
        ...{ kernels, plan, geometry, outside },
        own: ({ backward, kept }) => !backward && !kept,
        kept: (buffer) => run.lease.at + (keptOf.offsets.get(buffer) as number),
        // Who trains writes the weights before the next call.
        ...(plan.gradient === undefined ? { panels: panelsOf(kernels, outside) } : {}),
      },
      [before, loop],
    );
    at = allocate(kernels, execution.bytes, "a sequence", run.lease);
    execution.start(at);
    rows.forEach((row, index) => {
      copyIn(kernels, execution.bufferAt(plan.rows[index]), row.data, row.dtype);
    });
    const xAt = execution.bufferAt(plan.x);
    const { output, outputWidth } = plan;
    const data = new Float32Array(x.shape[0] * x.shape[1] * outputWidth);
    const finals = states.map((state) => new Float32Array(state.data));
    geometry.blocks.forEach((block, index) => {
      copySteps(kernels, geometry, block, x, xAt, plan.buffers[plan.x].width);
      if (index > 0) carry(run, execution, geometry.blocks[index - 1], block);
      bringStates(run, execution, block, states);
      execution.runAll(before, block);
      execution.runSteps(loop, block);
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

/** Where the blocks of weights lie that are kept packed, until `endReading`. */
function panelsOf(kernels: Kernels, outside: readonly Tensor[]): (weight: Block, k: number, n: number) => number {
  return ({ outside: index, transposed, row, column }, k, n) => {
    const x = outside[index];
    const [bRow, bColumn] = transposed ? [1, x.shape[1]] : [x.shape[1], 1];
    return keptPanels(kernels, x, { start: row * bRow + column * bColumn, k, n, bRow, bColumn });
  };
}

/** Copies a value's rows of a block to where they belong among all times. */
function copyOut(
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

/**
 * Runs all steps in reverse, with the forward pass again where what it had kept is gone. Gives the gradients of x, states,
 * rows and outside, and that of the taps' handle where there are taps.
 */
export function runBackward(
  run: Run,
  inputs: RunInputs,
  gradOutputs: readonly (Tensor | undefined)[],
  { needs, retain }: BackwardRequest,
): (Tensor | undefined)[] {
  const { kernels, program, geometry, taps } = run;
  const { plan, loops } = program;
  const { gradient } = plan;
  const { x, states, rows, outside } = inputs;
  const all = [x, ...states, ...rows, ...outside];
  if (gradient === undefined) return needs.map(() => undefined);
  if (run.lease.at === 0) runForward(run, inputs);
  const keptOf = keptLayout(plan, geometry);
  const { memory } = kernels;
  const loop = { calls: gradient.loop, run: loops.backward };
  const after = { calls: gradient.after, run: loops.after };
  const execution = new Execution(
    {
      ...{ kernels, plan, geometry, outside },
      own: ({ backward }, index) => backward || index === plan.x,
      kept: (buffer) => run.lease.at + (keptOf.offsets.get(buffer) as number),
      // Who looks at adjoints wants to see the small ones.
      threshold: taps === undefined ? negligible : 0,
    },
    [loop, after],
  );
  const firstOutside = 1 + states.length + rows.length;
  const wanted = gradient.outside.map((terms, index) => (needs[firstOutside + index] ? terms : undefined));
  const sums = new Sums(kernels, execution, geometry, outside, wanted);
  const tapped = taps && new TappedPass(kernels, execution, plan, gradient, geometry, taps.kind, x.shape[0]);
  const at = allocate(kernels, execution.bytes, "the gradient of a sequence", run.lease);
  try {
    execution.start(at);
    sums.start();
    const widths = plan.buffers.map(({ width }) => width);
    const fill = (buffer: number, values: Tensor | undefined) => {
      const from = execution.bufferAt(buffer) >> 2;
      if (values !== undefined) memory.f32.set(values.data, from);
      else memory.f32.fill(0, from, from + widths[buffer] * rowsOf(plan.buffers[buffer], geometry));
    };
    const [outputAdjoint, ...finals] = gradOutputs;
    if (outputAdjoint === undefined) fill(gradient.outputAdjoint, undefined);
    states.forEach((_, index) => {
      fill(gradient.stateAdjoints[index], finals[index]);
    });
    for (const buffer of gradient.rows) if (buffer !== undefined) fill(buffer, undefined);
    const xData = needs[0] && gradient.x !== undefined ? new Float32Array(sizeOf(x.shape)) : undefined;
    // Only x and what comes from outside need more than the loop gives.
    const more = xData !== undefined || wanted.some((terms) => terms !== undefined);
    const back = (first: number, end: number): void => {
      for (const block of geometry.blocks.toReversed()) {
        const [from, to] = [Math.max(first, block.first), Math.min(end, block.end)];
        if (from >= to) continue;
        copySteps(kernels, geometry, block, x, execution.bufferAt(plan.x), widths[plan.x]);
        if (outputAdjoint !== undefined) {
          const buffer = gradient.outputAdjoint;
          copySteps(kernels, geometry, block, outputAdjoint, execution.bufferAt(buffer), widths[buffer]);
        }
        execution.runBack(loop, block, from, to);
        tapped?.gather(block, from, to);
        if (!more) continue;
        execution.runRows(after, block);
        sums.add(block);
        if (gradient.x !== undefined && xData !== undefined)
          copyOut(run, execution, block, gradient.x, x.shape[2], xData);
      }
    };
    const alone = outputAdjoint === undefined && !needs.slice(0, all.length).includes(true);
    if (alone && taps?.kind === "norms") tapped?.rescaling(back);
    else back(0, geometry.times.length);
    if (taps !== undefined) taps.adjoints = tapped?.adjoints();
    const gradientOf = (index: number): Tensor | undefined => {
      if (!needs[index]) return undefined;
      if (index === all.length) return zeros([]);
      if (index === 0) return xData && new Tensor(x.shape, "float32", { data: xData, version: 0 });
      if (index >= firstOutside) return sums.gradientOf(index - firstOutside, all[index]);
      const state = index - 1;
      const buffer = state < states.length ? gradient.stateAdjoints[state] : gradient.rows[state - states.length];
      return buffer === undefined ? undefined : copyOf(kernels, execution.bufferAt(buffer), all[index].shape);
    };
    return needs.map((_, index) => gradientOf(index));
  } finally {
    memory.free(at);
    if (!retain) endLease(kernels, run.lease);
  }
}
