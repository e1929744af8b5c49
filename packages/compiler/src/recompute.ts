import { elementwise } from "./elementwise.ts";
import type { LoweredGradient, LoweredStep, Node, Term } from "./nodes.ts";

/**
 * Replaces what the gradient reads of the step by a computation of its own, wherever that is cheap and needs nothing more
 * than what is kept anyway: what is left is stored for every step of a sequence.
 */
export function recompute(step: LoweredStep): LoweredStep {
  const { gradient } = step;
  if (gradient === undefined) return step;
  const nodes = [...step.nodes];
  const read = new Set<number>();
  for (const node of nodes) if (node.backward) for (const arg of node.args) read.add(arg);
  for (const terms of gradient.outside) for (const term of terms ?? []) for (const id of operandsOf(term)) read.add(id);
  const stored = [...read].filter((id) => !nodes[id].backward && !isCheap(nodes[id]));
  const kept = new Set(stored.flatMap((id) => seenThrough(nodes, id)));
  // States are stored for every step, whether the gradient reads them or not.
  for (const id of step.states) kept.add(id);

  const available = (id: number): boolean => {
    const node = nodes[id];
    if (kept.has(id) || ["leaf", "vector", "scalar", "constant"].includes(node.kind)) return true;
    return isCheap(node) && node.args.every(available);
  };
  // What is cheap, but not from what is kept, is kept: what follows from it need not be.
  for (const id of [...read].sort((a, b) => a - b))
    if (!nodes[id].backward && !available(id)) for (const part of seenThrough(nodes, id)) kept.add(part);
  const copies = new Map<number, number>();
  const inGradient = (id: number): number => {
    const node = nodes[id];
    if (node.backward || kept.has(id) || !isCheap(node) || !available(id)) return id;
    let copy = copies.get(id);
    if (copy === undefined) {
      const args = node.args.map(inGradient);
      copy = nodes.length;
      nodes.push({ ...node, id: copy, args, backward: true } as Node);
      copies.set(id, copy);
    }
    return copy;
  };
  const count = nodes.length;
  for (let id = 0; id < count; id++) {
    const node = nodes[id];
    if (node.backward) nodes[id] = { ...node, args: node.args.map(inGradient) } as Node;
  }
  const rows = (id: number | undefined) => (id === undefined ? undefined : inGradient(id));
  const moved: LoweredGradient = {
    x: rows(gradient.x),
    states: gradient.states.map(rows),
    rows: gradient.rows.map(rows),
    outside: gradient.outside.map((terms) => terms?.map((term) => mapTerm(term, inGradient))),
    taps: gradient.taps,
  };
  return { ...step, nodes, gradient: moved };
}

function isCheap(node: Node): boolean {
  return node.kind === "elementwise" && elementwise(node.fn)?.cheap === true;
}

/** What is stored where a node is: itself, and what a slice or a join shows. */
function seenThrough(nodes: readonly Node[], id: number): number[] {
  const node = nodes[id];
  if (node.kind === "slice" || node.kind === "join")
    return [id, ...node.args.flatMap((arg) => seenThrough(nodes, arg))];
  return [id];
}

/** The values that a sum over rows reads. */
export function operandsOf(term: Term): readonly number[] {
  return term.kind === "outer" ? [term.left, term.right] : [term.of];
}

/** The same sum of other values. */
export function mapTerm(term: Term, fn: (id: number) => number): Term {
  if (term.kind === "outer") return { ...term, left: fn(term.left), right: fn(term.right) };
  return { kind: term.kind, of: fn(term.of) };
}
