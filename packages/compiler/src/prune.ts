import type { LoweredStep, Node } from "./nodes.ts";
import { mapTerm, operandsOf } from "./recompute.ts";

/** Leaves out what nothing of a step depends on: padding that was added up part by part, for one. */
export function prune(step: LoweredStep): LoweredStep {
  const { nodes, gradient } = step;
  const live = new Set<number>();
  const visit = (id: number | undefined): void => {
    if (id === undefined || live.has(id)) return;
    live.add(id);
    for (const arg of nodes[id].args) visit(arg);
  };
  visit(step.output);
  step.states.forEach(visit);
  if (gradient !== undefined) {
    visit(gradient.x);
    gradient.states.forEach(visit);
    gradient.rows.forEach(visit);
    gradient.taps.forEach(visit);
    for (const terms of gradient.outside) for (const term of terms ?? []) operandsOf(term).forEach(visit);
  }
  // What a sequence is given has a place whether it is read or not.
  for (const node of nodes) if (node.kind === "leaf") live.add(node.id);
  const renumbered = new Map<number, number>();
  for (const { id } of nodes) if (live.has(id)) renumbered.set(id, renumbered.size);
  const numberOf = (id: number): number => {
    const number = renumbered.get(id);
    if (number === undefined) throw new Error(`node ${id} was left out`);
    return number;
  };
  const maybe = (id: number | undefined) => (id === undefined ? undefined : numberOf(id));
  return {
    nodes: nodes
      .filter(({ id }) => live.has(id))
      .map((node) => ({ ...node, id: numberOf(node.id), args: node.args.map(numberOf) }) as Node),
    output: numberOf(step.output),
    states: step.states.map(numberOf),
    gradient: gradient && {
      x: maybe(gradient.x),
      states: gradient.states.map(maybe),
      rows: gradient.rows.map(maybe),
      outside: gradient.outside.map((terms) => terms?.map((term) => mapTerm(term, numberOf))),
      taps: gradient.taps.map(numberOf),
    },
  };
}
