import { type DType, formatShape, type Tensor } from "@unroll/tensor";
import type { GradientGraph } from "./differentiate.ts";
import { elementwise } from "./elementwise.ts";
import { type StepGraph, Uncompilable, type Value } from "./graph.ts";
import type { LoweredStep, Node, RowFunction, Term } from "./nodes.ts";

/** What a traced value has become. */
type Handle =
  /** Has a row for each sample. */
  | { readonly is: "rows"; readonly node: number }
  | { readonly is: "outside"; readonly index: number }
  /** One number everywhere, whatever the shape. */
  | { readonly is: "fill"; readonly value: number }
  /** A sum over rows, which only a gradient may hold. */
  | { readonly is: "total"; readonly terms: readonly Term[] };

/** A node before it has a number. */
type Draft = Node extends infer N ? (N extends Node ? Omit<N, "id" | "backward"> : never) : never;

const rowFunctions: readonly string[] = ["sum", "max", "min", "logSumExp", "softmax", "logSoftmax"];

/**
 * Brings a traced step, with its gradient where one is wanted, into the few kinds of nodes that are compiled.
 *
 * @throws {Uncompilable} for an operation that mixes rows or that the compiler does not know
 */
export function lower(step: StepGraph, gradient: GradientGraph | undefined): LoweredStep {
  const lowering = new Lowering(step, gradient?.constants ?? new Map());
  for (const value of step.values) lowering.add(value, false);
  const output = lowering.rowsOf(step.output, "output");
  const states = step.states.map((id) => lowering.rowsOf(id, "state"));
  if (gradient === undefined) return { nodes: lowering.nodes, output, states, gradient: undefined };
  for (const value of gradient.values.slice(step.values.length)) lowering.add(value, true);
  return {
    nodes: lowering.nodes,
    output,
    states,
    gradient: {
      x: gradient.x === undefined ? undefined : lowering.gradientRows(gradient.x),
      states: gradient.states.map((id) => (id === -1 ? undefined : lowering.gradientRows(id))),
      rows: gradient.rows.map((id) => (id === undefined ? undefined : lowering.gradientRows(id))),
      outside: gradient.outside.map((id) => (id === undefined ? undefined : lowering.termsOf(id))),
      taps: gradient.taps.map((id) => lowering.rowsOf(id, "adjoint")),
    },
  };
}

class Lowering {
  readonly nodes: Node[] = [];
  readonly #values: Value[] = [];
  readonly #handles: Handle[] = [];
  readonly #batch: number;
  readonly #constants: ReadonlyMap<number, Tensor>;
  /** Products of which only some columns are read, by node, first column and width. */
  readonly #blocks = new Map<string, number>();
  #backward = false;

  constructor({ batch }: StepGraph, constants: ReadonlyMap<number, Tensor>) {
    this.#batch = batch;
    this.#constants = constants;
  }

  add(value: Value, backward: boolean): void {
    this.#backward = backward;
    this.#values.push(value);
    this.#handles.push(value.source === undefined ? this.#lowerOp(value) : this.#lowerSource(value));
  }

  rowsOf(id: number, what: string): number {
    const handle = this.#handles[id];
    if (handle.is !== "rows") throw new Uncompilable(`the step's ${what} does not depend on its input or state`);
    return handle.node;
  }

  /** The gradient of something with rows; undefined when there is none. */
  gradientRows(id: number): number | undefined {
    const handle = this.#handles[id];
    if (handle.is === "rows") return handle.node;
    if (this.#isZero(handle)) return undefined;
    throw new Uncompilable("a gradient of rows is a constant");
  }

  /** The gradient of something from outside. */
  termsOf(id: number): readonly Term[] {
    const handle = this.#handles[id];
    if (handle.is === "total") return handle.terms;
    // With a batch of one, autograd has no axis to sum over.
    if (handle.is === "rows")
      return [
        this.#values[id].shape.every((size) => size === 1)
          ? { kind: "all", of: handle.node }
          : { kind: "columns", of: handle.node },
      ];
    if (this.#isZero(handle)) return [];
    throw new Uncompilable("a gradient of what is outside is a constant");
  }

  #isZero(handle: Handle): boolean {
    if (handle.is === "fill") return handle.value === 0;
    return handle.is === "outside" && this.#constants.get(handle.index)?.data.every((value) => value === 0) === true;
  }

  #push(draft: Draft): number {
    const id = this.nodes.length;
    this.nodes.push({ ...draft, id, backward: this.#backward } as Node);
    return id;
  }

  #rows(draft: Draft): Handle {
    return { is: "rows", node: this.#push(draft) };
  }

  #lowerSource({ source, shape, dtype }: Value): Handle {
    if (source?.kind === "outside") return { is: "outside", index: source.index };
    if (dtype !== "float32" && dtype !== "bool") throw new Uncompilable(`it computes in ${dtype}`);
    if (shape.length > 2 || shape.length === 0)
      throw new Uncompilable(`rows have more than one axis: ${formatShape(shape)}`);
    return this.#rows({ kind: "leaf", source: source as NonNullable<typeof source>, width: shape[1] ?? 1, args: [] });
  }

  #lowerOp(value: Value): Handle {
    const { op, inputs, shape, dtype } = value;
    const name = op?.name ?? "";
    const handles = inputs.map((id) => this.#handles[id]);
    if (dtype !== "float32" && (dtype !== "bool" || name === "full"))
      throw new Uncompilable(`${name} computes in ${dtype}`);
    if (name === "full") return { is: "fill", value: (value.attrs as { value: number }).value };
    if (handles.some((handle) => handle.is === "total")) return this.#lowerTotal(value, handles);
    const width = shape[1] ?? 1;
    if (name === "identity" || name === "detach") return handles[0];
    if (name === "cast" || elementwise(name) !== undefined) return this.#lowerElementwise(value, handles);
    switch (name) {
      case "reshape":
        return this.#lowerReshape(value, handles[0]);
      case "matmul":
      case "addmm":
        return this.#lowerProduct(value, handles);
      case "broadcastTo":
        if (handles[0].is === "fill") return handles[0];
        return this.#rows({ kind: "elementwise", fn: "identity", attrs: [], width, args: [this.#argument(value, 0)] });
      case "slice": {
        const { dim, start, step } = value.attrs as { dim: number; start: number; step: number };
        if (dim !== 1 || step !== 1) throw this.#mixed(name);
        if (handles[0].is === "fill") return handles[0];
        return { is: "rows", node: this.#sliceOf(this.#rowsNode(handles[0], name), start, width) };
      }
      case "select": {
        const { dim, index } = value.attrs as { dim: number; index: number };
        if (dim !== 1) throw this.#mixed(name);
        return { is: "rows", node: this.#sliceOf(this.#rowsNode(handles[0], name), index, 1) };
      }
      case "concat": {
        if ((value.attrs as { dim: number }).dim !== 1) throw this.#mixed(name);
        const widths = inputs.map((id) => this.#values[id].shape[1]);
        const starts = widths.map((_, i) => widths.slice(0, i).reduce((sum, size) => sum + size, 0));
        return this.#rows({ kind: "join", width, starts, args: handles.map((handle) => this.#rowsNode(handle, name)) });
      }
      case "pad": {
        const { dim, before, after, value: filler } = value.attrs as Record<string, number>;
        if (dim !== 1) throw this.#mixed(name);
        const parts = [
          { start: 0, width: before, node: undefined },
          { start: before, width: width - before - after, node: this.#rowsNode(handles[0], name) },
          { start: width - after, width: after, node: undefined },
        ].filter((part) => part.width > 0);
        return { is: "rows", node: this.#join(parts, width, filler) };
      }
      default:
        if (rowFunctions.includes(name)) return this.#lowerRow(value, handles[0]);
        throw new Uncompilable(`${name} is not compiled`);
    }
  }

  #mixed(name: string): Uncompilable {
    return new Uncompilable(`${name} mixes rows or axes`);
  }

  #rowsNode(handle: Handle, name: string): number {
    if (handle.is === "rows") return handle.node;
    throw new Uncompilable(`${name} of what has no rows`);
  }

  #lowerElementwise(value: Value, handles: readonly Handle[]): Handle {
    const { inputs, shape, attrs } = value;
    const name = functionOf(
      value,
      inputs.map((id) => this.#values[id].dtype),
    );
    if (handles.every((handle) => handle.is !== "rows")) throw new Uncompilable(`${name} of constants`);
    if (shape.length > 2 || shape[0] !== this.#batch) throw this.#mixed(name);
    const width = shape[1] ?? 1;
    const ranks = inputs.map((id) => this.#values[id].shape.length);
    // Without a second axis, rows would line up with the columns of what has one.
    if (shape.length === 2 && handles.some((handle, i) => handle.is === "rows" && ranks[i] === 1))
      throw this.#mixed(name);
    const args = handles.map((_, i) => this.#argument(value, i));
    if (name === "add" && args.every((id) => this.nodes[id].kind !== "vector")) {
      const parts = args.map((id) => this.#partsOf(id));
      if (parts.some((list) => list !== undefined)) return { is: "rows", node: this.#addJoined(args, width) };
    }
    return this.#rows({ kind: "elementwise", fn: name, attrs: elementwiseAttrs(name, attrs), width, args });
  }

  /** A node for an argument of an elementwise operation. */
  #argument({ op, inputs, shape }: Value, at: number): number {
    const handle = this.#handles[inputs[at]];
    const { shape: own, dtype } = this.#values[inputs[at]];
    if (handle.is === "rows") return handle.node;
    if (handle.is === "fill") return this.#push({ kind: "constant", value: handle.value, width: 1, args: [] });
    if (handle.is === "total") throw this.#mixed(op?.name ?? "");
    if (dtype !== "float32") throw new Uncompilable(`it takes a tensor of ${dtype} from outside`);
    if (own.every((size) => size === 1)) {
      const constant = this.#constants.get(handle.index);
      if (constant !== undefined) return this.#push({ kind: "constant", value: constant.data[0], width: 1, args: [] });
      return this.#push({ kind: "scalar", outside: handle.index, width: 1, args: [] });
    }
    const width = shape[1];
    const vector = own.length === 1 || (own.length === 2 && own[0] === 1);
    if (shape.length === 2 && vector && own[own.length - 1] === width && !this.#constants.has(handle.index))
      return this.#push({ kind: "vector", outside: handle.index, width, args: [] });
    throw new Uncompilable(`${op?.name} takes ${formatShape(own)} from outside, which is neither a number nor a row`);
  }

  #lowerReshape({ shape }: Value, handle: Handle): Handle {
    if (handle.is === "fill") return handle;
    const node = this.#rowsNode(handle, "reshape");
    const { width } = this.nodes[node];
    if (shape[0] === this.#batch && (shape.length === 2 ? shape[1] === width : shape.length === 1 && width === 1))
      return handle;
    throw this.#mixed("reshape");
  }

  #lowerRow({ op, attrs, shape }: Value, handle: Handle): Handle {
    const fn = (op?.name ?? "") as RowFunction;
    const node = this.#rowsNode(handle, fn);
    const { first, last, dim } = attrs as { first?: number; last?: number; dim?: number };
    if (fn === "softmax" || fn === "logSoftmax") {
      if (dim !== 1) throw this.#mixed(fn);
      return this.#rows({ kind: "row", fn, width: shape[1], args: [node] });
    }
    if (first === 1 && last === 1) return this.#rows({ kind: "row", fn, width: 1, args: [node] });
    if (fn === "sum" && this.#backward && first === 0)
      return { is: "total", terms: [{ kind: last === 0 ? "columns" : "all", of: node }] };
    throw this.#mixed(fn);
  }

  #lowerProduct(value: Value, handles: readonly Handle[]): Handle {
    const { op, inputs, shape } = value;
    const name = op?.name ?? "";
    const { transposeA, transposeB } = value.attrs as { transposeA: boolean; transposeB: boolean };
    const [left, right] = handles.slice(-2);
    if (shape.length !== 2) throw this.#mixed(name);
    if (left.is === "rows" && right.is === "rows" && transposeA && !transposeB && this.#backward && name === "matmul")
      return { is: "total", terms: this.#outer(left.node, right.node) };
    const [, matrix] = inputs.slice(-2).map((id) => this.#values[id]);
    if (
      left.is !== "rows" ||
      right.is !== "outside" ||
      transposeA ||
      matrix.shape.length !== 2 ||
      matrix.dtype !== "float32"
    )
      throw this.#mixed(name);
    const width = shape[1];
    let start: number | undefined;
    if (name === "addmm") {
      start = this.#argument(value, 0);
      const node = this.nodes[start];
      if (node.width !== width || node.kind === "constant" || node.kind === "scalar")
        throw new Uncompilable("addmm starts from what is neither rows nor a row");
    }
    // What is joined is multiplied part by part, in order and so to the same bits: the input's part can leave the loop.
    const weight = { outside: right.index, transposed: transposeB, column: 0 };
    for (const part of this.#forwardParts(left.node)) {
      const args = start === undefined ? [part.node] : [part.node, start];
      start = this.#push({ kind: "product", weight: { ...weight, row: part.start }, width, args });
    }
    return { is: "rows", node: start as number };
  }

  /** The parts of what the step joined, or the whole of anything else. */
  #forwardParts(node: number): readonly { start: number; node: number }[] {
    const parts = this.nodes[node].backward ? undefined : this.#partsOf(node);
    return parts ?? [{ start: 0, node }];
  }

  /** The gradient of a matrix, in blocks where what it was multiplied by had been joined. */
  #outer(left: number, right: number): Term[] {
    const columns = this.nodes[right].width;
    return this.#forwardParts(left).flatMap((a) =>
      this.#forwardParts(right).map(
        (b): Term => ({ kind: "outer", left: a.node, right: b.node, row: a.start, column: b.start, columns }),
      ),
    );
  }

  /** Sums over rows: they may be added up and given another shape. */
  #lowerTotal({ op }: Value, handles: readonly Handle[]): Handle {
    const name = op?.name ?? "";
    if (name === "reshape" || name === "identity") return handles[0];
    if (name !== "add") throw new Uncompilable(`${name} of a sum over rows`);
    const terms = handles.flatMap((handle) => {
      if (handle.is === "total") return handle.terms;
      if (this.#isZero(handle)) return [];
      throw new Uncompilable("a sum over rows is added to something else");
    });
    return { is: "total", terms };
  }

  #sliceOf(node: number, start: number, width: number): number {
    const of = this.nodes[node];
    if (start === 0 && width === of.width) return node;
    if (of.kind === "slice") return this.#sliceOf(of.args[0], of.start + start, width);
    if (of.kind === "join") {
      const part = of.starts.findIndex((at, k) => at <= start && start + width <= at + this.nodes[of.args[k]].width);
      if (part !== -1) return this.#sliceOf(of.args[part], start - of.starts[part], width);
    }
    // The gradient of what was joined is only ever read in parts, of which some can leave the loop.
    if (of.kind === "product" && of.backward && of.args.length === 1) {
      const key = `${node} ${start} ${width}`;
      const known = this.#blocks.get(key);
      const weight = { ...of.weight, column: of.weight.column + start };
      const block = known ?? this.#push({ kind: "product", weight, width, args: of.args });
      this.#blocks.set(key, block);
      return block;
    }
    return this.#push({ kind: "slice", start, width, args: [node] });
  }

  #partsOf(node: number): readonly { start: number; width: number; node: number }[] | undefined {
    const of = this.nodes[node];
    if (of.kind !== "join") return undefined;
    return of.args.map((arg, k) => ({ start: of.starts[k], width: this.nodes[arg].width, node: arg }));
  }

  /** Adds values of which some are joined from parts, part by part: what is padded with zeros costs nothing. */
  #addJoined([a, b]: readonly number[], width: number): number {
    const edges = new Set([0, width]);
    for (const node of [a, b])
      for (const part of this.#partsOf(node) ?? []) edges.add(part.start).add(part.start + part.width);
    const sorted = [...edges].sort((x, y) => x - y);
    const parts = sorted.slice(1).map((end, i) => {
      const start = sorted[i];
      const pieces = [a, b].map((node) => this.#pieceOf(node, start, end - start, width));
      const kept = pieces.filter((piece) => !this.#isZeroNode(piece));
      if (kept.length === 2) {
        const sum = this.#push({ kind: "elementwise", fn: "add", attrs: [], width: end - start, args: kept });
        return { start, width: end - start, node: sum };
      }
      return { start, width: end - start, node: kept[0] };
    });
    return this.#join(parts, width, 0);
  }

  /** Columns of an operand of an addition; what has one column, or is a number, stretches. */
  #pieceOf(node: number, start: number, width: number, total: number): number {
    const { kind, width: own } = this.nodes[node];
    if (kind === "constant" || kind === "scalar" || (own === 1 && total > 1)) return node;
    return this.#sliceOf(node, start, width);
  }

  #isZeroNode(id: number): boolean {
    const node = this.nodes[id];
    if (node.kind === "constant") return node.value === 0;
    const shows = node.kind === "slice" || (node.kind === "elementwise" && node.fn === "identity");
    return shows && this.#isZeroNode(node.args[0]);
  }

  #join(
    parts: readonly { start: number; width: number; node: number | undefined }[],
    width: number,
    filler: number,
  ): number {
    const args = parts.map(({ node, width: own }) => {
      if (node !== undefined && this.nodes[node].width === own && this.nodes[node].kind !== "constant") return node;
      const value = node ?? this.#push({ kind: "constant", value: filler, width: 1, args: [] });
      return this.#push({ kind: "elementwise", fn: "identity", attrs: [], width: own, args: [value] });
    });
    if (args.length === 1) return args[0];
    return this.#push({ kind: "join", width, starts: parts.map(({ start }) => start), args });
  }
}

/** The elementwise function of an operation: masks and numbers are compared and cast in different ways. */
function functionOf({ op, dtype }: Value, dtypes: readonly DType[]): string {
  const name = op?.name ?? "";
  if (name !== "cast") {
    if (dtypes[0] === "bool" && ["equal", "notEqual", "less", "lessEqual"].includes(name))
      throw new Uncompilable(`${name} of masks is not compiled`);
    return name;
  }
  if (dtypes[0] === dtype) return "identity";
  return dtype === "bool" ? "maskOfNumber" : "numberOfMask";
}

/** The numbers that an elementwise operation takes beside its arguments. */
function elementwiseAttrs(name: string, attrs: unknown): readonly number[] {
  if (name === "clamp") {
    const { min, max } = attrs as { min: number; max: number };
    return [min, max];
  }
  if (name === "leakyRelu") return [(attrs as { slope: number }).slope];
  if (name === "elu") return [(attrs as { alpha: number }).alpha];
  return [];
}
