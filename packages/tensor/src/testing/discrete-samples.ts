import { tensor } from "../create.ts";
import { equal, isFinite, isNaN, less, lessEqual, notEqual } from "../ops/comparison.ts";
import { arange, full } from "../ops/constructors.ts";
import { oneHot } from "../ops/indexing.ts";
import { logicalAnd, logicalNot, logicalOr, logicalXor } from "../ops/logical.ts";
import { detach } from "../ops/movement.ts";
import { categorical, permutation, randn, uniform } from "../ops/random.ts";
import { all, any } from "../ops/reductions.ts";
import { argmax, argmin, argsort } from "../ops/sorting.ts";
import { Generator } from "../random/generator.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastPairs } from "./elementwise-samples.ts";
import { between, discrete, indices, mask, type OpSample, type SamplesOf, spaced } from "./sample.ts";

/** Small whole numbers as float64, so that some of them are equal. */
function coarse(g: Generator, shape: readonly number[]): Tensor {
  return tensor(Float64Array.from(indices(g, shape, 4).data), { shape });
}

function comparison(g: Generator, call: (a: Tensor, b: Tensor) => Tensor): OpSample[] {
  const special = () => tensor(Float64Array.of(Number.NaN, 0, Number.POSITIVE_INFINITY, 1));
  return [
    ...broadcastPairs.map(([label, a, b]) => discrete(label, [coarse(g, a), coarse(g, b)], call)),
    discrete("a number", [coarse(g, [4])], (x) => call(x, tensor(2, { dtype: x.dtype }))),
    discrete("special values", [special(), tensor(Float64Array.of(Number.NaN, -0, Number.POSITIVE_INFINITY, 2))], call),
  ];
}

function predicate(g: Generator, call: (x: Tensor) => Tensor): OpSample[] {
  const special = Float64Array.of(Number.NaN, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30);
  return [
    discrete("[2, 3]", [between(g, [2, 3])], call),
    discrete("special values", [tensor(special)], call),
    discrete("a scalar", [between(g, [])], call),
  ];
}

function logical(g: Generator, call: (a: Tensor, b: Tensor) => Tensor): OpSample[] {
  return broadcastPairs.map(([label, a, b]) => discrete(label, [mask(g, a), mask(g, b)], call));
}

function maskReduction(g: Generator, reduce: typeof any): OpSample[] {
  return [
    discrete("all axes", [mask(g, [2, 3])], (x) => reduce(x)),
    discrete("the first axis", [mask(g, [2, 3])], (x) => reduce(x, 0)),
    discrete("outer axes, kept", [mask(g, [2, 3, 4])], (x) => reduce(x, [0, -1], { keepDim: true })),
    discrete("a scalar", [mask(g, [])], (x) => reduce(x)),
    discrete("nothing", [tensor([], { dtype: "bool", shape: [0, 3] })], (x) => reduce(x, 0)),
  ];
}

function choice(g: Generator, choose: typeof argmax): OpSample[] {
  return [
    discrete("the last axis", [spaced(g, [3, 4])], (x) => choose(x, -1)),
    discrete("the middle axis", [spaced(g, [2, 3, 4])], (x) => choose(x, 1)),
    discrete("flattened", [spaced(g, [2, 3])], (x) => choose(x)),
    discrete("ties and NaN", [tensor(Float64Array.of(2, 5, 5, Number.NaN, 1))], (x) => choose(x, 0)),
    discrete("no rows", [tensor(new Float64Array(0), { shape: [0, 3] })], (x) => choose(x, 1)),
  ];
}

type DiscreteName =
  | ("equal" | "notEqual" | "less" | "lessEqual" | "isNaN" | "isFinite")
  | ("logicalAnd" | "logicalOr" | "logicalXor" | "logicalNot" | "any" | "all")
  | ("argsort" | "argmax" | "argmin" | "oneHot")
  | ("full" | "arange" | "uniform" | "normal" | "permutation" | "categorical" | "detach");

/** Samples of the ops without a gradient: masks, indices, constructors, draws. */
export function discreteSamples(g: Generator): SamplesOf<DiscreteName> {
  // Each call starts its own generator, so that calling a sample twice draws the same numbers.
  const fresh = () => ({ generator: new Generator(11) });
  return {
    equal: comparison(g, equal),
    notEqual: comparison(g, notEqual),
    less: comparison(g, less),
    lessEqual: comparison(g, lessEqual),
    isNaN: predicate(g, isNaN),
    isFinite: predicate(g, isFinite),
    logicalAnd: logical(g, logicalAnd),
    logicalOr: logical(g, logicalOr),
    logicalXor: logical(g, logicalXor),
    logicalNot: [discrete("[2, 3]", [mask(g, [2, 3])], logicalNot), discrete("a scalar", [mask(g, [])], logicalNot)],
    any: maskReduction(g, any),
    all: maskReduction(g, all),
    argsort: [
      discrete("the last axis", [spaced(g, [3, 4])], (x) => argsort(x)),
      discrete("the first axis, descending", [spaced(g, [3, 4])], (x) => argsort(x, 0, { descending: true })),
      discrete("the middle axis", [spaced(g, [2, 3, 4])], (x) => argsort(x, 1)),
      discrete("ties and NaN", [tensor(Float64Array.of(2, Number.NaN, 1, 2, 1))], (x) => argsort(x)),
      discrete("no values", [tensor(new Float64Array(0))], (x) => argsort(x)),
    ],
    argmax: choice(g, argmax),
    argmin: choice(g, argmin),
    oneHot: [
      discrete("[4]", [indices(g, [4], 3)], (i) => oneHot(i, 3)),
      discrete("[2, 3] as float64", [indices(g, [2, 3], 5)], (i) => oneHot(i, 5, { dtype: "float64" })),
      discrete("a scalar", [indices(g, [], 4)], (i) => oneHot(i, 4)),
      discrete("no indices", [indices(g, [0], 4)], (i) => oneHot(i, 4)),
    ],
    full: [
      discrete("[2, 3]", [], () => full([2, 3], 1.5)),
      discrete("float64 zeros", [], () => full([3], 0, { dtype: "float64" })),
      discrete("a scalar mask", [], () => full([], 1, { dtype: "bool" })),
      discrete("empty", [], () => full([2, 0], 7, { dtype: "int32" })),
    ],
    arange: [
      discrete("up to an end", [], () => arange(5)),
      discrete("backwards in int32", [], () => arange(5, -3, -2, { dtype: "int32" })),
      discrete("quarters", [], () => arange(1, 2, 0.25, { dtype: "float64" })),
      discrete("empty", [], () => arange(0)),
    ],
    uniform: [
      discrete("[2, 3]", [], () => uniform([2, 3], fresh())),
      discrete("a float64 scalar", [], () => uniform([], { dtype: "float64", ...fresh() })),
      discrete("empty", [], () => uniform([0], fresh())),
    ],
    normal: [
      discrete("[2, 3]", [], () => randn([2, 3], fresh())),
      discrete("a float64 scalar", [], () => randn([], { dtype: "float64", ...fresh() })),
      discrete("empty", [], () => randn([0], fresh())),
    ],
    permutation: [
      discrete("of 7", [], () => permutation(7, fresh())),
      discrete("of 1", [], () => permutation(1, fresh())),
      discrete("of 0", [], () => permutation(0, fresh())),
    ],
    categorical: [
      discrete("one row", [between(g, [4])], (x) => categorical(x, fresh())),
      discrete("[2, 3, 5]", [between(g, [2, 3, 5])], (x) => categorical(x, fresh())),
      discrete(
        "impossible classes",
        [tensor(Float64Array.of(Number.NEGATIVE_INFINITY, 0.5, Number.NEGATIVE_INFINITY))],
        (x) => categorical(x, fresh()),
      ),
      discrete("no rows", [tensor(new Float64Array(0), { shape: [0, 3] })], (x) => categorical(x, fresh())),
    ],
    // Finite differences see the values go through; the gradient must not.
    detach: [discrete("[2, 3]", [between(g, [2, 3])], detach), discrete("a scalar", [between(g, [])], detach)],
  };
}
