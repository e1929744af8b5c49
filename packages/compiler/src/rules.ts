import { noGrad } from "@unroll/autograd";
import { apply, type DType, formatShape, full, type Op, type OpName, type Shape, sizeOf } from "@unroll/tensor";
import { elementwise } from "./elementwise.ts";
import { Uncompilable, type Value } from "./graph.ts";
import { type Handle, type Lowering, widthOf } from "./lowering.ts";
import type { NodeList } from "./node-list.ts";
import type { RowFunction, Term } from "./nodes.ts";

/** What an operation becomes. */
type Rule = (lowering: Lowering, value: Value, handles: readonly Handle[]) => Handle;

/**
 * What becomes of each operation of the tensor package; a text says why it is not compiled, in words that follow its name.
 * An operation that is missing does not compile here; one that a user defined is not known.
 */
export const rules: Readonly<Record<OpName, Rule | string>> = {
  add,
  sub: each,
  mul: each,
  div: each,
  maximum: each,
  minimum: each,
  neg: each,
  abs: each,
  sign: each,
  floor: each,
  round: each,
  sqrt: each,
  exp: each,
  expm1: each,
  log: each,
  log1p: each,
  erf: each,
  clamp: each,
  tanh: each,
  sigmoid: each,
  tanhGrad: each,
  sigmoidGrad: each,
  relu: each,
  softplus: each,
  hardSigmoid: each,
  leakyRelu: each,
  elu: each,
  equal: each,
  notEqual: each,
  less: each,
  lessEqual: each,
  isNaN: each,
  isFinite: each,
  where: each,
  logicalAnd: each,
  logicalOr: each,
  logicalXor: each,
  logicalNot: each,
  cast: each,
  sin: "has no vector code yet",
  cos: "has no vector code yet",
  pow: "has no vector code yet: write powers as products, as mul(x, x), or as exp(mul(b, log(x)))",

  full: (_, { attrs }) => ({ is: "fill", value: (attrs as { value: number }).value }),
  identity: (_lowering, _value, [handle]) => handle,
  detach: (_lowering, _value, [handle]) => handle,
  reshape,
  broadcastTo: (lowering, value, [handle]) => {
    if (handle.is === "fill") return handle;
    return { is: "rows", node: lowering.list.copy(lowering.operand(value, 0), widthOf(value.shape)) };
  },
  permute,
  slice,
  select,
  concat,
  pad,
  flip: "reverses an axis",
  tril: "works on matrices",

  matmul: product,
  addmm: product,
  sum: reduce,
  max: reduce,
  min: reduce,
  logSumExp: reduce,
  softmax: alongRow,
  logSoftmax: alongRow,
  layerNorm,
  layerNormGrad,
  cumsum: "adds up along a row",
  any: "reduces masks",
  all: "reduces masks",

  softmaxCrossEntropy: "is a loss: take it of a whole sequence's outputs",
  softmaxCrossEntropyGrad: "is the gradient of a loss",

  gather: "works by index: look up before the sequence",
  scatterAdd: "works by index",
  indexSelect: "works by index: look up before the sequence",
  indexAdd: "works by index",
  oneHot: "works by index: encode before the sequence",
  argsort: "gives indices, through which no gradient flows",
  argmax: "gives indices, through which no gradient flows",
  argmin: "gives indices, through which no gradient flows",
  arange: "makes a tensor",
  // A trace refuses these before.
  uniform: "draws random numbers",
  normal: "draws random numbers",
  permutation: "draws random numbers",
  categorical: "draws random numbers",
};

function nameOf({ op }: Value): string {
  return op?.name ?? "";
}

function rows(node: number): Handle {
  return { is: "rows", node };
}

/** An operation on the values in one place. */
function each(lowering: Lowering, value: Value, handles: readonly Handle[]): Handle {
  const { inputs, shape, attrs } = value;
  const fn = functionOf(
    value,
    inputs.map((id) => lowering.valueOf(id).dtype),
  );
  if (elementwise(fn) === undefined) throw new Error(`${fn} has no code`);
  const numbers = handles.map((handle) => lowering.numberOf(handle));
  if (numbers.every((number) => number !== undefined)) return { is: "fill", value: computed(lowering, value, numbers) };
  const args = inputs.map((_, i) => lowering.operand(value, i));
  const node = lowering.list.push({
    kind: "elementwise",
    fn,
    attrs: numbersOf(fn, attrs),
    width: widthOf(shape),
    args,
  });
  return rows(node);
}

/** What an operation makes of numbers: the gradients of steps and of constants are made of such. */
function computed(lowering: Lowering, { op, inputs, attrs }: Value, numbers: readonly number[]): number {
  const operands = numbers.map((number, i) => full([], number, { dtype: lowering.valueOf(inputs[i]).dtype }));
  return noGrad(() => apply(op as Op, operands, attrs as never)).data[0];
}

function add(lowering: Lowering, value: Value, handles: readonly Handle[]): Handle {
  const { list } = lowering;
  if (handles.some((handle) => handle.is === "rows" && list.partsOf(handle.node) !== undefined)) {
    const args = value.inputs.map((_, i) => lowering.operand(value, i));
    if (args.every((id) => list.nodes[id].kind !== "vector")) return rows(list.addJoined(args, widthOf(value.shape)));
  }
  return each(lowering, value, handles);
}

/** Masks and numbers are compared and cast in different ways. */
function functionOf(value: Value, [first]: readonly DType[]): string {
  const name = nameOf(value);
  if (name !== "cast") {
    if (first === "bool" && ["equal", "notEqual", "less", "lessEqual"].includes(name))
      throw new Uncompilable(`${name} compares masks: use logicalXor or logicalAnd`);
    return name;
  }
  if (first === value.dtype) return "identity";
  return value.dtype === "bool" ? "maskOfNumber" : "numberOfMask";
}

/** The numbers that an operation takes beside its operands. */
function numbersOf(name: string, attrs: unknown): readonly number[] {
  if (name === "clamp") {
    const { min, max } = attrs as { min: number; max: number };
    return [min, max];
  }
  if (name === "leakyRelu") return [(attrs as { slope: number }).slope];
  if (name === "elu") return [(attrs as { alpha: number }).alpha];
  return [];
}

/** Values of a row stay where they are: another shape of the same rows costs nothing. */
function reshape(lowering: Lowering, value: Value, [handle]: readonly Handle[]): Handle {
  if (handle.is === "fill") return handle;
  const own = lowering.valueOf(value.inputs[0]).shape;
  if (value.shape[0] !== lowering.batch)
    throw new Uncompilable(`reshape of ${formatShape(own)} to ${formatShape(value.shape)} mixes rows`);
  return rows(lowering.operandRows(value, 0));
}

function permute(lowering: Lowering, value: Value, [handle]: readonly Handle[]): Handle {
  if (handle.is === "fill") return handle;
  const { order } = value.attrs as { order: readonly number[] };
  if (order[0] !== 0) throw new Uncompilable("permute (or transpose) mixes rows: it moves the batch's axis");
  const { shape } = lowering.valueOf(value.inputs[0]);
  // What has one value may go anywhere.
  const moved = order.filter((axis) => shape[axis] !== 1);
  if (moved.some((axis, i) => i > 0 && axis < moved[i - 1]))
    throw new Uncompilable("permute (or transpose) changes the order within a row");
  return rows(lowering.operandRows(value, 0));
}

/** How many values of a row one step along an axis takes, where all positions of it lie side by side. */
function strideIn(value: Value, shape: Shape, dim: number): number {
  const name = nameOf(value);
  if (dim === 0) throw new Uncompilable(`${name} along axis 0 mixes rows`);
  if (sizeOf(shape.slice(1, dim)) !== 1)
    throw new Uncompilable(`${name} along axis ${dim} of ${formatShape(shape)} is scattered over a row`);
  return sizeOf(shape.slice(dim + 1));
}

function slice(lowering: Lowering, value: Value, [handle]: readonly Handle[]): Handle {
  const { dim, start, step } = value.attrs as { dim: number; start: number; step: number };
  const stride = strideIn(value, lowering.valueOf(value.inputs[0]).shape, dim);
  if (step !== 1) throw new Uncompilable(`slice leaves out columns: it has step ${step}`);
  if (handle.is === "fill") return handle;
  return rows(lowering.list.slice(lowering.operandRows(value, 0), start * stride, widthOf(value.shape)));
}

function select(lowering: Lowering, value: Value, [handle]: readonly Handle[]): Handle {
  const { dim, index } = value.attrs as { dim: number; index: number };
  const stride = strideIn(value, lowering.valueOf(value.inputs[0]).shape, dim);
  if (handle.is === "fill") return handle;
  return rows(lowering.list.slice(lowering.operandRows(value, 0), index * stride, stride));
}

function concat(lowering: Lowering, value: Value): Handle {
  const { inputs, shape, attrs } = value;
  strideIn(value, shape, (attrs as { dim: number }).dim);
  let start = 0;
  const parts = inputs.map((id, i) => {
    const width = widthOf(lowering.valueOf(id).shape);
    start += width;
    return { start: start - width, width, node: lowering.operandRows(value, i) };
  });
  const width = widthOf(shape);
  const args = parts.map(({ node }) => node);
  return rows(lowering.list.push({ kind: "join", width, starts: parts.map((part) => part.start), args }));
}

function pad(lowering: Lowering, value: Value): Handle {
  const { dim, before, after, value: filler } = value.attrs as Record<string, number>;
  const stride = strideIn(value, value.shape, dim);
  const width = widthOf(value.shape);
  const parts = [
    { start: 0, width: before * stride, node: undefined },
    { start: before * stride, width: width - (before + after) * stride, node: lowering.operandRows(value, 0) },
    { start: width - after * stride, width: after * stride, node: undefined },
  ].filter((part) => part.width > 0);
  return rows(lowering.list.join(parts, width, filler));
}

function alongRow(lowering: Lowering, value: Value): Handle {
  const { dim } = value.attrs as { dim: number };
  const stride = strideIn(value, value.shape, dim);
  if (stride !== 1) throw new Uncompilable(`${nameOf(value)} along axis ${dim} works on a part of a row`);
  const args = [lowering.operandRows(value, 0)];
  return rows(lowering.list.push({ kind: "row", fn: nameOf(value) as RowFunction, width: widthOf(value.shape), args }));
}

function reduce(lowering: Lowering, value: Value): Handle {
  const fn = nameOf(value) as RowFunction;
  const { first, last } = value.attrs as { first: number; last: number };
  const { shape } = lowering.valueOf(value.inputs[0]);
  const node = lowering.operandRows(value, 0);
  if (first === 0) {
    if (fn !== "sum" || !lowering.list.backward) throw new Uncompilable(`${fn} over axis 0 mixes rows`);
    if (last > 0 && last < shape.length - 1) throw new Uncompilable("sum takes a part of the axes of a row");
    return { is: "total", terms: [{ kind: last === 0 ? "columns" : "all", of: node }] };
  }
  if (sizeOf(shape.slice(1, first)) * sizeOf(shape.slice(last + 1)) !== 1)
    throw new Uncompilable(`${fn} reduces a part of the axes of a row, ${formatShape(shape)}`);
  return rows(lowering.list.push({ kind: "row", fn, width: 1, args: [node] }));
}

/** Shifts and scales a row to mean 0 and variance 1: gives that, and the root of the variance. */
function normalOf({ list }: Lowering, value: Value, x: number): { normal: number; root: number } {
  const { axes, eps } = value.attrs as { axes: number; eps: number };
  if (axes !== value.shape.length - 1)
    throw new Uncompilable(`${nameOf(value)} over ${axes} axes of ${formatShape(value.shape)} is not over whole rows`);
  const width = widthOf(value.shape);
  const centred = list.each("sub", width, x, meanOf(list, x, width));
  const variance = meanOf(list, list.each("mul", width, centred, centred), width);
  const root = list.each("sqrt", 1, list.each("add", 1, variance, list.constant(eps)));
  return { normal: list.each("div", width, centred, root), root };
}

function meanOf(list: NodeList, x: number, width: number): number {
  const sum = list.push({ kind: "row", fn: "sum", width: 1, args: [x] });
  return list.each("div", 1, sum, list.constant(width));
}

function layerNorm(lowering: Lowering, value: Value): Handle {
  const { list } = lowering;
  const width = widthOf(value.shape);
  const { normal } = normalOf(lowering, value, lowering.operandRows(value, 0));
  const [, weight, bias] = value.inputs.map((_, i) => (i === 0 ? 0 : lowering.operand(value, i)));
  if (weight === undefined) return rows(normal);
  const scaled = list.each("mul", width, normal, weight);
  return rows(bias === undefined ? scaled : list.each("add", width, scaled, bias));
}

/** `(g - mean(g) - y mean(g y)) / √(variance + eps)` for the normal form y of x. */
function layerNormGrad(lowering: Lowering, value: Value): Handle {
  const { list } = lowering;
  const width = widthOf(value.shape);
  const g = lowering.operandRows(value, 0);
  const { normal, root } = normalOf(lowering, value, lowering.operandRows(value, 1));
  const along = meanOf(list, list.each("mul", width, g, normal), width);
  const shifted = list.each("sub", width, g, meanOf(list, g, width));
  const turned = list.each("sub", width, shifted, list.each("mul", width, normal, along));
  return rows(list.each("div", width, turned, root));
}

function product(lowering: Lowering, value: Value, handles: readonly Handle[]): Handle {
  const { list } = lowering;
  const { inputs, shape, attrs } = value;
  const name = nameOf(value);
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const [left, right] = handles.slice(-2);
  if (left.is === "rows" && right.is === "rows") {
    if (list.backward && name === "matmul" && shape.length === 2 && transposeA && !transposeB)
      return { is: "total", terms: outer(lowering, left.node, right.node) };
    throw new Uncompilable(`${name} mixes rows: it multiplies two tensors of the batch`);
  }
  const [rowsOf, matrix] = inputs.slice(-2).map((id) => lowering.valueOf(id));
  if (left.is !== "rows" || transposeA) throw new Uncompilable(`${name} mixes rows: they come last, or transposed`);
  if (right.is !== "outside" || matrix.shape.length !== 2 || rowsOf.shape.length !== 2 || matrix.dtype !== "float32")
    throw new Uncompilable(
      `${name} multiplies ${formatShape(rowsOf.shape)} by ${formatShape(matrix.shape)}, not rows by a matrix from outside`,
    );
  const width = shape[1];
  let start: number | undefined;
  if (name === "addmm") {
    start = lowering.operand(value, 0);
    const node = list.nodes[start];
    if (node.width !== width || node.kind === "constant" || node.kind === "scalar")
      throw new Uncompilable("addmm starts from what is neither rows nor a row");
  }
  // What is joined is multiplied part by part, in order and so to the same bits: the input's part can leave the loop.
  const weight = { outside: right.index, transposed: transposeB, column: 0 };
  for (const part of list.forwardParts(left.node)) {
    const args = start === undefined ? [part.node] : [part.node, start];
    start = list.push({ kind: "product", weight: { ...weight, row: part.start }, width, args });
  }
  return rows(start as number);
}

/** The gradient of a matrix, in blocks where what it was multiplied by had been joined. */
function outer({ list }: Lowering, left: number, right: number): Term[] {
  const columns = list.nodes[right].width;
  return list
    .forwardParts(left)
    .flatMap((a) =>
      list
        .forwardParts(right)
        .map((b): Term => ({ kind: "outer", left: a.node, right: b.node, row: a.start, column: b.start, columns })),
    );
}
