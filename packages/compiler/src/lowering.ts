import { formatShape, type Shape, sizeOf, type Tensor } from "@unroll/tensor";
import { type StepGraph, Uncompilable, type Value } from "./graph.ts";
import { NodeList } from "./node-list.ts";
import type { Term } from "./nodes.ts";

/** What a traced value has become. */
export type Handle =
  /** Has a row for each sample, with the values of all further axes in order. */
  | { readonly is: "rows"; readonly node: number }
  | { readonly is: "outside"; readonly index: number }
  /** One number everywhere, whatever the shape. */
  | { readonly is: "fill"; readonly value: number }
  /** A sum over rows, which only a gradient may hold. */
  | { readonly is: "total"; readonly terms: readonly Term[] };

/** How many values a row has. */
export function widthOf(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

/** What the values of a step have become so far, and what their rules need to know of each other. */
export class Lowering {
  readonly list: NodeList = new NodeList();
  readonly batch: number;
  readonly #values: Value[] = [];
  readonly #handles: Handle[] = [];
  readonly #constants: ReadonlyMap<number, Tensor>;

  constructor({ batch }: StepGraph, constants: ReadonlyMap<number, Tensor>) {
    this.batch = batch;
    this.#constants = constants;
  }

  /** Adds the next value, with what it becomes. */
  add(value: Value, lowered: (handles: readonly Handle[]) => Handle): void {
    this.#values.push(value);
    this.#handles.push(lowered(value.inputs.map((id) => this.#handles[id])));
  }

  /** The node of something that the step gives. */
  rowsOf(id: number): number {
    const handle = this.#handles[id];
    if (handle.is === "rows") return handle.node;
    const { shape, dtype } = this.#values[id];
    if (handle.is === "fill" && dtype === "float32")
      return this.list.copy(this.list.constant(handle.value), widthOf(shape));
    throw new Uncompilable("it gives a tensor that depends on neither its input nor its state", { value: id });
  }

  /** The gradient of something with rows; undefined when there is none. */
  gradientRows(id: number): number | undefined {
    const handle = this.#handles[id];
    if (handle.is === "rows") return handle.node;
    if (this.isZero(handle)) return undefined;
    throw new Uncompilable("a gradient of rows is a constant");
  }

  /** The gradient of something from outside. */
  termsOf(id: number): readonly Term[] {
    const handle = this.#handles[id];
    if (handle.is === "total") return handle.terms;
    // With a batch of one, autograd has no axis to sum over.
    if (handle.is === "rows")
      return [{ kind: this.valueOf(id).shape.every((size) => size === 1) ? "all" : "columns", of: handle.node }];
    if (this.isZero(handle)) return [];
    throw new Uncompilable("a gradient of what is outside is a constant");
  }

  valueOf(id: number): Value {
    return this.#values[id];
  }

  /** The value of what is one known number everywhere. */
  numberOf(handle: Handle): number | undefined {
    if (handle.is === "fill") return handle.value;
    const constant = handle.is === "outside" ? this.#constants.get(handle.index) : undefined;
    return constant?.size === 1 ? constant.data[0] : undefined;
  }

  isZero(handle: Handle): boolean {
    if (handle.is === "fill") return handle.value === 0;
    return handle.is === "outside" && this.#constants.get(handle.index)?.data.every((value) => value === 0) === true;
  }

  /** The node of an operand that must have rows; numbers are written to as many columns as it has. */
  operandRows({ op, inputs }: Value, at: number): number {
    const handle = this.#handles[inputs[at]];
    const { shape, dtype } = this.#values[inputs[at]];
    if (handle.is === "rows") return handle.node;
    if (handle.is === "fill" && dtype === "float32")
      return this.list.copy(this.list.constant(handle.value), widthOf(shape));
    throw new Uncompilable(
      `${op?.name} takes ${formatShape(shape)} from outside, where only rows of the batch will do`,
    );
  }

  /** The node of an operand that is read value by value beside the others of an operation. */
  operand({ op, inputs, shape }: Value, at: number): number {
    const handle = this.#handles[inputs[at]];
    const { shape: own, dtype } = this.#values[inputs[at]];
    const name = op?.name ?? "";
    const width = widthOf(shape);
    if (handle.is === "fill") {
      // A mask is not made of numbers.
      if (dtype !== "float32") throw new Uncompilable(`${name} takes a constant of ${dtype}`);
      return this.list.constant(handle.value);
    }
    if (handle.is === "total") throw new Uncompilable(`${name} mixes rows and a sum over them`);
    if (handle.is === "rows") {
      // Without as many axes, rows would line up with the columns of what has more.
      if (own.length !== shape.length || own[0] !== this.batch)
        throw new Uncompilable(`${name} mixes rows: it lines up ${formatShape(own)} with ${formatShape(shape)}`);
      const size = widthOf(own);
      if (size === 1 || size === width) return handle.node;
      throw new Uncompilable(`${name} stretches ${formatShape(own)} to ${formatShape(shape)} along a part of its rows`);
    }
    if (dtype !== "float32") throw new Uncompilable(`${name} takes a tensor of ${dtype} from outside`);
    const constant = this.#constants.get(handle.index);
    const size = sizeOf(own);
    if (size === 1)
      return constant === undefined
        ? this.list.push({ kind: "scalar", outside: handle.index, width: 1, args: [] })
        : this.list.constant(constant.data[0]);
    const alongRows = own.length < shape.length || own[0] === 1;
    if (constant === undefined && alongRows && size === width)
      return this.list.push({ kind: "vector", outside: handle.index, width, args: [] });
    throw new Uncompilable(
      `${name} takes ${formatShape(own)} from outside: neither a number nor a whole row; what differs between samples ` +
        "belongs into the rows of begin",
    );
  }
}
