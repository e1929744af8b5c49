import type { OpName } from "@unroll/tensor";
import type { GradientGraph } from "./differentiate.ts";
import { type StepGraph, Uncompilable, type Value } from "./graph.ts";
import { type Handle, Lowering, widthOf } from "./lowering.ts";
import type { LoweredStep } from "./nodes.ts";
import { rules } from "./rules.ts";

/**
 * Brings a traced step, with its gradient where one is wanted, into the few kinds of nodes that are compiled.
 *
 * @throws {Uncompilable} for an operation that mixes rows or that the compiler does not know
 */
export function lower(step: StepGraph, gradient: GradientGraph | undefined): LoweredStep {
  const lowering = new Lowering(step, gradient?.constants ?? new Map());
  const { nodes } = lowering.list;
  for (const value of step.values) addTo(lowering, value);
  const output = lowering.rowsOf(step.output);
  const states = step.states.map((id) => lowering.rowsOf(id));
  if (gradient === undefined) return { nodes, output, states, gradient: undefined };
  lowering.list.backward = true;
  for (const value of gradient.values.slice(step.values.length)) addTo(lowering, value);
  return {
    nodes,
    output,
    states,
    gradient: {
      x: gradient.x === undefined ? undefined : lowering.gradientRows(gradient.x),
      states: gradient.states.map((id) => (id === -1 ? undefined : lowering.gradientRows(id))),
      rows: gradient.rows.map((id) => (id === undefined ? undefined : lowering.gradientRows(id))),
      outside: gradient.outside.map((id) => (id === undefined ? undefined : lowering.termsOf(id))),
      taps: gradient.taps.map((id) => lowering.rowsOf(id)),
    },
  };
}

/** An error names the value that is to blame, or the gradient. */
function addTo(lowering: Lowering, value: Value): void {
  try {
    lowering.add(value, (handles) =>
      value.source === undefined ? lowerOp(lowering, value, handles) : lowerSource(lowering, value),
    );
  } catch (error) {
    if (!(error instanceof Uncompilable)) throw error;
    if (lowering.list.backward) throw new Uncompilable(`in its gradient, ${error.message}`);
    throw new Uncompilable(error.message, { value: value.id });
  }
}

function lowerSource({ list }: Lowering, { source, shape, dtype }: Value): Handle {
  if (source === undefined) throw new Error("not a source");
  if (source.kind === "outside") return { is: "outside", index: source.index };
  if (dtype !== "float32" && dtype !== "bool") throw new Uncompilable(`it computes in ${dtype}`);
  return { is: "rows", node: list.push({ kind: "leaf", source, width: widthOf(shape), args: [] }) };
}

function lowerOp(lowering: Lowering, value: Value, handles: readonly Handle[]): Handle {
  const { op, dtype } = value;
  const name = op?.name ?? "";
  const rule = Object.hasOwn(rules, name) ? rules[name as OpName] : "is not known to the compiler";
  if (typeof rule === "string") throw new Uncompilable(`${name} ${rule}`);
  if (dtype !== "float32" && dtype !== "bool" && name !== "full") throw new Uncompilable(`${name} gives ${dtype}`);
  if (handles.some((handle) => handle.is === "total")) return lowerTotal(lowering, name, handles);
  return rule(lowering, value, handles);
}

/** Sums over rows: they may be added up and given another shape. */
function lowerTotal(lowering: Lowering, name: string, handles: readonly Handle[]): Handle {
  if (name === "reshape" || name === "identity") return handles[0];
  if (name !== "add") throw new Uncompilable(`${name} takes a sum over rows`);
  const terms = handles.flatMap((handle) => {
    if (handle.is === "total") return handle.terms;
    if (lowering.isZero(handle)) return [];
    throw new Uncompilable("a sum over rows is added to something else");
  });
  return { is: "total", terms };
}
