import type { Tensor } from "@unroll/tensor";
import { changedField, type Fields, fieldsOf, restoreFields } from "./fields.ts";
import { type StepGraph, Uncompilable } from "./graph.ts";
import { locate } from "./locate.ts";
import { partsOf } from "./program.ts";
import { type Step, type StepInputs, type TracedStep, traceStep } from "./trace.ts";

/** A step, and what it runs over. */
export interface StepJob {
  readonly step: Step;
  /** `[T, B, …]` */
  readonly x: Tensor;
  /** Each `[B, …]`, before the first step. */
  readonly states: readonly Tensor[];
  /** Each `[B, …]`, the same for all steps. */
  readonly rows: readonly Tensor[];
  /** Whose step it is, where `step` is made anew for every call: what need not be looked at twice is remembered by it. */
  readonly owner?: object;
  /** How many functions stand between `step` and the one that messages should lead to (default 0). */
  readonly inner?: number;
}

/** Why a sequence was not run compiled. */
export interface NotCompiled {
  /** In words that follow "because". */
  readonly reason: string;
  /** Whether plain ops are what was asked for (the reference engine, float64), or there was nothing to run. */
  readonly expected: boolean;
  /** The line of the step, as `file:line:column`; undefined where none is to blame. Traces the step again. */
  readonly where: () => string | undefined;
}

/**
 * Traces a step, and checks what it takes and gives.
 *
 * @throws {Uncompilable} when that cannot be compiled
 */
export function prepare(job: StepJob): TracedStep {
  const { x, states, rows } = job;
  if (x.dtype !== "float32") throw new Uncompilable(`it computes in ${x.dtype}`, { expected: true });
  if (x.size === 0) throw new Uncompilable("the sequence is empty", { expected: true });
  if (x.shape.length !== 3) throw new Uncompilable("x is not a sequence of vectors");
  for (const state of states) {
    if (state.dtype !== "float32") throw new Uncompilable(`a state is of ${state.dtype}`);
    if (state.shape.length !== 2 || state.size === 0) throw new Uncompilable("a state is not a matrix");
  }
  if (rows.some(({ shape, size }) => shape.length !== 2 || size === 0))
    throw new Uncompilable("a per-sample tensor of the context is not a matrix");
  const owner = ownerOf(job);
  if (!pure.has(owner)) untraced.set(owner, fieldsOf(owner));
  const traced = traceStep(job.step, inputsOf(job));
  checkResults(traced.graph, states, x.shape[1]);
  return traced;
}

function ownerOf({ owner, step }: StepJob): object {
  return owner ?? step;
}

function inputsOf({ x, states, rows }: StepJob): StepInputs {
  return { x: { shape: x.shape.slice(1), dtype: x.dtype }, states, rows };
}

function checkResults({ values, output, states: after }: StepGraph, states: readonly Tensor[], batch: number): void {
  after.forEach((id, index) => {
    const { shape, dtype } = values[id];
    if (shape.length !== 2 || shape[1] !== states[index].shape[1] || dtype !== "float32")
      throw new Uncompilable("a state changes its shape or dtype", { value: id });
  });
  const { shape, dtype } = values[output];
  if (shape.length !== 2 || shape[0] !== batch || dtype !== "float32")
    throw new Uncompilable("the output is not a matrix of float32", { value: output });
}

/** The programs that the owners of steps, traced twice, were seen to ask for. */
const pure = new WeakMap<object, WeakSet<object>>();

/** What the fields of owners held before their steps were traced, until it is known that a step leaves them alone. */
const untraced = new WeakMap<object, Fields>();

/**
 * Traces a step again, at the owner's first call with a program: a second trace that differs shows that the step depends
 * on more than what it is given, and a field that it changes again, that it would when it runs.
 *
 * @throws {Uncompilable} when it does
 */
export function checkPure(job: StepJob, first: TracedStep, program: object): void {
  const owner = ownerOf(job);
  let known = pure.get(owner);
  if (known?.has(program)) return;
  // What a step makes once and keeps, it has made in the first trace.
  const between = fieldsOf(owner);
  const second = traceStep(job.step, inputsOf(job));
  const difference = firstDifference(first, second);
  if (difference !== undefined) {
    const name = first.graph.values[difference]?.op?.name;
    throw new Uncompilable(`the step is impure: ${name ?? "what it gives"} differs from one run to the next`, {
      value: difference,
    });
  }
  const field = changedField(owner, between);
  if (field !== undefined)
    throw new Uncompilable(`the step is impure: it changes the field ${String(field)} whenever it runs`, { field });
  untraced.delete(owner);
  known ??= new WeakSet();
  known.add(program);
  pure.set(owner, known);
}

/** The first value that two traces of a step have in different ways. */
function firstDifference(first: TracedStep, second: TracedStep): number | undefined {
  const [a, b] = [first, second].map(({ graph }) => partsOf(graph));
  for (let k = 0; k < Math.max(a.length, b.length); k++) if (a[k] !== b[k]) return k;
  const index = first.outside.findIndex((tensor, i) => !sameValues(tensor, second.outside[i]));
  if (index === -1) return undefined;
  const { values } = first.graph;
  const from = values.findIndex(({ source }) => source?.kind === "outside" && source.index === index);
  const reader = values.findIndex(({ inputs }) => inputs.includes(from));
  return reader === -1 ? from : reader;
}

function sameValues(a: Tensor, b: Tensor): boolean {
  if (a.storage === b.storage && a.offset === b.offset) return true;
  return a.data.every((value, i) => Object.is(value, b.data[i]));
}

/**
 * What the caller is told of a step that cannot be compiled. Plain ops follow: they find the owner's fields as if nothing
 * had been traced.
 */
export function notCompiled(error: Uncompilable, job: StepJob): NotCompiled {
  const { message, expected, value, field: name } = error;
  const owner = ownerOf(job);
  const before = untraced.get(owner);
  if (before !== undefined) restoreFields(owner, before);
  untraced.delete(owner);
  const field = name === undefined ? undefined : { owner, name };
  const where = () => {
    const fields = fieldsOf(owner);
    const place = locate(job.step, inputsOf(job), { value, field }, job.inner ?? 0);
    restoreFields(owner, fields);
    return place;
  };
  return { reason: message, expected, where };
}
