import { tensor } from "../create.ts";
import { addmm } from "../ops/addmm.ts";
import { gather, indexAdd, indexSelect, scatterAdd } from "../ops/indexing.ts";
import { concat } from "../ops/joining.ts";
import { type LayerNormOptions, layerNorm, layerNormGrad } from "../ops/layer-norm.ts";
import { matmul } from "../ops/matmul.ts";
import { broadcastTo, identity, permute, reshape } from "../ops/movement.ts";
import { logSumExp, max, min, sum } from "../ops/reductions.ts";
import { flip, pad, select, slice, tril } from "../ops/slicing.ts";
import { cumsum, logSoftmax, softmax } from "../ops/softmax.ts";
import { softmaxCrossEntropy, softmaxCrossEntropyGrad } from "../ops/softmax-cross-entropy.ts";
import type { Generator } from "../random/generator.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { between, empty, indices, type OpSample, type SamplesOf, smooth, spaced } from "./sample.ts";

/** Every way to choose axes. */
function reduction(draw: (shape: Shape) => Tensor, reduce: typeof sum): OpSample[] {
  return [
    smooth("all axes", [draw([2, 3])], (x) => reduce(x)),
    smooth("the first axis", [draw([3, 2])], (x) => reduce(x, 0)),
    smooth("the last axis, kept", [draw([2, 3])], (x) => reduce(x, -1, { keepDim: true })),
    smooth("the middle axis", [draw([2, 3, 2])], (x) => reduce(x, 1)),
    smooth("two neighbours", [draw([2, 3, 2])], (x) => reduce(x, [0, 1])),
    smooth("two apart", [draw([2, 3, 2])], (x) => reduce(x, [2, 0])),
    smooth("two apart, kept", [draw([2, 3, 2])], (x) => reduce(x, [0, -1], { keepDim: true })),
    smooth("an axis of size 1", [draw([3, 1])], (x) => reduce(x, 1)),
    smooth("a scalar", [draw([])], (x) => reduce(x)),
    smooth("no rows", [empty([0, 3])], (x) => reduce(x, 1)),
  ];
}

function alongDim(draw: (shape: Shape) => Tensor, call: typeof softmax): OpSample[] {
  return [
    smooth("the last axis", [draw([2, 4])], (x) => call(x, -1)),
    smooth("the first axis", [draw([4, 2])], (x) => call(x, 0)),
    smooth("the middle axis", [draw([2, 3, 2])], (x) => call(x, 1)),
    smooth("an axis of size 1", [draw([3, 1])], (x) => call(x, 1)),
    smooth("empty", [empty([0, 3])], (x) => call(x, 1)),
  ];
}

/** With and without weight and bias, over one axis and over two. */
function layerNormSamples(draw: (shape: Shape) => Tensor): OpSample[] {
  const two: LayerNormOptions = { axes: 2, eps: 0.1 };
  return [
    smooth("the last axis", [draw([3, 4])], (x) => layerNorm(x)),
    smooth("a weight", [draw([2, 3]), draw([3])], (x, weight) => layerNorm(x, { weight, eps: 0.01 })),
    smooth("the last two axes", [draw([2, 2, 3]), draw([2, 3]), draw([2, 3])], (x, weight, bias) =>
      layerNorm(x, { ...two, weight, bias }),
    ),
    smooth("a vector and a bias", [draw([4]), draw([4])], (x, bias) => layerNorm(x, { bias })),
    smooth("one value", [draw([2, 1])], (x) => layerNorm(x, { eps: 0.1 })),
    smooth("empty", [empty([0, 3])], (x) => layerNorm(x)),
  ];
}

function crossEntropySamples(draw: (shape: Shape) => Tensor, g: Generator): SamplesOf<CrossEntropyName> {
  const some = tensor(Int32Array.of(2, -100, 0));
  return {
    softmaxCrossEntropy: [
      smooth("an ignored row", [draw([3, 4]), some], (x, t) => softmaxCrossEntropy(x, t)),
      smooth("another index to ignore", [draw([5, 2]), indices(g, [5], 2)], (x, t) => softmaxCrossEntropy(x, t, 1)),
      smooth("one class", [draw([2, 1]), indices(g, [2], 1)], (x, t) => softmaxCrossEntropy(x, t)),
      smooth("empty", [empty([0, 3]), indices(g, [0], 3)], (x, t) => softmaxCrossEntropy(x, t)),
    ],
    softmaxCrossEntropyGrad: [
      smooth("an ignored row", [draw([3]), draw([3, 4]), some], (y, x, t) => softmaxCrossEntropyGrad(y, x, t)),
      smooth("another index to ignore", [draw([5]), draw([5, 2]), indices(g, [5], 2)], (y, x, t) =>
        softmaxCrossEntropyGrad(y, x, t, 1),
      ),
    ],
  };
}

type CrossEntropyName = "softmaxCrossEntropy" | "softmaxCrossEntropyGrad";

type MovementName = "reshape" | "permute" | "broadcastTo" | "identity" | "concat" | "slice" | "select" | "flip" | "pad";

function movementSamples(draw: (shape: Shape) => Tensor): SamplesOf<MovementName> {
  return {
    reshape: [
      smooth("[2, 6] to [3, 4]", [draw([2, 6])], (x) => reshape(x, [3, 4])),
      smooth("a size worked out", [draw([2, 6])], (x) => reshape(x, [-1, 2, 3])),
      smooth("to a scalar", [draw([1, 1])], (x) => reshape(x, [])),
      smooth("from a scalar", [draw([])], (x) => reshape(x, [1, 1])),
      smooth("empty", [empty([0, 3])], (x) => reshape(x, [2, 0])),
    ],
    permute: [
      smooth("a matrix transposed", [draw([2, 3])], (x) => permute(x, [1, 0])),
      smooth("three axes around", [draw([2, 3, 4])], (x) => permute(x, [2, 0, 1])),
      smooth("negative axes", [draw([2, 3, 2])], (x) => permute(x, [-1, 1, -3])),
      smooth("nothing moves", [draw([2, 3])], (x) => permute(x, [0, 1])),
      smooth("a scalar", [draw([])], (x) => permute(x, [])),
      smooth("empty", [empty([0, 3])], (x) => permute(x, [1, 0])),
    ],
    broadcastTo: [
      smooth("rows", [draw([3])], (x) => broadcastTo(x, [2, 3])),
      smooth("columns", [draw([2, 1])], (x) => broadcastTo(x, [2, 3])),
      smooth("a scalar", [draw([])], (x) => broadcastTo(x, [2, 3])),
      smooth("the middle axis", [draw([2, 1, 2])], (x) => broadcastTo(x, [3, 2, 4, 2])),
      smooth("its own shape", [draw([2, 3])], (x) => broadcastTo(x, [2, 3])),
      smooth("to nothing", [draw([1, 3])], (x) => broadcastTo(x, [0, 3])),
    ],
    identity: [smooth("[2, 3]", [draw([2, 3])], identity), smooth("a scalar", [draw([])], identity)],
    concat: [
      smooth("rows", [draw([2, 3]), draw([1, 3])], (...x) => concat(x, 0)),
      smooth("columns", [draw([2, 3]), draw([2, 1]), draw([2, 2])], (...x) => concat(x, -1)),
      smooth("the middle axis", [draw([2, 1, 2]), draw([2, 3, 2])], (...x) => concat(x, 1)),
      smooth("one alone", [draw([2, 3])], (...x) => concat(x, 1)),
      smooth("twice the same", [draw([2, 2])], (x) => concat([x, x], 0)),
      smooth("with nothing", [draw([2, 3]), empty([0, 3])], (...x) => concat(x, 0)),
    ],
    slice: [
      smooth("of the first axis", [draw([4, 2])], (x) => slice(x, 0, 1, 3)),
      smooth("of the last axis", [draw([2, 5])], (x) => slice(x, -1, 1, -1)),
      smooth("of the middle axis, every second", [draw([2, 5, 2])], (x) => slice(x, 1, 0, undefined, 2)),
      smooth("every third of the first", [draw([8])], (x) => slice(x, 0, 1, undefined, 3)),
      smooth("nothing", [draw([3, 2])], (x) => slice(x, 0, 2, 2)),
    ],
    select: [
      smooth("of the first axis", [draw([3, 2])], (x) => select(x, 0, 1)),
      smooth("of the middle axis", [draw([2, 3, 2])], (x) => select(x, 1, -1)),
      smooth("of the last axis", [draw([2, 3])], (x) => select(x, -1, 0)),
      smooth("of a vector", [draw([3])], (x) => select(x, 0, 2)),
    ],
    flip: [
      smooth("one axis", [draw([2, 3])], (x) => flip(x, 1)),
      smooth("two axes", [draw([2, 3, 2])], (x) => flip(x, [0, -1])),
      smooth("all axes", [draw([2, 3])], (x) => flip(x)),
      smooth("a scalar", [draw([])], (x) => flip(x)),
      smooth("empty", [empty([2, 0])], (x) => flip(x, 0)),
    ],
    pad: [
      smooth("the last axis", [draw([2, 3])], (x) => pad(x, -1, 1, 2)),
      smooth("the first axis with 5", [draw([2, 3])], (x) => pad(x, 0, 2, 0, 5)),
      smooth("the middle axis", [draw([2, 1, 3])], (x) => pad(x, 1, 0, 1)),
      smooth("by nothing", [draw([2])], (x) => pad(x, 0, 0, 0)),
      smooth("around nothing", [empty([0, 2])], (x) => pad(x, 0, 1, 1)),
    ],
  };
}

type StructuralName =
  | MovementName
  | ("gather" | "scatterAdd" | "indexSelect" | "indexAdd" | "matmul" | "addmm" | "tril")
  | ("sum" | "max" | "min" | "logSumExp" | "softmax" | "logSoftmax" | "cumsum")
  | ("layerNorm" | "layerNormGrad")
  | CrossEntropyName;

/** Samples of the ops that reduce, multiply matrices, or move values around. */
export function structuralSamples(g: Generator): SamplesOf<StructuralName> {
  const draw = (shape: Shape) => between(g, shape);
  const apart = (shape: Shape) => spaced(g, shape);
  return {
    ...movementSamples(draw),
    tril: [
      smooth("[3, 3]", [draw([3, 3])], (x) => tril(x)),
      smooth("a wide batch, one above", [draw([2, 2, 4])], (x) => tril(x, 1)),
      smooth("a tall one, one below", [draw([4, 2])], (x) => tril(x, -1)),
      smooth("empty", [empty([0, 3])], (x) => tril(x)),
    ],
    gather: [
      smooth("the last axis", [draw([2, 4]), indices(g, [2, 3], 4)], (x, i) => gather(x, 1, i)),
      smooth("the first axis, fewer columns", [draw([4, 3]), indices(g, [5, 2], 4)], (x, i) => gather(x, 0, i)),
      smooth("the middle axis", [draw([2, 3, 2]), indices(g, [2, 4, 2], 3)], (x, i) => gather(x, 1, i)),
      smooth("one place twice", [draw([3]), tensor(Int32Array.of(1, 1))], (x, i) => gather(x, 0, i)),
      smooth("no indices", [draw([2, 3]), indices(g, [2, 0], 3)], (x, i) => gather(x, 1, i)),
    ],
    scatterAdd: [
      smooth("the last axis", [draw([2, 4]), indices(g, [2, 3], 4), draw([2, 3])], (x, i, s) => scatterAdd(x, 1, i, s)),
      smooth("the first axis, fewer columns", [draw([4, 3]), indices(g, [5, 2], 4), draw([5, 2])], (x, i, s) =>
        scatterAdd(x, 0, i, s),
      ),
      smooth("one place twice", [draw([3]), tensor(Int32Array.of(1, 1)), draw([2])], (x, i, s) =>
        scatterAdd(x, 0, i, s),
      ),
      smooth("no indices", [draw([2, 3]), indices(g, [2, 0], 3), empty([2, 0])], (x, i, s) => scatterAdd(x, 1, i, s)),
    ],
    indexSelect: [
      smooth("rows of a table", [draw([4, 3]), indices(g, [6], 4)], (x, i) => indexSelect(x, 0, i)),
      smooth("the middle axis", [draw([2, 3, 2]), indices(g, [4], 3)], (x, i) => indexSelect(x, 1, i)),
      smooth("the last axis", [draw([2, 3]), indices(g, [2], 3)], (x, i) => indexSelect(x, -1, i)),
      smooth("no rows", [draw([4, 3]), indices(g, [0], 4)], (x, i) => indexSelect(x, 0, i)),
    ],
    indexAdd: [
      smooth("rows", [draw([4, 3]), indices(g, [6], 4), draw([6, 3])], (x, i, s) => indexAdd(x, 0, i, s)),
      smooth("the middle axis", [draw([2, 3, 2]), indices(g, [4], 3), draw([2, 4, 2])], (x, i, s) =>
        indexAdd(x, 1, i, s),
      ),
      smooth("no rows", [draw([4, 3]), indices(g, [0], 4), empty([0, 3])], (x, i, s) => indexAdd(x, 0, i, s)),
    ],
    matmul: matmulSamples(draw),
    addmm: addmmSamples(draw),
    sum: [...reduction(draw, sum), smooth("nothing", [empty([0, 3])], (x) => sum(x, 0))],
    max: reduction(apart, max),
    min: reduction(apart, min),
    logSumExp: reduction(draw, logSumExp),
    softmax: alongDim(draw, softmax),
    logSoftmax: alongDim(draw, logSoftmax),
    cumsum: alongDim(draw, cumsum),
    layerNorm: layerNormSamples(draw),
    layerNormGrad: [
      smooth("the last axis", [draw([3, 4]), draw([3, 4])], (y, x) => layerNormGrad(y, x)),
      smooth("the last two axes", [draw([2, 2, 3]), draw([2, 2, 3])], (y, x) =>
        layerNormGrad(y, x, { axes: 2, eps: 0.1 }),
      ),
      smooth("empty", [empty([0, 3]), empty([0, 3])], (y, x) => layerNormGrad(y, x)),
    ],
    ...crossEntropySamples(draw, g),
  };
}

function matmulSamples(draw: (shape: Shape) => Tensor): OpSample[] {
  const transposes = [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => {
      const a = draw(transposeA ? [4, 3] : [3, 4]);
      const b = draw(transposeB ? [5, 4] : [4, 5]);
      return smooth(`transposeA ${transposeA}, transposeB ${transposeB}`, [a, b], (x, y) =>
        matmul(x, y, { transposeA, transposeB }),
      );
    }),
  );
  return [
    ...transposes,
    smooth("batches", [draw([2, 2, 3]), draw([2, 3, 2])], (a, b) => matmul(a, b)),
    smooth("one matrix for a batch", [draw([2, 3, 4]), draw([4, 2])], (a, b) => matmul(a, b)),
    smooth("a batch for one matrix", [draw([3, 4]), draw([2, 4, 2])], (a, b) => matmul(a, b)),
    smooth("batches that stretch", [draw([2, 1, 2, 3]), draw([3, 3, 2])], (a, b) => matmul(a, b)),
    smooth("a batch, both transposed", [draw([2, 3, 2]), draw([4, 3])], (a, b) =>
      matmul(a, b, { transposeA: true, transposeB: true }),
    ),
    smooth("a vector on the right", [draw([2, 3]), draw([3])], (a, b) => matmul(a, b)),
    smooth("a vector on the left", [draw([3]), draw([3, 2])], (a, b) => matmul(a, b)),
    smooth("a vector beside a batch", [draw([2, 2, 3]), draw([3])], (a, b) => matmul(a, b)),
    smooth("two vectors", [draw([3]), draw([3])], (a, b) => matmul(a, b)),
    smooth("twice the same", [draw([3, 3])], (a) => matmul(a, a)),
    smooth("one matrix on the right twice", [draw([2, 3]), draw([3, 3])], (a, b) => matmul(matmul(a, b), b)),
    smooth("one transposed matrix on the right twice", [draw([3, 2]), draw([3, 3])], (a, b) =>
      matmul(matmul(a, b, { transposeA: true, transposeB: true }), b, { transposeB: true }),
    ),
    smooth("no inner size", [empty([2, 0]), empty([0, 3])], (a, b) => matmul(a, b)),
    smooth("no rows", [empty([0, 3]), draw([3, 2])], (a, b) => matmul(a, b)),
  ];
}

function addmmSamples(draw: (shape: Shape) => Tensor): OpSample[] {
  const plain = (start: Tensor, a: Tensor, b: Tensor) => addmm(start, a, b);
  return [
    smooth("a row", [draw([4]), draw([2, 3]), draw([3, 4])], plain),
    smooth("a matrix", [draw([2, 4]), draw([2, 3]), draw([3, 4])], plain),
    smooth("a column", [draw([2, 1]), draw([2, 3]), draw([3, 4])], plain),
    smooth("a scalar", [draw([]), draw([2, 3]), draw([3, 4])], plain),
    ...[true, false].map((transposeA) =>
      smooth(`transposeA ${transposeA}`, [draw([3]), draw(transposeA ? [2, 4] : [4, 2]), draw([3, 2])], (start, a, b) =>
        addmm(start, a, b, { transposeA, transposeB: true }),
      ),
    ),
    smooth("one weight twice", [draw([3]), draw([2, 3]), draw([3, 3])], (bias, x, w) =>
      addmm(addmm(bias, x, w), x, w, { transposeB: true }),
    ),
    smooth("no inner size", [draw([3]), empty([2, 0]), empty([0, 3])], plain),
    smooth("no rows", [draw([2]), empty([0, 3]), draw([3, 2])], plain),
  ];
}
