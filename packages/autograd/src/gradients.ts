import {
  type AttrsOf,
  abs,
  add,
  addProduct,
  arange,
  broadcastTo,
  cast,
  cos,
  cumsum,
  div,
  equal,
  exp,
  flip,
  gather,
  greater,
  greaterEqual,
  groupOf,
  indexAdd,
  indexSelect,
  layerNorm,
  layerNormGrad,
  less,
  lessEqual,
  log,
  logicalAnd,
  matmul,
  mean,
  minimum,
  mul,
  neg,
  onesLike,
  pad,
  permute,
  pow,
  reshape,
  type Shape,
  scatterAdd,
  sigmoid,
  sigmoidGrad,
  sign,
  sin,
  slice,
  softmax,
  softmaxCrossEntropyGrad,
  sqrt,
  sub,
  sum,
  type Tensor,
  type TypedArray,
  tanhGrad,
  tril,
  unsqueeze,
  variance,
  where,
  zeros,
  zerosLike,
} from "@unroll/tensor";
import { type Context, type GradientTable, keepBoth, keepInput, keepInputs, keepNothing, keepOutput } from "./row.ts";

// y is the output, x, a, b are inputs, g is ∂L/∂y. An op without a row does not compile.

/** `g` where the mask holds, 0 elsewhere, whatever g is there. */
function only(mask: Tensor, g: Tensor): Tensor {
  return where(mask, g, 0);
}

/** Two equal candidates share the gradient, as in PyTorch; beside NaN, none of them has lost. */
function picked(g: Tensor, mine: Tensor, other: Tensor, loses: (a: Tensor, b: Tensor) => Tensor): Tensor {
  return where(equal(mine, other), mul(g, 0.5), where(loses(mine, other), 0, g));
}

/** Equal extremes of a reduced run share the gradient. */
function sharedExtreme(g: Tensor, x: Tensor, y: Tensor, { first, last }: { first: number; last: number }): Tensor {
  const mask = cast(equal(x, y), g.dtype);
  const dims = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return mul(mask, div(g, sum(mask, dims, { keepDim: true })));
}

function zerosOf({ shapes, dtypes }: Context<unknown>): Tensor {
  return zeros(shapes[0], { dtype: dtypes[0] });
}

/** Which operands of a product are transposed. */
type MatmulAttrs = AttrsOf<"matmul">;

// y = a' b' with a' and b' transposed or not: ∂a' = g b'ᵀ, ∂b' = a'ᵀ g, each turned to how it was stored.

function leftOf(g: Tensor, b: Tensor, { transposeA, transposeB }: MatmulAttrs): Tensor {
  return transposeA
    ? matmul(b, g, { transposeA: transposeB, transposeB: true })
    : matmul(g, b, { transposeB: !transposeB });
}

function rightOf(g: Tensor, a: Tensor, { transposeA, transposeB }: MatmulAttrs): Tensor {
  return transposeB
    ? matmul(g, a, { transposeA: true, transposeB: transposeA })
    : matmul(a, g, { transposeA: !transposeA });
}

/** Adds {@link rightOf} in place. */
function addRight(into: TypedArray, g: Tensor, a: Tensor, { transposeA, transposeB }: MatmulAttrs): void {
  if (transposeB) addProduct(into, g, a, { transposeA: true, transposeB: transposeA });
  else addProduct(into, a, g, { transposeA: !transposeA });
}

/** The last axes, over which a row is normalised. */
function lastAxes({ axes }: AttrsOf<"layerNorm">): number[] {
  return Array.from({ length: axes }, (_, k) => k - axes);
}

/**
 * How `Σ u layerNormGrad(g, x)` changes with x. With y the normal form of x, s = 1 / √(variance + eps) and means over the
 * n values of a row, the sum is `n s (c - a b)` for `a = mean(g y)`, `b = mean(u y)` and `c = mean(g u) - mean(g) mean(u)`;
 * and `∂s/∂x = -s² y / n`, `∂a/∂x = layerNormGrad(g, x) / n`.
 */
function curvatureOfLayerNorm(u: Tensor, g: Tensor, x: Tensor, attrs: AttrsOf<"layerNorm">): Tensor {
  const dims = lastAxes(attrs);
  const rowMean = (values: Tensor): Tensor => mean(values, dims, { keepDim: true });
  const y = layerNorm(x, attrs);
  const scale = div(1, sqrt(add(variance(x, dims, { correction: 0, keepDim: true }), attrs.eps)));
  const [a, b] = [rowMean(mul(g, y)), rowMean(mul(u, y))];
  const c = sub(rowMean(mul(g, u)), mul(rowMean(g), rowMean(u)));
  const along = mul(mul(scale, y), sub(c, mul(a, b)));
  const rest = add(mul(b, layerNormGrad(g, x, attrs)), mul(a, layerNormGrad(u, x, attrs)));
  return neg(mul(scale, add(along, rest)));
}

export const gradients: GradientTable = {
  add: keepNothing(({ g }) => g),
  sub: keepNothing(
    ({ g }) => g,
    ({ g }) => neg(g),
  ),
  mul: keepInputs(
    ({ g, input }) => mul(g, input(1)),
    ({ g, input }) => mul(g, input(0)),
  ),
  div: keepInputs(
    ({ g, input }) => div(g, input(1)),
    // Divided twice: the square of a small b would vanish.
    ({ g, input }) => neg(mul(g, div(div(input(0), input(1)), input(1)))),
  ),
  pow: keepBoth(
    // x^0 is constant, also at x = 0 where 0 x^-1 would be NaN.
    ({ g, input }) => where(equal(input(1), 0), 0, mul(g, mul(input(1), pow(input(0), sub(input(1), 1))))),
    // 0^b is constant for b > 0, where 0 log 0 would be NaN.
    ({ g, input, output }) =>
      where(logicalAnd(equal(input(0), 0), greaterEqual(input(1), 0)), 0, mul(g, mul(output(), log(input(0))))),
  ),
  maximum: keepInputs(
    ({ g, input }) => picked(g, input(0), input(1), less),
    ({ g, input }) => picked(g, input(1), input(0), less),
  ),
  minimum: keepInputs(
    ({ g, input }) => picked(g, input(0), input(1), greater),
    ({ g, input }) => picked(g, input(1), input(0), greater),
  ),

  neg: keepNothing(({ g }) => neg(g)),
  exp: keepOutput(({ g, output }) => mul(g, output())),
  expm1: keepOutput(({ g, output }) => mul(g, add(output(), 1))),
  log: keepInputs(({ g, input }) => div(g, input(0))),
  log1p: keepInputs(({ g, input }) => div(g, add(input(0), 1))),
  sqrt: keepOutput(({ g, output }) => div(g, mul(output(), 2))),
  abs: keepInputs(({ g, input }) => mul(g, sign(input(0)))),
  sign: keepNothing(({ g }) => zerosLike(g)),
  floor: keepNothing(({ g }) => zerosLike(g)),
  round: keepNothing(({ g }) => zerosLike(g)),
  sin: keepInputs(({ g, input }) => mul(g, cos(input(0)))),
  cos: keepInputs(({ g, input }) => neg(mul(g, sin(input(0))))),
  erf: keepInputs(({ g, input }) => mul(mul(g, 2 / Math.sqrt(Math.PI)), exp(neg(mul(input(0), input(0)))))),
  clamp: keepInputs(({ g, input, attrs: { min, max } }) =>
    only(logicalAnd(greaterEqual(input(0), min), lessEqual(input(0), max)), g),
  ),

  tanh: keepOutput(({ g, output }) => tanhGrad(g, output())),
  sigmoid: keepOutput(({ g, output }) => sigmoidGrad(g, output())),
  // a is the gradient that the op was given, y the output it was taken from: out = a (1 - y²), out = a y (1 - y).
  tanhGrad: keepInputs(
    ({ g, input }) => tanhGrad(g, input(1)),
    ({ g, input }) => mul(mul(g, input(0)), mul(input(1), -2)),
  ),
  sigmoidGrad: keepInputs(
    ({ g, input }) => sigmoidGrad(g, input(1)),
    ({ g, input }) => mul(mul(g, input(0)), sub(1, mul(input(1), 2))),
  ),
  relu: keepOutput(({ g, output }) => where(lessEqual(output(), 0), 0, g)),
  softplus: keepInputs(({ g, input }) => mul(g, sigmoid(input(0)))),
  hardSigmoid: keepInputs(({ g, input }) => only(less(abs(input(0)), 3), mul(g, 1 / 6))),
  leakyRelu: keepInputs(({ g, input, attrs: { slope } }) => where(greater(input(0), 0), g, mul(g, slope))),
  elu: keepInputs(({ g, input, attrs: { alpha } }) =>
    where(greater(input(0), 0), g, mul(g, mul(exp(minimum(input(0), 0)), alpha))),
  ),

  where: keepInput(0, ({ g, input }, index) => (index === 1 ? where(input(0), g, 0) : where(input(0), 0, g))),

  sum: keepNothing(({ g, shapes }) => broadcastTo(g, shapes[0])),
  max: keepBoth(({ g, input, output, attrs }) => sharedExtreme(g, input(0), output(), attrs)),
  min: keepBoth(({ g, input, output, attrs }) => sharedExtreme(g, input(0), output(), attrs)),
  logSumExp: keepBoth(({ g, input, output }) => mul(g, exp(sub(input(0), output())))),
  softmax: keepOutput(({ g, output, attrs: { dim } }) => {
    const weighted = mul(g, output());
    return sub(weighted, mul(output(), sum(weighted, dim, { keepDim: true })));
  }),
  logSoftmax: keepOutput(({ g, output, attrs: { dim } }) => sub(g, mul(exp(output()), sum(g, dim, { keepDim: true })))),
  cumsum: keepNothing(({ g, attrs: { dim } }) => flip(cumsum(flip(g, dim), dim), dim)),
  layerNorm: keepInputs(
    ({ g, input, shapes, attrs }) => layerNormGrad(shapes.length > 1 ? mul(g, input(1)) : g, input(0), attrs),
    ({ g, input, attrs }) => mul(g, layerNorm(input(0), attrs)),
    ({ g }) => g,
  ),
  // a is the gradient that the op was given, x what was normalised: a linear, symmetric map of a.
  layerNormGrad: keepInputs(
    ({ g, input, attrs }) => layerNormGrad(g, input(1), attrs),
    ({ g, input, attrs }) => curvatureOfLayerNorm(g, input(0), input(1), attrs),
  ),
  softmaxCrossEntropy: keepInputs(({ g, input, attrs: { ignoreIndex } }) =>
    softmaxCrossEntropyGrad(g, input(0), input(1), ignoreIndex),
  ),
  // a is the gradient that the op was given: out = a (p - oneHot), with p the softmax of logits.
  softmaxCrossEntropyGrad: keepInputs(
    ({ g, input, attrs: { ignoreIndex } }) =>
      sum(mul(g, softmaxCrossEntropyGrad(onesLike(input(0)), input(1), input(2), ignoreIndex)), 1),
    ({ g, input, attrs: { ignoreIndex } }) => {
      const p = softmax(input(1), 1);
      const weighted = mul(g, p);
      const curvature = sub(weighted, mul(p, sum(weighted, 1, { keepDim: true })));
      const counted = where(equal(input(2), ignoreIndex), 0, input(0));
      return mul(unsqueeze(counted, 1), curvature);
    },
  ),

  matmul: {
    ...keepInputs<MatmulAttrs>(
      ({ g, input, attrs }) => leftOf(g, input(1), attrs),
      ({ g, input, attrs }) => rightOf(g, input(0), attrs),
    ),
    adds: {
      input: 1,
      part: false,
      // A batch of products has a sum to be taken first.
      fits: ({ g, shapes }) => g.shape.length === 2 && shapes[0].length === 2,
      into: (into, { g, input, attrs }) => addRight(into, g, input(0), attrs),
    },
  },
  addmm: {
    ...keepInputs<MatmulAttrs>(
      ({ g }) => g,
      ({ g, input, attrs }) => leftOf(g, input(2), attrs),
      ({ g, input, attrs }) => rightOf(g, input(1), attrs),
    ),
    adds: {
      input: 2,
      part: false,
      into: (into, { g, input, attrs }) => addRight(into, g, input(1), attrs),
    },
  },

  reshape: keepNothing(({ g, shapes }) => reshape(g, shapes[0])),
  permute: keepNothing(({ g, attrs: { order } }) =>
    permute(
      g,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ),
  broadcastTo: keepNothing(({ g }) => g),
  identity: keepNothing(({ g }) => g),
  cast: keepNothing(({ g, dtypes }) => cast(g, dtypes[0])),

  concat: keepNothing(({ g, shapes, attrs: { dim } }, index) => {
    const start = startsOf(shapes, dim)[index];
    return slice(g, dim, start, start + shapes[index][dim]);
  }),
  slice: {
    ...keepNothing<{ dim: number; start: number; end: number; step: number }>((context) => {
      const {
        g,
        shapes,
        attrs: { dim, start, end, step },
      } = context;
      if (step === 1) return pad(g, dim, start, shapes[0][dim] - end);
      return indexAdd(zerosOf(context), dim, arange(start, end, step, { dtype: "int32" }), g);
    }),
    adds: {
      input: 0,
      part: true,
      into: (into, { g, shapes, attrs: { dim, start, step } }) =>
        addRows(into, g, shapes[0], dim, (k) => start + k * step),
    },
  },
  select: {
    ...keepNothing<{ dim: number; index: number }>(({ g, shapes, attrs: { dim, index } }) =>
      pad(unsqueeze(g, dim), dim, index, shapes[0][dim] - index - 1),
    ),
    adds: {
      input: 0,
      part: true,
      into: (into, { g, shapes, attrs: { dim, index } }) => addRows(into, g, shapes[0], dim, () => index),
    },
  },
  flip: keepNothing(({ g, attrs: { dims } }) => flip(g, dims)),
  pad: keepNothing(({ g, shapes, attrs: { dim, before } }) => slice(g, dim, before, before + shapes[0][dim])),
  tril: keepNothing(({ g, attrs: { diagonal } }) => tril(g, diagonal)),

  gather: keepInput(1, (context) => scatterAdd(zerosOf(context), context.attrs.dim, context.input(1), context.g)),
  scatterAdd: keepInput(
    1,
    ({ g }) => g,
    ({ g }) => g,
    ({ g, input, attrs: { dim } }) => gather(g, dim, input(1)),
  ),
  indexSelect: {
    ...keepInput<{ dim: number }, 1>(1, (context) =>
      indexAdd(zerosOf(context), context.attrs.dim, context.input(1), context.g),
    ),
    adds: {
      input: 0,
      part: true,
      into: (into, { g, input, shapes, attrs: { dim } }) => {
        const rows = input(1).data;
        addRows(into, g, shapes[0], dim, (k) => rows[k]);
      },
    },
  },
  indexAdd: keepInput(
    1,
    ({ g }) => g,
    ({ g }) => g,
    ({ g, input, attrs: { dim } }) => indexSelect(g, dim, input(1)),
  ),

  // No gradient flows through what is constant, piecewise constant by nature, or cut off on purpose.
  equal: null,
  notEqual: null,
  less: null,
  lessEqual: null,
  isNaN: null,
  isFinite: null,
  logicalAnd: null,
  logicalOr: null,
  logicalXor: null,
  logicalNot: null,
  any: null,
  all: null,
  argsort: null,
  argmax: null,
  argmin: null,
  oneHot: null,
  full: null,
  arange: null,
  uniform: null,
  normal: null,
  permutation: null,
  categorical: null,
  detach: null,
};

const starts = /* @__PURE__ */ new WeakMap<readonly Shape[], number[]>();

/** Where each joined tensor starts along `dim`, worked out once per node: ten thousand steps may be joined. */
function startsOf(shapes: readonly Shape[], dim: number): number[] {
  let known = starts.get(shapes);
  if (known === undefined) {
    known = [];
    for (let i = 0, at = 0; i < shapes.length; at += shapes[i][dim], i++) known.push(at);
    starts.set(shapes, known);
  }
  return known;
}

/** Adds slice k of `g` along `dim` to slice `row(k)` of the buffer. */
function addRows(into: TypedArray, g: Tensor, shape: Shape, dim: number, row: (k: number) => number): void {
  const { outer, n, inner } = groupOf(shape, dim);
  const data = g.data;
  const count = outer * inner === 0 ? 0 : data.length / (outer * inner);
  let i = 0;
  for (let a = 0; a < outer; a++) {
    for (let k = 0; k < count; k++) {
      const o = (a * n + row(k)) * inner;
      for (let b = 0; b < inner; b++) into[o + b] += data[i++];
    }
  }
}
