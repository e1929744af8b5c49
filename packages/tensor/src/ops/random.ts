import { checkTensor } from "../check.ts";
import { describe } from "../describe.ts";
import { checkDType, type DType } from "../dtype.ts";
import { DTypeError, OptionError, ShapeError } from "../errors.ts";
import { groupOf } from "../groups.ts";
import { apply, defineOp, type OpRecord } from "../op.ts";
import { checkOptions } from "../options.ts";
import { type Block, defaultGenerator, type Generator, unitDouble } from "../random/generator.ts";
import { normalQuantile } from "../random/normal-quantile.ts";
import { floatDType } from "../rules.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Options of the random constructors. */
export interface RandomOptions {
  /** float32 unless given. */
  dtype?: DType;
  /** Where the draws come from; the default generator unless given. */
  generator?: Generator;
}

/** A draw: what to fill, and the counters that it may use. */
export interface DrawAttrs {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly block: Block;
}

export const uniformOp: OpRecord<"uniform", DrawAttrs> = /* @__PURE__ */ defineOp<"uniform", DrawAttrs>({
  name: "uniform",
  draws: true,
  dtype: (_, __, { dtype }) => dtype,
  shape: (_, { shape }) => shape,
  forward: (out, _, { block, dtype }) => {
    // 24 bits fill a float32 below 1; rounding 53 bits to it would sometimes give 1.
    if (dtype === "float32")
      for (let i = 0; i < out.length; i++) out[i] = Math.floor(unitDouble(block, i) * 0x1000000) / 0x1000000;
    else for (let i = 0; i < out.length; i++) out[i] = unitDouble(block, i);
  },
});

const halfStep = 0.5 / 0x20000000000000;
const largestBelowOne = 1 - Number.EPSILON / 2;

export const normalOp: OpRecord<"normal", DrawAttrs> = /* @__PURE__ */ defineOp<"normal", DrawAttrs>({
  name: "normal",
  draws: true,
  dtype: (_, __, { dtype }) => dtype,
  shape: (_, { shape }) => shape,
  forward: (out, _, { block }) => {
    // Half a step up keeps the argument above 0; the largest draw would round up to 1.
    for (let i = 0; i < out.length; i++)
      out[i] = normalQuantile(Math.min(unitDouble(block, i) + halfStep, largestBelowOne));
  },
});

export const permutationOp: OpRecord<"permutation", { count: number; block: Block }> = /* @__PURE__ */ defineOp<
  "permutation",
  { count: number; block: Block }
>({
  name: "permutation",
  draws: true,
  dtype: () => "int32",
  shape: (_, { count }) => [count],
  forward: (out, _, { block }) => {
    for (let i = 0; i < out.length; i++) out[i] = i;
    for (let i = out.length - 1; i > 0; i--) {
      const j = Math.floor(unitDouble(block, i) * (i + 1));
      const swapped = out[i];
      out[i] = out[j];
      out[j] = swapped;
    }
  },
});

export const categoricalOp: OpRecord<"categorical", { block: Block }> = /* @__PURE__ */ defineOp<
  "categorical",
  { block: Block }
>({
  name: "categorical",
  draws: true,
  dtype: (name, inputs) => {
    floatDType(name, inputs);
    return "int32";
  },
  shape: ([logits]) => rowsOf(logits),
  forward: (out, [logits], { block }) => {
    const { n } = groupOf(logits.shape, logits.shape.length - 1);
    const data = logits.data;
    for (let row = 0; row < out.length; row++) {
      let shift = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < n; k++) shift = Math.max(shift, data[row * n + k]);
      let total = 0;
      for (let k = 0; k < n; k++) total += Math.exp(data[row * n + k] - shift);
      if (!(total > 0)) throw new OptionError(`categorical: row ${row} has no class with a finite logit, or a NaN`);
      let rest = unitDouble(block, row) * total;
      let chosen = 0;
      for (let k = 0; k < n; k++) {
        const weight = Math.exp(data[row * n + k] - shift);
        if (weight > 0) chosen = k;
        rest -= weight;
        if (rest < 0) break;
      }
      out[row] = chosen;
    }
  },
});

/** The generator of the options, recognised by what it can do, since another copy of the package may have made it. */
function generatorFrom(fn: string, options: { generator?: Generator } | undefined): Generator {
  const generator = options?.generator ?? defaultGenerator();
  if (typeof generator.reserve !== "function")
    throw new OptionError(`${fn}: generator must be a Generator, got ${describe(generator)}`);
  return generator;
}

function draw(
  op: OpRecord<string, DrawAttrs>,
  fn: string,
  shape: readonly number[],
  options: RandomOptions | undefined,
): Tensor {
  checkOptions(fn, options, ["dtype", "generator"]);
  const dtype = checkDType(fn, options?.dtype ?? "float32");
  if (dtype !== "float32" && dtype !== "float64")
    throw new DTypeError(`${fn}: expected float32 or float64, got ${dtype}`);
  const checked = checkShape(fn, shape);
  return apply(op, [], {
    shape: checked,
    dtype,
    block: generatorFrom(fn, options).reserve(sizeOf(checked)),
  });
}

/**
 * Uniform numbers in [0, 1). Same generator state, same numbers, whatever the shape is split into.
 *
 * @example
 * ```ts
 * const generator = new Generator(1);
 * uniform([2], { generator }).toArray(); // [0.89025…, 0.67199…]
 * ```
 * @throws {ShapeError} unless `shape` is an array of whole numbers >= 0
 * @throws {DTypeError} unless the dtype is floating
 */
export function uniform(shape: readonly number[], options?: RandomOptions): Tensor {
  return draw(uniformOp, "uniform", shape, options);
}

/**
 * Standard normal numbers: mean 0, variance 1 (by the inverse distribution function, one uniform number each).
 *
 * @example
 * ```ts
 * randn([2, 3]).shape; // [2, 3]
 * ```
 * @throws {ShapeError} unless `shape` is an array of whole numbers >= 0
 * @throws {DTypeError} unless the dtype is floating
 */
export function randn(shape: readonly number[], options?: RandomOptions): Tensor {
  return draw(normalOp, "randn", shape, options);
}

/**
 * Uniform numbers in [0, 1) with the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * uniformLike(zeros([2, 3])).shape; // [2, 3]
 * ```
 * @throws {DTypeError} unless the dtype is floating
 */
export function uniformLike(x: Tensor, options?: RandomOptions): Tensor {
  checkTensor("uniformLike", x);
  return draw(uniformOp, "uniformLike", x.shape, { dtype: x.dtype, ...options });
}

/**
 * Standard normal numbers with the shape and dtype of `x`.
 *
 * @example
 * ```ts
 * randnLike(zeros([2, 3])).shape; // [2, 3]
 * ```
 * @throws {DTypeError} unless the dtype is floating
 */
export function randnLike(x: Tensor, options?: RandomOptions): Tensor {
  checkTensor("randnLike", x);
  return draw(normalOp, "randnLike", x.shape, { dtype: x.dtype, ...options });
}

/**
 * The numbers 0 … count-1 in random order (Fisher and Yates), as int32.
 *
 * @example
 * ```ts
 * permutation(4).shape; // [4]
 * ```
 * @throws {OptionError} unless `count` is a whole number >= 0
 */
export function permutation(count: number, options?: { generator?: Generator }): Tensor {
  checkOptions("permutation", options, ["generator"]);
  if (!Number.isInteger(count) || count < 0)
    throw new OptionError(`permutation: expected a whole count >= 0, got ${describe(count)}`);
  return apply(permutationOp, [], { count, block: generatorFrom("permutation", options).reserve(count) });
}

/**
 * Draws a class for each row of unnormalised log-probabilities `[…, classes]`: class k with probability softmax(logits)_k.
 *
 * @example
 * ```ts
 * categorical(tensor([[-Infinity, 0], [0, -Infinity]])).toArray(); // [1, 0]
 * ```
 * @returns int32 of shape `[…]`
 * @throws {OptionError} when a row has no possible class
 * @throws {ShapeError} when there are no classes
 * @throws {DTypeError} unless the logits are float32 or float64
 */
export function categorical(logits: Tensor, options?: { generator?: Generator }): Tensor {
  checkTensor("categorical", logits);
  checkOptions("categorical", options, ["generator"]);
  // Before any counter is given out: a call that throws leaves the generator where it was.
  floatDType("categorical", [logits]);
  const rows = sizeOf(rowsOf(logits));
  return apply(categoricalOp, [logits], { block: generatorFrom("categorical", options).reserve(rows) });
}

function rowsOf({ shape }: Tensor): Shape {
  if (shape.length === 0 || shape[shape.length - 1] === 0)
    throw new ShapeError(`categorical: expected classes on the last axis, got ${formatShape(shape)}`);
  return shape.slice(0, -1);
}
