import { Simd } from "./wasm/assembler.ts";
import * as math from "./wasm/math.ts";
import type { Lanes, VectorCode } from "./wasm/vector-code.ts";

/** How an elementwise operation is computed on four lanes; masks are lanes of all ones or all zeros. */
export interface Elementwise {
  readonly emit: (v: VectorCode, args: readonly Lanes[], attrs: readonly number[]) => Lanes;
  /** Whether computing it again costs less than writing it to memory and reading it back. */
  readonly cheap: boolean;
}

function instruction(op: number): Elementwise {
  return { emit: (v, args) => v.of(op, ...args), cheap: true };
}

function composed(emit: Elementwise["emit"], cheap = true): Elementwise {
  return { emit, cheap };
}

function unary(fn: (v: VectorCode, x: Lanes) => Lanes): Elementwise {
  return { emit: (v, [x]) => fn(v, x), cheap: false };
}

const table: Readonly<Record<string, Elementwise>> = {
  identity: composed((_, [x]) => x),
  add: instruction(Simd.add),
  sub: instruction(Simd.sub),
  mul: instruction(Simd.mul),
  div: instruction(Simd.div),
  maximum: instruction(Simd.max),
  minimum: instruction(Simd.min),
  neg: instruction(Simd.neg),
  abs: instruction(Simd.abs),
  sqrt: { ...instruction(Simd.sqrt), cheap: false },
  floor: instruction(Simd.floor),
  round: instruction(Simd.nearest),
  sign: composed((v, [x]) => math.sign(v, x)),
  relu: composed((v, [x]) => math.relu(v, x)),
  leakyRelu: composed((v, [x], [slope]) => math.leakyRelu(v, x, slope)),
  clamp: composed((v, [x], [low, high]) => math.clamp(v, x, low, high)),
  hardSigmoid: unary(math.hardSigmoid),
  exp: unary(math.exp),
  expm1: unary(math.expm1),
  log: unary(math.log),
  log1p: unary(math.log1p),
  tanh: unary(math.tanh),
  sigmoid: unary(math.sigmoid),
  softplus: unary(math.softplus),
  erf: unary(math.erf),
  elu: composed((v, [x], [alpha]) => math.elu(v, x, alpha), false),
  tanhGrad: composed((v, [g, y]) => math.tanhGrad(v, g, y)),
  sigmoidGrad: composed((v, [g, y]) => math.sigmoidGrad(v, g, y)),
  equal: instruction(Simd.eq),
  notEqual: instruction(Simd.ne),
  less: instruction(Simd.lt),
  lessEqual: instruction(Simd.le),
  isNaN: composed((v, [x]) => v.of(Simd.ne, x, x)),
  isFinite: composed((v, [x]) => v.of(Simd.lt, v.of(Simd.abs, x), v.splat(Number.POSITIVE_INFINITY))),
  where: composed((v, [mask, a, b]) => v.of(Simd.bitselect, a, b, mask)),
  logicalAnd: instruction(Simd.and),
  logicalOr: instruction(Simd.or),
  logicalXor: instruction(Simd.xor),
  logicalNot: instruction(Simd.not),
  /** A mask as numbers 0 and 1. */
  numberOfMask: composed((v, [mask]) => v.of(Simd.and, mask, v.splat(1))),
  maskOfNumber: composed((v, [x]) => v.of(Simd.ne, x, v.splat(0))),
};

/** How an operation is computed lane by lane, or `undefined` if it is not. */
export function elementwise(fn: string): Elementwise | undefined {
  return Object.hasOwn(table, fn) ? table[fn] : undefined;
}
