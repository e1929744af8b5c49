import type { LoweredStep, Node } from "./nodes.ts";
import { mapTerm } from "./recompute.ts";

/**
 * Computes once what a step computes several times from the same values, such as the mean that a variance takes too. What
 * the gradient computes is not replaced by what the step has computed: that would have to be kept for it.
 */
export function share(step: LoweredStep): LoweredStep {
  const { gradient } = step;
  const known = new Map<string, number>();
  const same = new Map<number, number>();
  const nodes = [...step.nodes];
  /** The node that a node is replaced by, which may be itself; what it reads may stand after it. */
  const find = (id: number): number => {
    const found = same.get(id);
    if (found !== undefined) return found;
    const node = { ...nodes[id], args: nodes[id].args.map(find) } as Node;
    nodes[id] = node;
    const key = keyOf(node);
    const first = key === undefined ? id : (known.get(key) ?? id);
    if (key !== undefined) known.set(key, first);
    same.set(id, first);
    return first;
  };
  for (const { id } of step.nodes) find(id);
  const maybe = (id: number | undefined) => (id === undefined ? undefined : find(id));
  return {
    nodes,
    output: find(step.output),
    states: step.states.map(find),
    gradient: gradient && {
      x: maybe(gradient.x),
      states: gradient.states.map(maybe),
      rows: gradient.rows.map(maybe),
      outside: gradient.outside.map((terms) => terms?.map((term) => mapTerm(term, find))),
      taps: gradient.taps.map(find),
    },
  };
}

/** What nodes with the same value have in common; undefined for what is there before the step. */
function keyOf(node: Node): string | undefined {
  if (node.kind === "leaf") return undefined;
  // As text, JSON has neither -0 nor NaN.
  return JSON.stringify({ ...node, id: 0 }, (_, value: unknown) =>
    typeof value !== "number" || Number.isFinite(value) ? (Object.is(value, -0) ? "-0" : value) : String(value),
  );
}
