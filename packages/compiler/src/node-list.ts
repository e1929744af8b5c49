import type { Node } from "./nodes.ts";

/** A node before it has a number. */
type Draft = Node extends infer N ? (N extends Node ? Omit<N, "id" | "backward"> : never) : never;

/** Columns of a row that come from one node; filled where there is none. */
interface Part {
  readonly start: number;
  readonly width: number;
  readonly node: number | undefined;
}

/** The nodes of a step as they are found, with what is known about columns: slices of joins, sums of padded parts. */
export class NodeList {
  readonly nodes: Node[] = [];
  /** Whether nodes that are added belong to the gradient. */
  backward = false;
  /** Products of which only some columns are read, by node, first column and width. */
  readonly #blocks = new Map<string, number>();

  push(draft: Draft): number {
    const id = this.nodes.length;
    this.nodes.push({ ...draft, id, backward: this.backward } as Node);
    return id;
  }

  constant(value: number): number {
    return this.push({ kind: "constant", value, width: 1, args: [] });
  }

  /** Rows of `width` columns from a node of as many or of one. */
  copy(node: number, width: number): number {
    return this.each("identity", width, node);
  }

  /** An elementwise function. */
  each(fn: string, width: number, ...args: readonly number[]): number {
    return this.push({ kind: "elementwise", fn, attrs: [], width, args });
  }

  slice(node: number, start: number, width: number): number {
    const of = this.nodes[node];
    if (start === 0 && width === of.width) return node;
    if (of.kind === "slice") return this.slice(of.args[0], of.start + start, width);
    if (of.kind === "join") {
      const part = of.starts.findIndex((at, k) => at <= start && start + width <= at + this.nodes[of.args[k]].width);
      if (part !== -1) return this.slice(of.args[part], start - of.starts[part], width);
    }
    // The gradient of what was joined is only ever read in parts, of which some can leave the loop.
    if (of.kind === "product" && of.backward && of.args.length === 1) {
      const key = `${node} ${start} ${width}`;
      const known = this.#blocks.get(key);
      const weight = { ...of.weight, column: of.weight.column + start };
      const block = known ?? this.push({ kind: "product", weight, width, args: of.args });
      this.#blocks.set(key, block);
      return block;
    }
    return this.push({ kind: "slice", start, width, args: [node] });
  }

  /** Parts side by side; what has no node is filled. */
  join(parts: readonly Part[], width: number, filler: number): number {
    const args = parts.map(({ node, width: own }) => {
      if (node !== undefined && this.nodes[node].width === own && this.nodes[node].kind !== "constant") return node;
      return this.copy(node ?? this.constant(filler), own);
    });
    if (args.length === 1) return args[0];
    return this.push({ kind: "join", width, starts: parts.map(({ start }) => start), args });
  }

  /** What a join is made of; undefined for anything else. */
  partsOf(node: number): readonly (Part & { readonly node: number })[] | undefined {
    const of = this.nodes[node];
    if (of.kind !== "join") return undefined;
    return of.args.map((arg, k) => ({ start: of.starts[k], width: this.nodes[arg].width, node: arg }));
  }

  /** The parts of what the step joined, or the whole of anything else. */
  forwardParts(node: number): readonly { readonly start: number; readonly node: number }[] {
    const parts = this.nodes[node].backward ? undefined : this.partsOf(node);
    return parts ?? [{ start: 0, node }];
  }

  /** Adds values of which some are joined from parts, part by part: what is padded with zeros costs nothing. */
  addJoined([a, b]: readonly number[], width: number): number {
    const edges = new Set([0, width]);
    for (const node of [a, b])
      for (const part of this.partsOf(node) ?? []) edges.add(part.start).add(part.start + part.width);
    const sorted = [...edges].sort((x, y) => x - y);
    const parts = sorted.slice(1).map((end, i) => {
      const start = sorted[i];
      const own = end - start;
      const pieces = [a, b].map((node) => this.#piece(node, start, own, width));
      const kept = pieces.filter((piece) => !this.#isZero(piece));
      const node = kept.length < 2 ? kept[0] : this.each("add", own, ...kept);
      return { start, width: own, node };
    });
    return this.join(parts, width, 0);
  }

  /** Columns of an operand of an addition; what has one column, or is a number, stretches. */
  #piece(node: number, start: number, width: number, total: number): number {
    const { kind, width: own } = this.nodes[node];
    if (kind === "constant" || kind === "scalar" || (own === 1 && total > 1)) return node;
    return this.slice(node, start, width);
  }

  #isZero(id: number): boolean {
    const node = this.nodes[id];
    if (node.kind === "constant") return node.value === 0;
    const shows = node.kind === "slice" || (node.kind === "elementwise" && node.fn === "identity");
    return shows && this.#isZero(node.args[0]);
  }
}
