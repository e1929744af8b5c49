import { defineFunction } from "@unroll/autograd";
import type { Kernels } from "@unroll/kernels";
import { activeKernels, runtime, type Tensor } from "@unroll/tensor";
import { PerGeometry, rowsOf } from "./arrangement.ts";
import { runBackward } from "./backward.ts";
import { type Checkpoint, type Run, type RunInputs, runForward } from "./forward.ts";
import { type Geometry, geometryOf } from "./geometry.ts";
import { type StepGraph, Uncompilable } from "./graph.ts";
import type { Plan } from "./plan.ts";
import { checkPure, type NotCompiled, notCompiled, prepare, type StepJob } from "./prepare.ts";
import { needsOf, type Program, programOf } from "./program.ts";
import { segmentGeometry, segmentLength, segmentsOf } from "./segments.ts";
import type { Taps } from "./taps.ts";
import { replayStep, type Step } from "./trace.ts";

/** A sequence and the step that runs over it, rows sorted by length, longest first. */
export interface SequenceJob extends StepJob {
  /** How many rows are active at each time. */
  readonly active: readonly number[];
  readonly reverse: boolean;
  /** Where each backward pass is to leave the adjoints of the states. */
  readonly taps?: Taps | undefined;
  /**
   * Keep states only now and then, and compute again what a backward pass needs of the steps between: at least as many
   * steps as a number says, or as many as take the least memory.
   */
  readonly checkpoint?: number | boolean | undefined;
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
    const checkpoint = checkpointOf(kernels, job, graph, program, geometry);
    checkRoom(kernels, program.plan, checkpoint ? segmentGeometry(geometry, checkpoint.segments) : geometry);
    const handle = taps === undefined ? [] : [taps.handle];
    if (taps !== undefined) taps.output = graph.states.indexOf(graph.output);
    const [output, ...after] = sequenceFunction()([x, ...states, ...rows, ...outside, ...handle], {
      kernels,
      program,
      graph,
      geometry,
      reverse,
      taps,
      checkpoint,
      job,
    });
    return { output, states: after };
  } catch (error) {
    if (!(error instanceof Uncompilable)) throw error;
    return notCompiled(error, job);
  }
}

/** How states are kept now and then; undefined where all is kept, or nothing. */
function checkpointOf(
  kernels: Kernels,
  { checkpoint = false }: SequenceJob,
  graph: StepGraph,
  { plan }: Program,
  geometry: Geometry,
): Checkpoint | undefined {
  if (checkpoint === false || plan.gradient === undefined) return undefined;
  const length = checkpoint === true ? segmentLength(plan, geometry) : checkpoint;
  return { program: programOf(kernels, graph, undefined), segments: segmentsOf(geometry, length), states: [] };
}

const bytesOf = new PerGeometry<Plan, number>();

/**
 * Throws unless all values of a sequence, forward and backward, fit into half of what the kernels' memory may grow to: plain
 * ops have all of JavaScript's memory.
 */
function checkRoom({ memory }: Kernels, plan: Plan, geometry: Geometry): void {
  const bytes = bytesOf.get(geometry, plan, () =>
    plan.buffers.reduce((sum, buffer) => sum + 4 * buffer.width * rowsOf(buffer, geometry), 0),
  );
  if (bytes > memory.use().maximum / 2)
    throw new Uncompilable(`it takes ${Math.ceil(bytes / 1e6)} MB, more than half of the kernels' memory`);
}

/** What the forward pass knows beside its tensors. */
interface RunArguments extends Omit<Run, "lease"> {
  readonly graph: StepGraph;
  readonly job: SequenceJob;
}

type SequenceFunction = (inputs: readonly Tensor[], args: RunArguments) => Tensor[];
let own: SequenceFunction | undefined;

function sequenceFunction(): SequenceFunction {
  own ??= defineFunction<RunArguments, readonly [Run & RunArguments, ...Tensor[]]>({
    name: "unroll",
    forward: (inputs, args) => {
      const run = { ...args, lease: { at: 0, bytes: 0 } };
      return { outputs: runForward(run, split(inputs, args.job)), saved: [run, ...inputs] };
    },
    backward: ([run, ...inputs], gradOutputs, request) =>
      runBackward(run, split(inputs, run.job), gradOutputs, request),
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
): RunInputs {
  const first = 1 + states.length;
  return {
    x: inputs[0],
    states: inputs.slice(1, first),
    rows: inputs.slice(first, first + rows.length),
    outside: inputs.slice(first + rows.length, taps === undefined ? undefined : -1),
  };
}
