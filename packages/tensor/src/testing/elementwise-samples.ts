import { tensor } from "../create.ts";
import { sigmoidGrad, tanhGrad } from "../ops/activation-gradients.ts";
import { elu, hardSigmoid, leakyRelu, relu, sigmoid, softplus, tanh } from "../ops/activations.ts";
import { add, div, maximum, minimum, mul, pow, sub } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { where } from "../ops/comparison.ts";
import {
  abs,
  clamp,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  round,
  sign,
  sin,
  sqrt,
} from "../ops/elementwise.ts";
import type { Generator } from "../random/generator.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  awayFromZero,
  between,
  discrete,
  empty,
  mask,
  type OpSample,
  type SamplesOf,
  smooth,
  spaced,
} from "./sample.ts";

type Draw = (generator: Generator, shape: Shape) => Tensor;

/** A matrix, a scalar and nothing, for an op of one input. */
function unary(g: Generator, call: (x: Tensor) => Tensor, draw: Draw = between): OpSample[] {
  return [
    smooth("[3, 4]", [draw(g, [3, 4])], call),
    smooth("a scalar", [draw(g, [])], call),
    smooth("[2, 1, 3]", [draw(g, [2, 1, 3])], call),
    smooth("empty", [empty([0, 3])], call),
  ];
}

/** Every way in which two shapes can meet. */
export const broadcastPairs: readonly (readonly [label: string, a: Shape, b: Shape])[] = [
  ["equal shapes", [2, 3], [2, 3]],
  ["a row", [3, 4], [4]],
  ["a row on the left", [4], [3, 4]],
  ["a column", [3, 4], [3, 1]],
  ["a scalar", [2, 3], []],
  ["a scalar on the left", [], [2, 3]],
  ["two scalars", [], []],
  ["one value of higher rank", [3], [1, 1]],
  ["a column and a row", [3, 1], [1, 4]],
  ["the middle axis", [2, 3, 4], [2, 1, 4]],
  ["both stretch", [2, 1, 4, 1], [3, 1, 2]],
  ["empty", [0, 3], [1, 3]],
];

function binary(call: (a: Tensor, b: Tensor) => Tensor, left: (shape: Shape) => Tensor, right = left): OpSample[] {
  return broadcastPairs.map(([label, a, b]) => smooth(label, [left(a), right(b)], call));
}

function activationGradient(call: (g: Tensor, y: Tensor) => Tensor, any: (shape: Shape) => Tensor): OpSample[] {
  return [
    smooth("[3, 4]", [any([3, 4]), any([3, 4])], call),
    smooth("a scalar", [any([]), any([])], call),
    smooth("twice the same", [any([3])], (x) => call(x, x)),
    smooth("empty", [empty([0, 3]), empty([0, 3])], call),
  ];
}

/** Values that lie at least 0.15 from the whole and the half numbers, where `floor` and `round` jump. */
function offGrid(g: Generator, shape: Shape): Tensor {
  const whole = between(g, shape, -3, 3).data;
  const rest = between(g, shape, 0.15, 0.35).data;
  return tensor(
    Float64Array.from(whole, (v, i) => Math.floor(v) + rest[i] + (i % 2) / 2),
    { shape },
  );
}

type ElementwiseName =
  | ("tanh" | "sigmoid" | "relu" | "softplus" | "hardSigmoid" | "leakyRelu" | "elu")
  | ("add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum" | "cast" | "where")
  | ("neg" | "exp" | "expm1" | "log" | "log1p" | "sqrt" | "abs" | "sign" | "floor" | "round" | "sin" | "cos" | "erf")
  | ("tanhGrad" | "sigmoidGrad")
  | "clamp";

/** Samples of the ops that work element by element and have a gradient. */
export function elementwiseSamples(g: Generator): SamplesOf<ElementwiseName> {
  const positive: Draw = (generator, shape) => between(generator, shape, 0.3, 3);
  const any = (shape: Shape) => between(g, shape);
  return {
    tanh: unary(g, tanh),
    sigmoid: unary(g, sigmoid),
    relu: unary(g, relu, awayFromZero),
    softplus: unary(g, softplus),
    hardSigmoid: [
      ...unary(g, hardSigmoid),
      smooth("beyond both ends", [tensor(Float64Array.of(-7, -3.5, 2, 3.2, 9))], hardSigmoid),
    ],
    leakyRelu: [
      ...unary(g, (x) => leakyRelu(x), awayFromZero),
      smooth("slope 0.3", [awayFromZero(g, [5])], (x) => leakyRelu(x, 0.3)),
    ],
    elu: [...unary(g, (x) => elu(x), awayFromZero), smooth("alpha 0.7", [awayFromZero(g, [5])], (x) => elu(x, 0.7))],
    tanhGrad: activationGradient(tanhGrad, any),
    sigmoidGrad: activationGradient(sigmoidGrad, any),
    add: [
      ...binary(add, any),
      smooth("a number", [any([3])], (x) => add(x, 2)),
      smooth("twice the same", [any([3])], (x) => add(x, x)),
    ],
    sub: [
      ...binary(sub, any),
      smooth("from a number", [any([3])], (x) => sub(1, x)),
      smooth("twice the same", [any([3])], (x) => sub(x, x)),
    ],
    mul: [...binary(mul, any), smooth("twice the same", [any([3])], (x) => mul(x, x))],
    div: [
      ...binary(div, any, (shape) => awayFromZero(g, shape)),
      smooth("of a number", [awayFromZero(g, [3])], (x) => div(1, x)),
    ],
    pow: [
      ...binary(pow, (shape) => between(g, shape, 0.3, 2)),
      smooth("a square of both signs and 0", [tensor(Float64Array.of(-1.5, 0, 2))], (x) => pow(x, 2)),
      smooth("a cube of both signs", [awayFromZero(g, [4])], (x) => pow(x, 3)),
      smooth("exponent -1", [awayFromZero(g, [4])], (x) => pow(x, -1)),
      smooth("exponent 0", [awayFromZero(g, [4])], (x) => pow(x, 0)),
      smooth("exponent 1/2", [positive(g, [4])], (x) => pow(x, 0.5)),
      smooth("a number as base", [any([4])], (x) => pow(2, x)),
    ],
    maximum: [
      ...binary(
        maximum,
        (shape) => spaced(g, shape),
        (shape) => spaced(g, shape, 0.2),
      ),
      smooth("a number", [awayFromZero(g, [4])], (x) => maximum(x, 0)),
    ],
    minimum: binary(
      minimum,
      (shape) => spaced(g, shape),
      (shape) => spaced(g, shape, 0.2),
    ),
    cast: [
      smooth("to its own dtype", [any([2, 3])], (x) => cast(x, x.dtype)),
      discrete("to int32", [spaced(g, [2, 3], 0.1)], (x) => cast(x, "int32")),
      discrete("to bool", [tensor(Float64Array.of(0, 0.5, -0, -3))], (x) => cast(x, "bool")),
      // The rounding of float32 is larger than the steps of finite differences in float64.
      discrete("to float32", [any([2, 3])], (x) => cast(x, "float32")),
      discrete("int32 to float64", [tensor(Int32Array.of(-2, 0, 7))], (x) => cast(x, "float64")),
      discrete("bool to float64", [mask(g, [4])], (x) => cast(x, "float64")),
    ],
    where: [
      smooth("equal shapes", [mask(g, [3, 4]), any([3, 4]), any([3, 4])], where),
      smooth("a mask per row", [mask(g, [3, 1]), any([3, 4]), any([4])], where),
      smooth("three ways to stretch", [mask(g, [2, 1, 1]), any([3, 1]), any([1, 4])], where),
      smooth("a scalar mask", [mask(g, []), any([3]), any([2, 3])], where),
      smooth("a number", [mask(g, [5]), any([5])], (c, x) => where(c, x, 0)),
      smooth("a number first", [mask(g, [5]), any([5])], (c, x) => where(c, 1, x)),
      smooth("empty", [tensor([], { dtype: "bool" }), empty([0]), any([])], where),
    ],
    neg: unary(g, neg),
    exp: unary(g, exp),
    expm1: [...unary(g, expm1), smooth("near 0", [tensor(Float64Array.of(-1e-9, 0, 1e-12))], expm1)],
    log: unary(g, log, positive),
    log1p: [
      ...unary(g, log1p, (generator, shape) => between(generator, shape, -0.7, 3)),
      smooth("near 0", [tensor(Float64Array.of(-1e-9, 0, 1e-12))], log1p),
    ],
    sqrt: unary(g, sqrt, positive),
    abs: unary(g, abs, awayFromZero),
    sign: unary(g, sign, awayFromZero),
    floor: unary(g, floor, offGrid),
    round: unary(g, round, offGrid),
    sin: unary(g, sin),
    cos: unary(g, cos),
    erf: [...unary(g, erf), smooth("on each of its intervals", [tensor(Float64Array.of(0.5, -1, 1.9, -4))], erf)],
    clamp: [
      smooth("both ends", [tensor(Float64Array.of(-2, -0.3, 0.4, 0.9, 5))], (x) => clamp(x, -0.5, 0.7)),
      smooth("from below", [awayFromZero(g, [2, 3])], (x) => clamp(x, 0)),
      smooth("from above", [awayFromZero(g, [2, 3])], (x) => clamp(x, undefined, 0)),
      smooth("neither end", [awayFromZero(g, [])], (x) => clamp(x)),
      smooth("empty", [empty([0])], (x) => clamp(x, 0, 1)),
    ],
  };
}
