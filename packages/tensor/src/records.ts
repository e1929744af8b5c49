// Every op, by name, for tables that must cover all of them. Types alone: nothing here reaches a bundle.
import type { sigmoidGradOp, tanhGradOp } from "./ops/activation-gradients.ts";
import type { eluOp, hardSigmoidOp, leakyReluOp, reluOp, sigmoidOp, softplusOp, tanhOp } from "./ops/activations.ts";
import type { addmmOp } from "./ops/addmm.ts";
import type { addOp, divOp, maximumOp, minimumOp, mulOp, powOp, subOp } from "./ops/arithmetic.ts";
import type { castOp } from "./ops/cast.ts";
import type { equalOp, isFiniteOp, isNaNOp, lessEqualOp, lessOp, notEqualOp, whereOp } from "./ops/comparison.ts";
import type { arangeOp, fullOp } from "./ops/constructors.ts";
import type {
  absOp,
  clampOp,
  cosOp,
  erfOp,
  expm1Op,
  expOp,
  floorOp,
  log1pOp,
  logOp,
  negOp,
  roundOp,
  signOp,
  sinOp,
  sqrtOp,
} from "./ops/elementwise.ts";
import type { gatherOp, indexAddOp, indexSelectOp, oneHotOp, scatterAddOp } from "./ops/indexing.ts";
import type { concatOp } from "./ops/joining.ts";
import type { layerNormGradOp, layerNormOp } from "./ops/layer-norm.ts";
import type { logicalAndOp, logicalNotOp, logicalOrOp, logicalXorOp } from "./ops/logical.ts";
import type { matmulOp } from "./ops/matmul.ts";
import type { broadcastToOp, detachOp, identityOp, permuteOp, reshapeOp } from "./ops/movement.ts";
import type { categoricalOp, normalOp, permutationOp, uniformOp } from "./ops/random.ts";
import type { allOp, anyOp, logSumExpOp, maxOp, minOp, sumOp } from "./ops/reductions.ts";
import type { flipOp, padOp, selectOp, sliceOp, trilOp } from "./ops/slicing.ts";
import type { cumsumOp, logSoftmaxOp, softmaxOp } from "./ops/softmax.ts";
import type { softmaxCrossEntropyGradOp, softmaxCrossEntropyOp } from "./ops/softmax-cross-entropy.ts";
import type { argmaxOp, argminOp, argsortOp } from "./ops/sorting.ts";

/** Each op's record type, by name. */
export interface OpTable {
  tanh: typeof tanhOp;
  sigmoid: typeof sigmoidOp;
  relu: typeof reluOp;
  softplus: typeof softplusOp;
  hardSigmoid: typeof hardSigmoidOp;
  leakyRelu: typeof leakyReluOp;
  elu: typeof eluOp;
  add: typeof addOp;
  sub: typeof subOp;
  mul: typeof mulOp;
  div: typeof divOp;
  pow: typeof powOp;
  maximum: typeof maximumOp;
  minimum: typeof minimumOp;
  cast: typeof castOp;
  equal: typeof equalOp;
  notEqual: typeof notEqualOp;
  less: typeof lessOp;
  lessEqual: typeof lessEqualOp;
  isNaN: typeof isNaNOp;
  isFinite: typeof isFiniteOp;
  where: typeof whereOp;
  full: typeof fullOp;
  arange: typeof arangeOp;
  neg: typeof negOp;
  exp: typeof expOp;
  expm1: typeof expm1Op;
  log: typeof logOp;
  log1p: typeof log1pOp;
  sqrt: typeof sqrtOp;
  abs: typeof absOp;
  sign: typeof signOp;
  floor: typeof floorOp;
  round: typeof roundOp;
  sin: typeof sinOp;
  cos: typeof cosOp;
  erf: typeof erfOp;
  clamp: typeof clampOp;
  gather: typeof gatherOp;
  scatterAdd: typeof scatterAddOp;
  indexSelect: typeof indexSelectOp;
  indexAdd: typeof indexAddOp;
  oneHot: typeof oneHotOp;
  concat: typeof concatOp;
  logicalAnd: typeof logicalAndOp;
  logicalOr: typeof logicalOrOp;
  logicalXor: typeof logicalXorOp;
  logicalNot: typeof logicalNotOp;
  matmul: typeof matmulOp;
  addmm: typeof addmmOp;
  tanhGrad: typeof tanhGradOp;
  sigmoidGrad: typeof sigmoidGradOp;
  reshape: typeof reshapeOp;
  permute: typeof permuteOp;
  broadcastTo: typeof broadcastToOp;
  identity: typeof identityOp;
  detach: typeof detachOp;
  uniform: typeof uniformOp;
  normal: typeof normalOp;
  permutation: typeof permutationOp;
  categorical: typeof categoricalOp;
  sum: typeof sumOp;
  max: typeof maxOp;
  min: typeof minOp;
  logSumExp: typeof logSumExpOp;
  any: typeof anyOp;
  all: typeof allOp;
  slice: typeof sliceOp;
  select: typeof selectOp;
  flip: typeof flipOp;
  pad: typeof padOp;
  tril: typeof trilOp;
  softmax: typeof softmaxOp;
  logSoftmax: typeof logSoftmaxOp;
  cumsum: typeof cumsumOp;
  layerNorm: typeof layerNormOp;
  layerNormGrad: typeof layerNormGradOp;
  softmaxCrossEntropy: typeof softmaxCrossEntropyOp;
  softmaxCrossEntropyGrad: typeof softmaxCrossEntropyGradOp;
  argsort: typeof argsortOp;
  argmax: typeof argmaxOp;
  argmin: typeof argminOp;
}

/** The name of an op in this package. */
export type OpName = keyof OpTable;

/** The attributes that an op takes beside its inputs. */
export type AttrsOf<Name extends OpName> = OpTable[Name] extends {
  forward: (out: never, inputs: never, attrs: infer Attrs, output: never) => void;
}
  ? Attrs
  : never;
