import { type BackwardRequest, defineFunction } from "@unroll/autograd";
import type { Kernels } from "@unroll/kernels";
import { activeKernels, runtime, type Shape, sizeOf, Tensor, zeros } from "@unroll/tensor";
import { copyOf, copySteps, finalState, joins, stepsOf } from "./copies.ts";
import { copyIn, Execution, Layout, rowsOf } from "./execute.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import { type StepGraph, Uncompilable } from "./graph.ts";
import { allocate, endLease, type Lease, lease } from "./lease.ts";
import type { BufferPlan, Plan, TermCall } from "./plan.ts";
import { checkPure, type NotCompiled, notCompiled, prepare, type StepJob } from "./prepare.ts";
import { needsOf, type Program, programOf } from "./program.ts";
import { TappedPass } from "./tapped-pass.ts";
import type { Taps } from "./taps.ts";
import { replayStep, type Step } from "./trace.ts";

/** A sequence and the step that runs over it, rows sorted by length, longest first. */
export interface SequenceJob extends StepJob {
  /** How many rows are active at each time. */
  readonly active: readonly number[];
  readonly reverse: boolean;
  /** Where each backward pass is to leave the adjoints of the states. */
  readonly taps?: Taps | undefined;
  /** The same sequence by plain ops, for gradients of gradients. */
  readonly plain: (step: Step, inputs: SequenceInputs) => SequenceResult;
}

/** What a sequence starts from. */
export interface SequenceInputs {
  readonly x: Tensor;
  readonly states: readonly Tensor[];
  readonly rows: readonly Tensor[];
}

/** What a sequence gives. */
export interface SequenceResult {
  /** `[T, B, n]`, 0 where rows were not active. */
  readonly output: Tensor;
  /** After each row's last step. */
  readonly states: readonly Tensor[];
}

/**
 * Runs a step over a sequence by compiled loops, forward now and backward when a gradient is asked for; or says why not.
 *
 * `(output_t, s_t) = step(x_t, s_{t-1})`, for the first `active[t]` rows at each time. The step is traced anew on every
 * call, and compiled when its structure is new. Errors that it throws are a reason too: plain ops will throw them.
 *
 * @example
 * ```ts
 * const w = parameter([[0.5]]);
 * const step: Step = (x, [h]) => {
 *   const next = tanh(add(x, matmul(h, w)));
 *   return { output: next, states: [next] };
 * };
 * const result = runSequence({
 *   step,
 *   x: ones([3, 1, 1]),
 *   states: [zeros([1, 1])],
 *   rows: [],
 *   active: [1, 1, 1],
 *   reverse: false,
 *   plain: () => {
 *     throw new Error("no second derivatives here");
 *   },
 * }) as SequenceResult;
 * result.output.toArray(); // [[[0.761594…]], [[0.881129…]], [[0.893811…]]]
 * ```
 */
export function runSequence(job: SequenceJob): SequenceResult | NotCompiled {
  const kernels = runtime().evaluator === undefined ? activeKernels("float32") : undefined;
  const { x, states, rows, active, reverse } = job;
  try {
    if (kernels === undefined) throw new Uncompilable("plain ops are asked for", { expected: true });
    if (active.every((count) => count === 0)) throw new Uncompilable("the sequence is empty", { expected: true });
    const traced = prepare(job);
    const { graph, outside } = traced;
    const { taps } = job;
    const program = programOf(kernels, graph, needsOf(x, states, rows, outside, taps !== undefined));
    checkPure(job, traced, program);
    const geometry = geometryOf(x.shape[1], active, reverse);
    checkRoom(kernels, program.plan, geometry);
    const handle = taps === undefined ? [] : [taps.handle];
    const [output, ...after] = sequenceFunction()([x, ...states, ...rows, ...outside, ...handle], {
      kernels,
      program,
      graph,
      geometry,
      job,
    });
    return { output, states: after };
  } catch (error) {
    if (!(error instanceof Uncompilable)) throw error;
    return notCompiled(error, job);
  }
}

/**
 * Throws unless all values of a sequence, forward and backward, fit into half of what the kernels' memory may grow to: plain
 * ops have all of JavaScript's memory.
 */
function checkRoom({ memory }: Kernels, { buffers }: Plan, geometry: Geometry): void {
  const bytes = buffers.reduce((sum, buffer) => sum + 4 * buffer.width * rowsOf(buffer, geometry), 0);
  if (bytes > memory.use().maximum / 2)
    throw new Uncompilable(`it takes ${Math.ceil(bytes / 1e6)} MB, more than half of the kernels' memory`);
}

/** What the forward pass knows beside its tensors. */
interface RunArguments {
  readonly kernels: Kernels;
  readonly program: Program;
  readonly graph: StepGraph;
  readonly geometry: Geometry;
  readonly job: SequenceJob;
}

/** What the backward pass needs beside the inputs. */
interface Run extends RunArguments {
  lease: Lease;
}

type SequenceFunction = (inputs: readonly Tensor[], args: RunArguments) => Tensor[];
let own: SequenceFunction | undefined;

function sequenceFunction(): SequenceFunction {
  own ??= defineFunction<RunArguments, readonly [Run, ...Tensor[]]>({
    name: "unroll",
    forward: (inputs, args) => {
      const run: Run = { ...args, lease: { at: 0, bytes: 0 } };
      return { outputs: runForward(run, inputs), saved: [run, ...inputs] };
    },
    backward: ([run, ...inputs], gradOutputs, request) => runBackward(run, inputs, gradOutputs, request),
    plain: (inputs, { graph, job }) => {
      const parts = split(inputs, job);
      const step: Step = (x, states, rows) => replayStep(graph, { x, states, rows, outside: parts.outside });
      const { output, states } = job.plain(step, parts);
      return [output, ...states];
    },
  });
  return own;
}

function split(
  inputs: readonly Tensor[],
  { states, rows, taps }: Pick<SequenceJob, "states" | "rows" | "taps">,
): SequenceInputs & { readonly outside: readonly Tensor[] } {
  const first = 1 + states.length;
  return {
    x: inputs[0],
    states: inputs.slice(1, first),
    rows: inputs.slice(first, first + rows.length),
    outside: inputs.slice(first + rows.length, taps === undefined ? undefined : -1),
  };
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
function runForward(run: Run, inputs: readonly Tensor[]): Tensor[] {
  const { kernels, program, geometry, job } = run;
  const { plan, forward } = program;
  const { x, states, rows, outside } = split(inputs, job);
  const kept = keptLayout(plan, geometry);
  if (plan.gradient !== undefined) run.lease = lease(kernels, kept.bytes, run);
  const { memory } = kernels;
  const own = (buffer: BufferPlan) => !buffer.backward && !buffer.kept;
  const calls = [...plan.before, ...plan.loop];
  const execution = new Execution(kernels, plan, geometry, outside, calls, own, (buffer) => {
    const offset = kept.offsets.get(buffer);
    return offset === undefined ? undefined : run.lease.at + offset;
  });
  const block = allocate(kernels, execution.bytes, "a sequence", run.lease);
  try {
    execution.start(block);
    const widths = plan.buffers.map(({ width }) => width);
    copySteps(kernels, geometry, x, execution.bufferAt(plan.x), widths[plan.x]);
    states.forEach((state, index) => {
      const buffer = plan.states[index];
      const { data } = state;
      const at = execution.bufferAt(buffer) >> 2;
      for (const { from, to, slot } of joins(geometry, job.reverse))
        memory.f32.set(
          data.subarray(from * widths[buffer], to * widths[buffer]),
          at + (geometry.stateRows[slot] + from) * widths[buffer],
        );
    });
    rows.forEach((row, index) => {
      copyIn(kernels, execution.bufferAt(plan.rows[index]), row.data, row.dtype);
    });
    const before = plan.before.length;
    const passes = plan.before.filter(({ kind }) => kind === "pass").length;
    const ready = [
      ...execution.ready(plan.before, forward.slice(0, passes)),
      ...execution.ready(plan.loop, forward.slice(passes)),
    ];
    execution.runAll(ready.slice(0, before));
    const loop = ready.slice(before);
    for (let s = 0; s < geometry.times.length; s++) execution.run(loop, s, s + 1);
    return [
      copyOutput(run, execution, x.shape),
      ...states.map((state, index) =>
        finalState(kernels, geometry, job.reverse, execution.bufferAt(plan.states[index]), state),
      ),
    ];
  } finally {
    memory.free(block);
  }
}

function copyOutput({ kernels, program, geometry }: Run, execution: Execution, shape: Shape): Tensor {
  const { output, outputWidth, buffers } = program.plan;
  const stride = buffers[output.buffer].width;
  const at = execution.bufferAt(output.buffer) + 4 * output.column;
  const starts = output.rows === "after" ? geometry.stateRows.slice(1) : geometry.rows;
  return stepsOf(kernels, geometry, [shape[0], shape[1], outputWidth], (s) => at + 4 * stride * starts[s], stride);
}

/** Runs all steps in reverse, with the forward pass again where what it had kept is gone. */
function runBackward(
  run: Run,
  inputs: readonly Tensor[],
  gradOutputs: readonly (Tensor | undefined)[],
  { needs, retain }: BackwardRequest,
): (Tensor | undefined)[] {
  const { kernels, program, geometry, job } = run;
  const { plan } = program;
  const { gradient } = plan;
  if (gradient === undefined) return inputs.map(() => undefined);
  if (run.lease.at === 0) runForward(run, inputs);
  const { x, states, rows, outside } = split(inputs, job);
  const functions = program.backward;
  const kept = keptLayout(plan, geometry);
  const { memory } = kernels;
  const calls = [...gradient.loop, ...gradient.after];
  const own = (buffer: BufferPlan) => buffer.backward;
  const execution = new Execution(kernels, plan, geometry, outside, calls, own, (buffer) => {
    const offset = kept.offsets.get(buffer);
    return offset === undefined ? undefined : run.lease.at + offset;
  });
  const one = execution.reserve(4);
  const widest = gradient.outside.flatMap((terms) => (terms ?? []).map(({ n }) => n));
  const sum = execution.reserve(4 * Math.max(0, ...widest, ...outside.map(({ size }) => size)));
  const sums = job.taps === undefined ? 0 : execution.reserve(TappedPass.sumBytes(geometry));
  const block = allocate(kernels, execution.bytes, "the gradient of a sequence", run.lease);
  try {
    execution.start(block);
    const widths = plan.buffers.map(({ width }) => width);
    const fill = (buffer: number, values: Tensor | undefined) => {
      const at = execution.bufferAt(buffer) >> 2;
      if (values === undefined) memory.f32.fill(0, at, at + widths[buffer] * rowsOf(plan.buffers[buffer], geometry));
      else memory.f32.set(values.data, at);
    };
    const [outputAdjoint, ...finals] = gradOutputs;
    if (outputAdjoint === undefined) fill(gradient.outputAdjoint, undefined);
    else {
      const buffer = gradient.outputAdjoint;
      copySteps(kernels, geometry, outputAdjoint, execution.bufferAt(buffer), widths[buffer]);
    }
    states.forEach((_, index) => {
      fill(gradient.stateAdjoints[index], finals[index]);
    });
    for (const buffer of gradient.rows) if (buffer !== undefined) fill(buffer, undefined);
    memory.f32[execution.addressOf(one) >> 2] = 1;
    const passes = gradient.loop.filter(({ kind }) => kind === "pass").length;
    const loop = execution.ready(gradient.loop, functions.slice(0, passes));
    const after = execution.ready(gradient.after, functions.slice(passes));
    const back = (first: number, end: number): void => {
      for (let s = end - 1; s >= first; s--) execution.run(loop, s, s + 1);
    };
    const { taps } = job;
    if (taps === undefined) back(0, geometry.times.length);
    else {
      const bufferAt = (buffer: number) => execution.bufferAt(buffer);
      const at = execution.addressOf(sums);
      const pass = new TappedPass(kernels, plan, gradient, geometry, x.shape[0], bufferAt, at);
      const alone = outputAdjoint === undefined && needs.every((need, i) => !need || i === inputs.length - 1);
      if (alone && taps.kind === "norms") pass.runRescaled(back);
      else pass.run(back);
      taps.adjoints = pass.adjoints(
        taps.kind,
        x.shape[0],
        states.map(({ shape }) => shape[1]),
      );
    }
    // Only x and what comes from outside need more than the loop has given.
    if (needs[0] || needs.slice(1 + states.length + rows.length).some((need, k) => need && k < outside.length))
      for (const [first, end] of geometry.runs) execution.run(after, first, end);
    const results: (Tensor | undefined)[] = [];
    const gradientOf = (index: number, make: () => Tensor | undefined) => {
      results.push(needs[index] ? make() : undefined);
    };
    gradientOf(0, () => xGradient(run, execution, x.shape));
    [...states, ...rows].forEach(({ shape }, index) => {
      const buffer = index < states.length ? gradient.stateAdjoints[index] : gradient.rows[index - states.length];
      gradientOf(results.length, () =>
        buffer === undefined ? undefined : copyOf(kernels, execution.bufferAt(buffer), shape),
      );
    });
    outside.forEach(({ shape }, index) => {
      const terms = gradient.outside[index];
      gradientOf(results.length, () =>
        terms === undefined || terms.length === 0
          ? undefined
          : sumOf(kernels, execution, terms, execution.addressOf(sum), execution.addressOf(one), shape),
      );
    });
    if (job.taps !== undefined) results.push(zeros([]));
    return results;
  } finally {
    memory.free(block);
    if (!retain) endLease(kernels, run.lease);
  }
}

function xGradient({ kernels, program, geometry }: Run, execution: Execution, shape: Shape): Tensor | undefined {
  const { gradient, buffers } = program.plan;
  const access = gradient?.x;
  if (access === undefined) return undefined;
  const stride = buffers[access.buffer].width;
  const at = execution.bufferAt(access.buffer) + 4 * access.column;
  return stepsOf(kernels, geometry, shape, (s) => at + 4 * stride * geometry.rows[s], stride);
}

/** A sum over all rows; that of a number is also one over columns. */
function sumOf(
  kernels: Kernels,
  execution: Execution,
  terms: readonly TermCall[],
  at: number,
  one: number,
  shape: Shape,
): Tensor {
  if (sizeOf(shape) > 1) {
    execution.sum(terms, at, sizeOf(shape), one);
    return copyOf(kernels, at, shape);
  }
  let total = 0;
  for (const term of terms) {
    execution.sum([term], at, term.n, one);
    for (let k = 0; k < term.n; k++) total += kernels.memory.f32[(at >> 2) + k];
  }
  return new Tensor(shape, "float32", { data: Float32Array.of(total), version: 0 });
}
