import { elementwise } from "./elementwise.ts";
import type { ElementwiseNode, JoinNode, Node, ProductNode, RowNode, Term } from "./nodes.ts";
import type { Access, BufferPlan, Call, GradientPlan, PassOperand, Plan, TermCall } from "./plan.ts";
import { operandsOf } from "./recompute.ts";
import { isComputed, type Phase, type Schedule } from "./schedule.ts";
import { type PassAddress, passFunction } from "./wasm/pass.ts";
import type { Lanes } from "./wasm/vector-code.ts";

/**
 * Gives values places in memory and groups them into calls.
 *
 * @param fused whether `madd` rounds once, as in the relaxed build of the kernels
 */
export function build(schedule: Schedule, fused: boolean): Plan {
  return new Builder(schedule, fused).run();
}

class Builder {
  readonly #schedule: Schedule;
  readonly #fused: boolean;
  readonly #buffers: BufferPlan[] = [];
  /** Where nodes are; undefined for what stays in registers. */
  readonly #places = new Map<number, Access>();
  readonly #readers = new Map<number, Node[]>();
  /** What leaves the step, or is summed over all steps. */
  readonly #summed = new Set<number>();
  /** The buffers of what is carried back from step to step: denormal numbers in them would slow all that follows down. */
  readonly #adjoints = new Set<number>();

  constructor(schedule: Schedule, fused: boolean) {
    this.#schedule = schedule;
    this.#fused = fused;
    for (const node of schedule.nodes)
      for (const arg of node.args) this.#readers.set(arg, [...(this.#readers.get(arg) ?? []), node]);
    for (const terms of schedule.gradient?.outside ?? [])
      for (const term of terms ?? []) for (const id of operandsOf(term)) this.#summed.add(id);
  }

  run(): Plan {
    const { nodes, output, states, gradient } = this.#schedule;
    const leaves = this.#placeLeaves();
    states.forEach((id, index) => {
      this.#places.set(id, { buffer: leaves.states.get(index) as number, column: 0, rows: "after" });
    });
    if (!states.includes(output)) this.#place(output, "block", this.#keepsPart(nodes[output]));
    const adjoints = gradient === undefined ? [] : states.map((_, index) => leaves.adjoints.get(index) as number);
    for (const buffer of adjoints) this.#adjoints.add(buffer);
    gradient?.states.forEach((id, index) => {
      this.#places.set(id, { buffer: adjoints[index], column: 0, rows: "fixed" });
    });
    gradient?.rows.forEach((id, index) => {
      if (id !== undefined)
        this.#places.set(id, { buffer: leaves.sums.get(index) as number, column: 0, rows: "fixed" });
    });
    if (gradient?.x !== undefined) this.#place(gradient.x, "block", false);
    for (const id of gradient?.taps ?? []) if (!this.#places.has(id)) this.#place(id, "block", false);
    for (const node of nodes) if (node.kind === "join") this.#placeJoin(node);
    for (const node of nodes)
      if (isComputed(node) && !this.#places.has(node.id) && this.#needsMemory(node))
        this.#place(node.id, this.#kindOf(node), this.#isKept(node.id));
    return {
      buffers: this.#buffers,
      x: leaves.x,
      states: states.map((_, index) => leaves.states.get(index) as number),
      rows: leaves.rows,
      output: this.#accessOf(output),
      outputWidth: nodes[output].width,
      before: this.#calls("before"),
      loop: this.#calls("loop"),
      gradient: this.#gradientPlan(leaves),
    };
  }

  #gradientPlan(leaves: Leaves): GradientPlan | undefined {
    const { gradient, states } = this.#schedule;
    if (gradient === undefined) return undefined;
    return {
      outputAdjoint: leaves.outputAdjoint,
      stateAdjoints: states.map((_, index) => leaves.adjoints.get(index) as number),
      loop: this.#calls("backwardLoop"),
      after: this.#calls("after"),
      x: gradient.x === undefined ? undefined : this.#accessOf(gradient.x),
      rows: gradient.rows.map((id, index) => (id === undefined ? undefined : leaves.sums.get(index))),
      outside: gradient.outside.map((terms) => terms?.map((term) => this.#termCall(term))),
      taps: gradient.taps.map((id) => this.#accessOf(id)),
    };
  }

  #termCall(term: Term): TermCall {
    const { nodes } = this.#schedule;
    if (term.kind !== "outer") return { kind: term.kind, of: this.#accessOf(term.of), n: nodes[term.of].width };
    const { left, right } = term;
    return {
      kind: "outer",
      left: this.#accessOf(left),
      right: this.#accessOf(right),
      m: nodes[left].width,
      n: nodes[right].width,
      offset: term.row * term.columns + term.column,
      stride: term.columns,
    };
  }

  #buffer(plan: BufferPlan): number {
    this.#buffers.push(plan);
    return this.#buffers.length - 1;
  }

  #placeLeaves(): Leaves {
    const { nodes, states } = this.#schedule;
    const leaves: Leaves = {
      x: -1,
      outputAdjoint: -1,
      states: new Map(),
      adjoints: new Map(),
      rows: [],
      sums: new Map(),
    };
    const withGradient = this.#schedule.gradient !== undefined;
    // States and their adjoints exist whether the step reads them or not.
    states.forEach((id, index) => {
      const { width } = nodes[id];
      leaves.states.set(index, this.#buffer({ kind: "state", width, kept: withGradient, backward: false }));
      if (withGradient) leaves.adjoints.set(index, this.#buffer({ kind: "step", width, kept: false, backward: true }));
    });
    for (const node of nodes) {
      if (node.kind !== "leaf") continue;
      const { id, source, width, backward } = node;
      if (source.kind === "state") this.#at(id, leaves.states.get(source.index) as number, "before");
      else if (source.kind === "stateAdjoint") this.#at(id, leaves.adjoints.get(source.index) as number, "fixed");
      else if (source.kind === "x") {
        leaves.x = this.#buffer({ kind: "block", width, kept: false, backward: false });
        this.#at(id, leaves.x, "within");
      } else if (source.kind === "outputAdjoint") {
        leaves.outputAdjoint = this.#buffer({ kind: "block", width, kept: false, backward: true });
        this.#at(id, leaves.outputAdjoint, "within");
      } else if (source.kind === "row") {
        const buffer = this.#buffer({ kind: "step", width, kept: withGradient && !backward, backward });
        if (backward) leaves.sums.set(source.index, buffer);
        else leaves.rows[source.index] = buffer;
        this.#at(id, buffer, "fixed");
      }
    }
    return leaves;
  }

  #at(id: number, buffer: number, rows: Access["rows"]): void {
    this.#places.set(id, { buffer, column: 0, rows });
  }

  /** Gives a node a buffer of its own; what is kept is there for all steps. */
  #place(id: number, like: "sequence" | "block" | "step", kept: boolean): void {
    const { width, backward } = this.#schedule.nodes[id];
    const kind = kept ? "sequence" : like;
    const rows = { sequence: "current", block: "within", step: "fixed" } as const;
    this.#at(id, this.#buffer({ kind, width, kept, backward }), rows[kind]);
  }

  #placeJoin(node: JoinNode): void {
    const { nodes } = this.#schedule;
    const parts = node.args.map((id) => nodes[id]);
    const kind = [node, ...parts].some((part) => this.#kindOf(part) === "block") ? "block" : "step";
    if (!this.#places.has(node.id)) this.#place(node.id, kind, this.#keepsPart(node));
    const whole = this.#places.get(node.id) as Access;
    parts.forEach((part, k) => {
      this.#places.set(part.id, { ...whole, column: whole.column + node.starts[k] });
    });
  }

  /** Who reads a node, through slices and joins too. */
  #readersOf(id: number): readonly Node[] {
    return (this.#readers.get(id) ?? []).flatMap((reader) =>
      reader.kind === "slice" || reader.kind === "join" ? [reader, ...this.#readersOf(reader.id)] : [reader],
    );
  }

  #isSummed(id: number): boolean {
    const shows = ({ kind }: Node) => kind === "slice" || kind === "join";
    return this.#summed.has(id) || this.#readersOf(id).some((reader) => shows(reader) && this.#summed.has(reader.id));
  }

  #isKept(id: number): boolean {
    const { nodes } = this.#schedule;
    if (nodes[id].backward) return false;
    return this.#isSummed(id) || this.#readersOf(id).some((reader) => reader.backward);
  }

  /** Whether a node is kept, or something that is joined to it. */
  #keepsPart(node: Node): boolean {
    return this.#isKept(node.id) || (node.kind === "join" && node.args.some((id) => this.#isKept(id)));
  }

  #needsMemory(node: Node): boolean {
    const { phases } = this.#schedule;
    if (node.kind !== "elementwise") return phases[node.id] !== undefined;
    if (this.#isSummed(node.id)) return true;
    return (this.#readers.get(node.id) ?? []).some((reader) => !this.#inOnePass(node, reader));
  }

  #inOnePass(a: Node, b: Node): boolean {
    const { phases, levels } = this.#schedule;
    if (b.kind === "row") return this.#isFused(b);
    return (
      a.kind === "elementwise" &&
      b.kind === "elementwise" &&
      a.width === b.width &&
      phases[a.id] === phases[b.id] &&
      levels[a.id] === levels[b.id]
    );
  }

  /** What is read in another phase than its own is stored for a block of steps. */
  #kindOf(node: Node): "block" | "step" {
    const { phases } = this.#schedule;
    const phase = phases[node.id];
    const elsewhere = (reader: Node) => isComputed(reader) && phases[reader.id] !== phase;
    const whole = phase === "before" || phase === "after" || this.#isSummed(node.id);
    return whole || this.#readersOf(node.id).some(elsewhere) ? "block" : "step";
  }

  #accessOf(id: number): Access {
    const node = this.#schedule.nodes[id];
    const place = this.#places.get(id);
    if (place !== undefined) return place;
    if (node.kind !== "slice") throw new Error(`node ${id} (${node.kind}) has no place`);
    const of = this.#accessOf(node.args[0]);
    return { ...of, column: of.column + node.start };
  }

  #calls(phase: Phase): Call[] {
    const { nodes, phases, levels } = this.#schedule;
    const own = nodes.filter((node) => phases[node.id] === phase && isComputed(node) && node.kind !== "join");
    const calls: Call[] = [];
    for (const level of [...new Set(own.map(({ id }) => levels[id]))].sort((a, b) => a - b)) {
      const here = own.filter(({ id }) => levels[id] === level);
      const passes = here.filter((node) => node.kind === "elementwise");
      const sums = here.filter((node) => node.kind === "row").filter((node) => this.#isFused(node));
      for (const width of new Set(passes.map((node) => node.width))) {
        const own = sums.filter(({ args: [arg] }) => nodes[arg].width === width);
        const call = this.#pass(
          passes.filter((node) => node.width === width),
          own,
        );
        if (call !== undefined) calls.push(call);
      }
      for (const node of here) {
        if (node.kind === "product") calls.push(this.#product(node));
        if (node.kind === "row" && !this.#isFused(node)) calls.push(this.#rowCall(node));
      }
    }
    return calls;
  }

  /** Whether a function of rows is computed by the pass that computes the rows: a sum is. */
  #isFused(node: RowNode): boolean {
    const { nodes, phases, levels } = this.#schedule;
    const [arg] = node.args;
    return (
      node.fn === "sum" &&
      nodes[arg].kind === "elementwise" &&
      phases[arg] === phases[node.id] &&
      levels[arg] === levels[node.id]
    );
  }

  #pass(members: readonly ElementwiseNode[], sums: readonly RowNode[]): Call | undefined {
    const { nodes } = this.#schedule;
    const { width } = members[0];
    const stored = members.filter(({ id }) => this.#places.has(id));
    if (stored.length + sums.length === 0) return undefined;
    const inside = new Set(members.map(({ id }) => id));
    const operands: PassOperand[] = [];
    const addresses: PassAddress[] = [];
    const known = new Map<string, number>();
    const operand = (value: PassOperand, address: PassAddress): number => {
      const key = JSON.stringify([value, address]);
      let index = known.get(key);
      if (index === undefined) {
        index = operands.length;
        operands.push(value);
        addresses.push(address);
        known.set(key, index);
      }
      return index;
    };
    const reading = (id: number): number => {
      const node = nodes[id];
      if (node.kind === "scalar" || node.kind === "vector")
        return operand(
          { kind: node.kind, outside: node.outside },
          { columns: node.kind === "vector", rows: "fixed", written: false },
        );
      const access = this.#accessOf(id);
      const flushed = this.#adjoints.has(access.buffer);
      const { rows } = access;
      return operand({ kind: "rows", access }, { columns: node.width === width, rows, written: false, flushed });
    };
    const inputs = new Map<number, number>();
    const functions: string[] = [];
    for (const { fn, args } of members) {
      functions.push(fn);
      for (const arg of args)
        if (!inside.has(arg) && nodes[arg].kind !== "constant" && !inputs.has(arg)) inputs.set(arg, reading(arg));
    }
    const outputs = stored.map(({ id }) => {
      const access = this.#accessOf(id);
      return { id, operand: operand({ kind: "rows", access }, { columns: true, rows: access.rows, written: true }) };
    });
    for (const { id, args } of sums) {
      const access = this.#accessOf(id);
      const address = { columns: false, rows: access.rows, written: true, summed: true };
      outputs.push({ id: args[0], operand: operand({ kind: "rows", access }, address) });
      functions.push("sum");
    }
    const body = passFunction(
      addresses,
      (code, load) => {
        const values = new Map<number, Lanes>();
        const valueOf = (id: number): Lanes => {
          const node = nodes[id];
          const from = inputs.get(id);
          if (from !== undefined) return load(from);
          if (node.kind === "constant") return code.splat(node.value);
          let value = values.get(id);
          if (value === undefined) {
            const { fn, args, attrs } = node as ElementwiseNode;
            const emit = elementwise(fn)?.emit;
            if (emit === undefined) throw new Error(`no code for ${fn}`);
            value = emit(code, args.map(valueOf), attrs);
            values.set(id, value);
          }
          return value;
        };
        return outputs.map(({ id, operand: to }) => ({ operand: to, value: valueOf(id) }));
      },
      this.#fused,
    );
    return { kind: "pass", width, operands, body, functions };
  }

  #product(node: ProductNode): Call {
    const { nodes } = this.#schedule;
    const [a, start] = node.args;
    const from = start === undefined ? undefined : nodes[start];
    return {
      kind: "product",
      a: this.#accessOf(a),
      c: this.#accessOf(node.id),
      start:
        from === undefined
          ? undefined
          : from.kind === "vector"
            ? { kind: "vector", outside: from.outside }
            : { kind: "rows", access: this.#accessOf(from.id) },
      weight: node.weight,
      k: nodes[a].width,
      n: node.width,
    };
  }

  #rowCall(node: RowNode): Call {
    const [x] = node.args;
    return {
      kind: "row",
      fn: node.fn,
      x: this.#accessOf(x),
      out: this.#accessOf(node.id),
      width: this.#schedule.nodes[x].width,
    };
  }
}

/** The buffers of what is there before a step runs. */
interface Leaves {
  x: number;
  outputAdjoint: number;
  readonly states: Map<number, number>;
  readonly adjoints: Map<number, number>;
  readonly rows: number[];
  readonly sums: Map<number, number>;
}
