import { tensor } from "../create.ts";
import { gelu, logSigmoid, silu } from "../ops/activations.ts";
import { greater, greaterEqual } from "../ops/comparison.ts";
import { eye, fullLike, linspace, ones, onesLike, zeros, zerosLike } from "../ops/constructors.ts";
import { cat, chunk, split, stack, unbind } from "../ops/joining.ts";
import { squeeze, transpose, unsqueeze } from "../ops/movement.ts";
import { randnLike, uniformLike } from "../ops/random.ts";
import { sort, topk } from "../ops/sorting.ts";
import { mean, std, variance } from "../ops/statistics.ts";
import { Generator } from "../random/generator.ts";
import type { Shape } from "../shape.ts";
import { between, discrete, type SamplesOf, smooth, spaced } from "./sample.ts";

/** The functions of the package that are made of other ops, so that no op carries their name. */
export type ComposedName =
  | ("gelu" | "silu" | "logSigmoid" | "greater" | "greaterEqual" | "mean" | "variance" | "std" | "sort" | "topk")
  | ("cat" | "stack" | "split" | "chunk" | "unbind" | "transpose" | "squeeze" | "unsqueeze")
  | ("zeros" | "ones" | "fullLike" | "zerosLike" | "onesLike" | "linspace" | "eye" | "uniformLike" | "randnLike");

/** Samples of the functions that are made of several ops. */
export function composedSamples(g: Generator = new Generator(2)): SamplesOf<ComposedName> {
  const draw = (shape: Shape) => between(g, shape);
  const fresh = () => ({ generator: new Generator(11) });
  return {
    gelu: [smooth("[2, 3]", [draw([2, 3])], gelu), smooth("a scalar", [draw([])], gelu)],
    silu: [smooth("[2, 3]", [draw([2, 3])], silu), smooth("a scalar", [draw([])], silu)],
    logSigmoid: [smooth("[2, 3]", [draw([2, 3])], logSigmoid), smooth("a scalar", [draw([])], logSigmoid)],
    greater: [discrete("a row", [spaced(g, [2, 3]), spaced(g, [3], 0.2)], greater)],
    greaterEqual: [discrete("a row", [spaced(g, [2, 3]), spaced(g, [3], 0.2)], greaterEqual)],
    mean: [
      smooth("all axes", [draw([2, 3])], (x) => mean(x)),
      smooth("the first axis, kept", [draw([2, 3])], (x) => mean(x, 0, { keepDim: true })),
      smooth("two apart", [draw([2, 3, 2])], (x) => mean(x, [0, 2])),
    ],
    variance: [
      smooth("all axes", [draw([2, 3])], (x) => variance(x)),
      smooth("of the population", [draw([2, 3])], (x) => variance(x, 1, { correction: 0 })),
      smooth("two apart, kept", [draw([2, 3, 2])], (x) => variance(x, [0, 2], { keepDim: true })),
    ],
    std: [
      smooth("all axes", [draw([2, 3])], (x) => std(x)),
      smooth("the last axis", [draw([2, 4])], (x) => std(x, -1)),
    ],
    sort: [
      smooth("the last axis", [spaced(g, [2, 4])], (x) => sort(x).values),
      smooth("the first axis, descending", [spaced(g, [4, 2])], (x) => sort(x, 0, { descending: true }).values),
    ],
    topk: [
      smooth("two of the last axis", [spaced(g, [2, 4])], (x) => topk(x, 2).values),
      smooth("the smallest of the first", [spaced(g, [4, 2])], (x) => topk(x, 1, 0, { largest: false }).values),
    ],
    cat: [smooth("columns", [draw([2, 3]), draw([2, 1])], (...x) => cat(x, 1))],
    stack: [
      smooth("in front", [draw([2, 3]), draw([2, 3])], (...x) => stack(x)),
      smooth("behind", [draw([2, 3]), draw([2, 3])], (...x) => stack(x, -1)),
      smooth("scalars", [draw([]), draw([])], (...x) => stack(x)),
    ],
    split: [smooth("the smaller last piece", [draw([2, 5])], (x) => split(x, 2, 1)[2])],
    chunk: [smooth("the second of four", [draw([2, 8])], (x) => chunk(x, 4, -1)[1])],
    unbind: [
      smooth("the first axis", [draw([3, 2])], (x) => unbind(x)[1]),
      smooth("the last axis", [draw([3, 2])], (x) => unbind(x, 1)[0]),
    ],
    transpose: [
      smooth("the last two axes", [draw([2, 3, 2])], (x) => transpose(x)),
      smooth("outer axes", [draw([2, 3, 4])], (x) => transpose(x, 0, 2)),
    ],
    squeeze: [
      smooth("one axis", [draw([2, 1, 3])], (x) => squeeze(x, 1)),
      smooth("all of size 1", [draw([1, 2, 1])], (x) => squeeze(x)),
    ],
    unsqueeze: [smooth("in the middle", [draw([2, 3])], (x) => unsqueeze(x, 1))],
    zeros: [discrete("[2]", [], () => zeros([2]))],
    ones: [discrete("[2]", [], () => ones([2]))],
    fullLike: [discrete("of [2, 3]", [draw([2, 3])], (x) => fullLike(x, 4))],
    zerosLike: [discrete("of [2, 3]", [draw([2, 3])], (x) => zerosLike(x))],
    onesLike: [discrete("of [2, 3]", [draw([2, 3])], (x) => onesLike(x))],
    linspace: [discrete("five", [], () => linspace(0, 1, 5))],
    eye: [discrete("wide", [], () => eye(2, 3))],
    uniformLike: [
      discrete("of int32", [tensor(Int32Array.of(1))], (x) => uniformLike(x, { dtype: "float64", ...fresh() })),
    ],
    randnLike: [discrete("of [2, 3]", [draw([2, 3])], (x) => randnLike(x, fresh()))],
  };
}
