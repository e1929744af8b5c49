import type { DType, Op, Shape, Tensor } from "@unroll/tensor";
import { StaleTensorError } from "./errors.ts";
import type { AnyRow } from "./row.ts";
import { nextId } from "./state.ts";

/** A place in the graph where gradients arrive and from which they are passed on. Parents have smaller ids. */
export type GraphNode = LeafNode | OpNode | FunctionNode | PortNode;

/** A tensor that nothing was computed from before: a parameter, or an input that needs a gradient. */
export interface LeafNode {
  readonly kind: "leaf";
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The parameter whose `grad` receives what arrives here; absent for inputs. */
  readonly parameter: Tensor | undefined;
}

/** One output of a function with several. */
export interface PortNode {
  readonly kind: "port";
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly parent: FunctionNode;
  readonly index: number;
}

/** A function with its own backward pass. */
export interface FunctionNode {
  readonly kind: "function";
  readonly id: number;
  readonly name: string;
  readonly parents: readonly (GraphNode | undefined)[];
  /** Gradients of the parents, given those of the outputs that were reached. */
  readonly backward: (
    gradOutputs: readonly (Tensor | undefined)[],
    request: BackwardRequest,
  ) => readonly (Tensor | undefined)[];
}

/** What a walk asks of a function's backward pass. */
export interface BackwardRequest {
  /** Which parents' gradients are wanted. */
  readonly needs: readonly boolean[];
  /** Whether the gradient itself must be differentiable. */
  readonly createGraph: boolean;
  /** Whether another walk will follow, so that nothing may be given back yet. */
  readonly retain: boolean;
}

/** One operation, with what its gradient needs. */
export class OpNode {
  readonly kind = "op";
  readonly id: number;
  readonly op: Op;
  readonly attrs: unknown;
  readonly row: AnyRow;
  readonly parents: readonly (GraphNode | undefined)[];
  readonly shape: Shape;
  readonly dtype: DType;
  readonly shapes: readonly Shape[];
  readonly dtypes: readonly DType[];
  readonly #inputs: readonly (Tensor | undefined)[] | undefined;
  readonly #output: Tensor | undefined;
  readonly #versions: readonly number[];

  constructor(op: Op, row: AnyRow, inputs: readonly Tensor[], attrs: unknown, output: Tensor) {
    this.id = nextId();
    this.op = op;
    this.row = row;
    this.attrs = attrs;
    this.parents = inputs.map((input) => input.node as GraphNode | undefined);
    this.shape = output.shape;
    this.dtype = output.dtype;
    this.shapes = inputs.map((input) => input.shape);
    this.dtypes = inputs.map((input) => input.dtype);
    this.#inputs = keptInputs(row, inputs);
    this.#output = row.keeps === "output" || row.keeps === "both" ? output : undefined;
    const versions = this.#inputs?.map((input) => input?.storage.version ?? 0) ?? [];
    if (this.#output !== undefined) versions.push(output.storage.version);
    this.#versions = versions;
  }

  /** A kept input, checked to be what it was. */
  input(index: number): Tensor {
    const input = this.#inputs?.[index] as Tensor;
    if (input.storage.version !== this.#versions[index]) throw stale(this.op.name, `input ${index} of`, input);
    return input;
  }

  /** The kept output, checked to be what it was. */
  output(): Tensor {
    const output = this.#output as Tensor;
    if (output.storage.version !== this.#versions[this.#versions.length - 1])
      throw stale(this.op.name, "the output of", output);
    return output;
  }
}

function keptInputs(row: AnyRow, inputs: readonly Tensor[]): readonly (Tensor | undefined)[] | undefined {
  if (row.keeps === "inputs" || row.keeps === "both") return [...inputs];
  return row.keeps === "input" ? inputs.map((input, i) => (i === row.kept ? input : undefined)) : undefined;
}

/** Notes the versions of tensors, and gives a check that throws when one of them was overwritten since. */
export function guard(name: string, role: string, tensors: readonly Tensor[]): () => void {
  const versions = tensors.map((tensor) => tensor.storage.version);
  return () => {
    tensors.forEach((tensor, i) => {
      if (tensor.storage.version !== versions[i]) throw stale(name, role, tensor);
    });
  };
}

function stale(op: string, role: string, tensor: Tensor): StaleTensorError {
  const parameter = parameterBehind(tensor);
  const shape = `[${(parameter ?? tensor).shape.join(", ")}]`;
  const what =
    parameter === undefined ? `a tensor of shape ${shape}` : `parameter ${parameter.label ?? `of shape ${shape}`}`;
  return new StaleTensorError(
    `backward: ${what}, ${role} ${op}, was overwritten after ${op} ran; call backward before changing it, or run the forward pass again`,
  );
}

/** The parameter whose values a tensor shows, itself or through views. */
function parameterBehind(tensor: Tensor): (Tensor & { label?: string }) | undefined {
  let node = tensor.node as GraphNode | undefined;
  while (node?.kind === "op") node = node.parents[0];
  const parameter = node?.kind === "leaf" ? node.parameter : undefined;
  return parameter?.storage === tensor.storage ? parameter : undefined;
}
