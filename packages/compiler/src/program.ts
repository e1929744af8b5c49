import { isRecording } from "@unroll/autograd";
import type { Kernels } from "@unroll/kernels";
import type { Tensor } from "@unroll/tensor";
import { build } from "./build.ts";
import { differentiate, type Needs, needsAny } from "./differentiate.ts";
import { type StepGraph, Uncompilable, type Value } from "./graph.ts";
import { lower } from "./lower.ts";
import type { Plan } from "./plan.ts";
import { prune } from "./prune.ts";
import { recompute } from "./recompute.ts";
import { schedule } from "./schedule.ts";
import { share } from "./share.ts";
import { instantiate, type Loops } from "./wasm/module.ts";

/** A compiled step. */
export interface Program {
  readonly plan: Plan;
  readonly loops: Loops;
}

/** How many structures are kept; a program that makes ever new ones would otherwise fill memory. */
const limit = 256;

/** The programs of one kernels' memory. */
interface Known {
  readonly byKey: Map<string, Program | Uncompilable>;
  /** Those of the last calls: comparing a trace with theirs takes a tenth of the time that a key takes. */
  readonly recent: { readonly graph: StepGraph; readonly needs: Needs | undefined; readonly program: Program }[];
}

const remembered = 8;

const programs = new WeakMap<Kernels, Known>();

/**
 * The program of a traced step, compiled at the first step of its structure.
 *
 * @throws {Uncompilable} when there can be none
 */
export function programOf(kernels: Kernels, graph: StepGraph, needs: Needs | undefined): Program {
  let known = programs.get(kernels);
  if (known === undefined) {
    known = { byKey: new Map(), recent: [] };
    programs.set(kernels, known);
  }
  const { byKey, recent } = known;
  for (const one of recent) if (sameNeeds(one.needs, needs) && sameGraph(one.graph, graph)) return one.program;
  const key = keyOf(graph, needs);
  let found = byKey.get(key);
  if (found === undefined) {
    try {
      found = compile(kernels, graph, needs);
    } catch (error) {
      if (!(error instanceof Uncompilable)) throw error;
      found = error;
    }
    if (byKey.size === limit) byKey.delete(byKey.keys().next().value as string);
    byKey.set(key, found);
  }
  if (found instanceof Uncompilable) throw found;
  if (recent.length === remembered) recent.shift();
  recent.push({ graph, needs, program: found });
  return found;
}

/** Whether two traces are the same but for values: their keys are then the same too. */
function sameGraph(a: StepGraph, b: StepGraph): boolean {
  if (a.batch !== b.batch || a.output !== b.output || a.values.length !== b.values.length) return false;
  if (!sameList(a.states, b.states)) return false;
  for (let k = 0; k < a.values.length; k++) if (!sameValue(a.values[k], b.values[k])) return false;
  return true;
}

function sameValue(a: Value, b: Value): boolean {
  return (
    a.op === b.op &&
    a.dtype === b.dtype &&
    a.recorded === b.recorded &&
    a.source?.kind === b.source?.kind &&
    sameList(a.shape, b.shape) &&
    sameList(a.inputs, b.inputs) &&
    sameAttrs(a.attrs, b.attrs)
  );
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

/** Whether plain objects, lists and numbers are the same to their leaves. */
function sameAttrs(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) {
    if (!Object.hasOwn(b, name)) return false;
    if (!sameAttrs((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  }
  return true;
}

function sameNeeds(a: Needs | undefined, b: Needs | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.x === b.x &&
    a.taps === b.taps &&
    sameList(a.states, b.states) &&
    sameList(a.rows, b.rows) &&
    sameList(a.outside, b.outside)
  );
}

/** The plan of a traced step, with its gradient where something needs one. */
export function planOf(graph: StepGraph, needs: Needs | undefined, fused: boolean): Plan {
  const gradient = needs !== undefined && needsAny(needs) ? differentiate(graph, needs) : undefined;
  return build(schedule(prune(share(recompute(prune(share(lower(graph, gradient))))))), fused);
}

function compile(kernels: Kernels, graph: StepGraph, needs: Needs | undefined): Program {
  const plan = planOf(graph, needs, kernels.build === "relaxed-simd");
  return { plan, loops: instantiate(kernels, plan) };
}

/** What a step has in common with all steps that one program computes: everything but the batch and the values. */
function keyOf(graph: StepGraph, needs: Needs | undefined): string {
  return `${partsOf(graph).join(";")}?${needs === undefined ? "" : JSON.stringify(needs)}`;
}

/** A step's structure: of each value, and last of what it gives. */
export function partsOf({ batch, values, output, states }: StepGraph): string[] {
  return [...values.map((value) => partOf(value, batch)), `>${output},${states.join(",")}`];
}

function partOf({ source, op, inputs, attrs, shape, dtype, recorded }: Value, batch: number): string {
  if (source?.kind === "outside") return `outside ${dtype} ${shape.join("x")}`;
  const own = shape.map((size, axis) => (axis === 0 && size === batch ? "B" : size)).join("x");
  if (source !== undefined) return `${source.kind} ${dtype} ${own}`;
  return `${op?.name}(${inputs.join(",")})${recorded ? "" : "!"} ${dtype} ${own} ${attrsKey(op?.name ?? "", attrs)}`;
}

/** The attributes of an operation; a shape is that of the result. */
function attrsKey(name: string, attrs: unknown): string {
  if (attrs === undefined || name === "reshape" || name === "broadcastTo") return "";
  if (name === "full") return String((attrs as { value: number }).value);
  return JSON.stringify(attrs, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Which inputs of a call need gradients now; undefined while nothing is recorded. */
export function needsOf(
  x: Tensor,
  states: readonly Tensor[],
  rows: readonly Tensor[],
  outside: readonly Tensor[],
  taps = false,
): Needs | undefined {
  if (!isRecording()) return undefined;
  const need = (tensor: Tensor) => tensor.node !== undefined;
  const needs = { x: need(x), states: states.map(need), rows: rows.map(need), outside: outside.map(need), taps };
  return needsAny(needs) ? needs : undefined;
}
