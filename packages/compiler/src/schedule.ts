import type { Source } from "./graph.ts";
import type { ElementwiseNode, LoweredStep, Node, Term } from "./nodes.ts";
import { mapTerm, operandsOf } from "./recompute.ts";

/** When a node is computed. */
export type Phase = "before" | "loop" | "backwardLoop" | "after";

/** A step with its nodes in phases, and in levels within each. */
export interface Schedule {
  readonly nodes: readonly Node[];
  readonly output: number;
  /** The node that writes each state. */
  readonly states: readonly number[];
  readonly gradient: ScheduledGradient | undefined;
  /** By node; undefined for what is not computed. */
  readonly phases: readonly (Phase | undefined)[];
  /** Passes of a level run before its products and row functions. */
  readonly levels: readonly number[];
}

export interface ScheduledGradient {
  readonly x: number | undefined;
  /** The node that writes the gradient of each state. */
  readonly states: readonly number[];
  /** The nodes that add up the gradients of per-sample tensors. */
  readonly rows: readonly (number | undefined)[];
  readonly outside: readonly (readonly Term[] | undefined)[];
  /** The nodes that write what is looked at; one may serve several. */
  readonly taps: readonly number[];
}

/** Whether a node is computed at all: all others are read where they are. */
export function isComputed({ kind }: Node): boolean {
  return kind === "elementwise" || kind === "product" || kind === "row" || kind === "join";
}

/** Sorts the nodes of a step by when they are computed, and gives everything that leaves the step a node of its own. */
export function schedule(step: LoweredStep): Schedule {
  return new Scheduler(step).run();
}

class Scheduler {
  readonly #nodes: Node[];
  readonly #step: LoweredStep;
  readonly #phases: (Phase | undefined)[] = [];
  readonly #levels: (number | undefined)[] = [];
  /** Nodes that have a place that is not theirs to choose. */
  readonly #bound = new Set<number>();
  readonly #stateful = new Map<number, boolean>();
  /** What was looked at by {@link #sink}. */
  readonly #sunk = new Set<number>();
  /** What must be written after everything else of a step. */
  readonly #last = new Set<number>();

  constructor(step: LoweredStep) {
    this.#step = step;
    this.#nodes = [...step.nodes];
  }

  run(): Schedule {
    // What needs no state may be computed for all steps at once, but states are written step by step.
    const states = this.#step.states.map((id) =>
      this.#dependsOnState(id) ? this.#bind(id, false) : this.#bind(this.#copy(id, false), false),
    );
    const { output } = this.#step;
    // What is both output and state is read from where the states are.
    const out = states.includes(output) ? output : this.#bind(output, false);
    this.#separateParts(false);
    this.#phaseForward();
    const gradient = this.#scheduleGradient();
    this.#separateParts(true);
    if (gradient !== undefined) this.#phaseBackward(gradient);
    const settled = gradient && this.#settleAdjoints(gradient);
    for (const node of this.#nodes) this.#levelOf(node.id);
    for (const { id } of this.#nodes) this.#sink(id);
    const highest = Math.max(0, ...this.#levels.map((level) => level ?? 0));
    for (const id of this.#last) this.#levels[id] = highest + 1;
    return {
      nodes: this.#nodes,
      output: out,
      states,
      gradient: settled,
      phases: this.#phases,
      levels: this.#levels.map((level) => level ?? 0),
    };
  }

  #copy(id: number, backward: boolean): number {
    const copy = this.#nodes.length;
    const { width } = this.#nodes[id];
    this.#nodes.push({ kind: "elementwise", fn: "identity", attrs: [], id: copy, width, args: [id], backward });
    return copy;
  }

  /** The node itself or a copy, such that the place where it is written can be chosen. */
  #bind(id: number, backward: boolean): number {
    const node = this.#nodes[id];
    const free = isComputed(node) && node.backward === backward && !this.#bound.has(id);
    const own = free ? id : this.#copy(id, backward);
    this.#bound.add(own);
    return own;
  }

  /** What is joined is written straight to its columns, and what a row function reads is whole. */
  #separateParts(backward: boolean): void {
    for (const node of [...this.#nodes]) {
      if (node.backward !== backward) continue;
      if (node.kind === "row") {
        const [arg] = node.args;
        const { kind } = this.#nodes[arg];
        if (kind === "slice" || kind === "join") this.#replaceArg(node, 0, this.#copy(arg, backward));
        else if (isComputed(this.#nodes[arg])) this.#bound.add(arg);
      }
    }
    for (const node of [...this.#nodes]) {
      if (node.backward !== backward || node.kind !== "join") continue;
      node.args.forEach((arg, k) => {
        const part = this.#nodes[arg];
        const direct = part.kind === "elementwise" || part.kind === "product";
        if (direct && part.backward === backward && !this.#bound.has(arg)) this.#bound.add(arg);
        else this.#replaceArg(node, k, this.#copy(arg, backward));
      });
    }
  }

  #replaceArg({ id }: Node, k: number, arg: number): void {
    const node = this.#nodes[id];
    this.#nodes[id] = { ...node, args: node.args.map((old, i) => (i === k ? arg : old)) } as Node;
  }

  /** Whether a node of the step depends on more than its input. */
  #dependsOnState(id: number): boolean {
    const node = this.#nodes[id];
    let known = this.#stateful.get(id);
    if (known === undefined) {
      known = node.kind === "leaf" ? node.source.kind !== "x" : node.args.some((arg) => this.#dependsOnState(arg));
      this.#stateful.set(id, known);
    }
    return known;
  }

  #phaseForward(): void {
    const hoist = (id: number): void => {
      const node = this.#nodes[id];
      if (this.#phases[id] === "before") return;
      if (isComputed(node)) this.#phases[id] = "before";
      for (const arg of node.args) hoist(arg);
    };
    for (const node of this.#nodes)
      if (!node.backward && (node.kind === "product" || node.kind === "row") && !this.#dependsOnState(node.id))
        hoist(node.id);
    for (const node of this.#nodes) if (!node.backward && isComputed(node)) this.#phases[node.id] ??= "loop";
  }

  #scheduleGradient(): ScheduledGradient | undefined {
    const { gradient } = this.#step;
    if (gradient === undefined) return undefined;
    const states = this.#step.states.map((_, index) => gradient.states[index] ?? this.#zeros(this.#step.states[index]));
    const rows = gradient.rows.map((id, index) => {
      if (id === undefined) return undefined;
      const sum = this.#leaf({ kind: "row", index }, this.#nodes[id].width, true);
      const total = this.#nodes.length;
      const { width } = this.#nodes[id];
      this.#nodes.push({
        kind: "elementwise",
        fn: "add",
        attrs: [],
        id: total,
        width,
        args: [sum, id],
        backward: true,
      });
      this.#bound.add(total);
      return total;
    });
    const x = gradient.x === undefined ? undefined : this.#bind(gradient.x, true);
    const bound = new Map([...new Set(gradient.taps)].map((id) => [id, this.#bind(id, true)]));
    return { x, states, rows, outside: gradient.outside, taps: gradient.taps.map((id) => bound.get(id) as number) };
  }

  #zeros(like: number): number {
    const zero = this.#nodes.length;
    this.#nodes.push({ kind: "constant", value: 0, id: zero, width: 1, args: [], backward: true });
    const rows = this.#copy(zero, true);
    this.#nodes[rows] = { ...this.#nodes[rows], width: this.#nodes[like].width } as ElementwiseNode;
    return rows;
  }

  #leaf(source: Source, width: number, backward: boolean): number {
    const id = this.#nodes.length;
    this.#nodes.push({ kind: "leaf", source, id, width, args: [], backward });
    return id;
  }

  #phaseBackward({ states, rows, taps }: ScheduledGradient): void {
    const inLoop = new Set<number>();
    const visit = (id: number): void => {
      if (inLoop.has(id) || !this.#nodes[id].backward) return;
      inLoop.add(id);
      for (const arg of this.#nodes[id].args) visit(arg);
    };
    for (const id of [...states, ...rows, ...taps]) if (id !== undefined) visit(id);
    const phaseOf = (id: number): Phase | undefined => {
      const node = this.#nodes[id];
      if (!node.backward) return undefined;
      const known = this.#phases[id];
      if (known !== undefined) return known;
      // A slice has the phase of what it shows, so that what it feeds is asked the right thing.
      const late = node.args.some((arg) => phaseOf(arg) === "after");
      const phase =
        !inLoop.has(id) && (late || node.kind === "product" || node.kind === "row") ? "after" : "backwardLoop";
      if (isComputed(node) || node.kind === "slice") this.#phases[id] = phase;
      return phase;
    };
    for (const node of [...this.#nodes]) phaseOf(node.id);
  }

  /**
   * Adjoints of states are overwritten at every step, and what stays the same for a sequence has its rows once: what is
   * needed for the rows of many steps is copied.
   */
  #settleAdjoints(gradient: ScheduledGradient): ScheduledGradient {
    const copies = new Map<number, number>();
    const lasting = (id: number): number => {
      const node = this.#nodes[id];
      if (node.kind === "slice") {
        const [arg] = node.args;
        const kept = lasting(arg);
        if (kept === arg) return id;
        return this.#sliceLike(node, kept);
      }
      if (node.kind !== "leaf" || (node.source.kind !== "stateAdjoint" && node.source.kind !== "row")) return id;
      let copy = copies.get(id);
      if (copy === undefined) {
        copy = this.#copy(id, true);
        this.#phases[copy] = "backwardLoop";
        copies.set(id, copy);
      }
      return copy;
    };
    const outside = gradient.outside.map((terms) => terms?.map((term) => mapTerm(term, lasting)));
    for (const node of [...this.#nodes])
      if (node.backward && this.#phases[node.id] === "after" && node.kind !== "slice")
        node.args.forEach((arg, k) => {
          const kept = lasting(arg);
          if (kept !== arg) this.#replaceArg(node, k, kept);
        });
    const needed = new Set(
      outside.flatMap((terms) => (terms ?? []).flatMap(operandsOf)).flatMap((id) => this.#shown(id)),
    );
    for (const node of this.#nodes)
      if (this.#phases[node.id] === "after")
        for (const arg of node.args) for (const id of this.#shown(arg)) needed.add(id);
    // First everything that cannot be written in place, since its copy is one more reader.
    const direct = gradient.states.map((id) => {
      const node = this.#nodes[id];
      const free = isComputed(node) && node.backward && !this.#bound.has(id) && !needed.has(id) && node.kind !== "join";
      if (free) this.#bound.add(id);
      return free;
    });
    const states = gradient.states.map((id, index) => {
      if (direct[index]) return id;
      const copy = this.#copy(id, true);
      this.#phases[copy] = "backwardLoop";
      this.#last.add(copy);
      return copy;
    });
    return {
      ...gradient,
      outside,
      states: states.map((id, index) => {
        if (!direct[index] || this.#mayOverwrite(id, index)) return id;
        const copy = this.#copy(id, true);
        this.#phases[copy] = "backwardLoop";
        this.#last.add(copy);
        this.#bound.delete(id);
        return copy;
      }),
    };
  }

  /** A node and what it shows of others. */
  #shown(id: number): readonly number[] {
    const node = this.#nodes[id];
    if (node.kind !== "slice" && node.kind !== "join") return [id];
    return [id, ...node.args.flatMap((arg) => this.#shown(arg))];
  }

  #sliceLike(node: Node, of: number): number {
    const id = this.#nodes.length;
    this.#nodes.push({ ...node, id, args: [of] } as Node);
    return id;
  }

  /** Whether everything that reads the adjoint of a state has read it when `writer` writes the next one. */
  #mayOverwrite(writer: number, index: number): boolean {
    const leaf = this.#nodes.find(({ kind, ...node }) => {
      const { source } = node as { source?: Source };
      return kind === "leaf" && source?.kind === "stateAdjoint" && source.index === index;
    });
    if (leaf === undefined) return true;
    const level = this.#levelOf(writer);
    const { kind, width } = this.#nodes[writer];
    const readsInTime = (reader: Node, direct: boolean): boolean => {
      if (reader.kind === "slice") return this.#readersOf(reader.id).every((next) => readsInTime(next, false));
      if (this.#last.has(reader.id)) return false;
      const own = this.#levelOf(reader.id);
      if (own !== level) return own < level;
      if (reader.kind !== "elementwise") return false;
      return kind !== "elementwise" || (direct && reader.width === width);
    };
    return this.#readersOf(leaf.id).every((reader) => readsInTime(reader, true));
  }

  /** Computes an elementwise node in the pass that needs it first, instead of storing it for that pass. */
  #sink(id: number): void {
    if (this.#sunk.has(id)) return;
    this.#sunk.add(id);
    const node = this.#nodes[id];
    const readers = this.#readersOf(id);
    for (const reader of readers) this.#sink(reader.id);
    const phase = this.#phases[id];
    if (node.kind !== "elementwise" || this.#bound.has(id) || this.#last.has(id)) return;
    // What it reads must still be there.
    if (node.args.some((arg) => this.#showsAdjoint(arg))) return;
    const limits: number[] = [];
    const limit = (reader: Node, direct: boolean): void => {
      if (reader.kind === "slice") for (const next of this.#readersOf(reader.id)) limit(next, false);
      else if (reader.kind === "join") limits.push(0);
      else if (isComputed(reader) && this.#phases[reader.id] === phase) {
        const fused = reader.kind !== "elementwise" || (direct && reader.width === node.width);
        limits.push(this.#levelOf(reader.id) - (fused ? 0 : 1));
      }
    };
    for (const reader of readers) limit(reader, true);
    if (limits.length > 0) this.#levels[id] = Math.max(this.#levelOf(id), Math.min(...limits));
  }

  /** Whether a node is an adjoint of a state, which the step overwrites, or part of one. */
  #showsAdjoint(id: number): boolean {
    const node = this.#nodes[id];
    if (node.kind === "leaf") return node.source.kind === "stateAdjoint";
    return node.kind === "slice" && node.args.some((arg) => this.#showsAdjoint(arg));
  }

  #readersOf(id: number): Node[] {
    return this.#nodes.filter((node) => node.args.includes(id));
  }

  /** Passes of a level come first, so a product of what they give is on the same level, and what follows it on the next. */
  #levelOf(id: number): number {
    const known = this.#levels[id];
    if (known !== undefined) return known;
    const node = this.#nodes[id];
    const phase = this.#phases[id];
    let level = 0;
    const after = (arg: number, direct: boolean): void => {
      const from = this.#nodes[arg];
      if (from.kind === "slice" || from.kind === "join") {
        for (const part of from.args) after(part, false);
        return;
      }
      if (this.#phases[arg] !== phase || !isComputed(from)) return;
      const fused =
        from.kind === "elementwise" && (node.kind !== "elementwise" || (direct && from.width === node.width));
      level = Math.max(level, this.#levelOf(arg) + (fused ? 0 : 1));
    };
    for (const arg of node.args) after(arg, true);
    this.#levels[id] = level;
    return level;
  }
}
