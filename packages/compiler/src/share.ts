import type { LoweredStep, Node } from "./nodes.ts";
import { mapTerm } from "./recompute.ts";

/**
 * Computes once what a step computes several times from the same values, such as the mean that a variance takes too. What
 * the gradient computes is not replaced by what the step has computed: that would have to be kept for it.
 */
export function share(step: LoweredStep): LoweredStep {
  const { gradient } = step;
  const known = new Map<string, number>();
  const same: number[] = [];
  const nodes = step.nodes.map((node) => {
    const moved = { ...node, args: node.args.map((arg) => same[arg]) } as Node;
    const key = keyOf(moved);
    const found = key === undefined ? undefined : known.get(key);
    same.push(found ?? node.id);
    if (found === undefined && key !== undefined) known.set(key, node.id);
    return moved;
  });
  const find = (id: number) => same[id];
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
