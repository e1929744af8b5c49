export { KernelMemoryError, setDeterministic } from "@unroll/kernels";
export { checkTensor } from "./check.ts";
export { type TensorOptions, tensor } from "./create.ts";
export { describe } from "./describe.ts";
export { allocate, checkDType, type DType, isFloat, type TypedArray } from "./dtype.ts";
export {
  DTypeError,
  FormatError,
  IndexError,
  OptionError,
  ShapeError,
  TracedValueError,
  UnrollError,
} from "./errors.ts";
export { abstractOutput } from "./evaluate.ts";
export { type Dims, type Group, groupOf } from "./groups.ts";
export { assign, mutate } from "./mutate.ts";
export { apply, defineOp, type Op, type OpKernel, type OpRecord } from "./op.ts";
export type { Operand } from "./operands.ts";
export { sigmoidGrad, tanhGrad } from "./ops/activation-gradients.ts";
export {
  elu,
  gelu,
  hardSigmoid,
  leakyRelu,
  logSigmoid,
  relu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from "./ops/activations.ts";
export { addmm, addProduct } from "./ops/addmm.ts";
export { add, div, maximum, minimum, mul, pow, sub } from "./ops/arithmetic.ts";
export { cast } from "./ops/cast.ts";
export {
  type AllCloseOptions,
  allClose,
  equal,
  greater,
  greaterEqual,
  isFinite,
  isNaN,
  less,
  lessEqual,
  notEqual,
  where,
} from "./ops/comparison.ts";
export {
  arange,
  type DTypeOptions,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  zeros,
  zerosLike,
} from "./ops/constructors.ts";
export { abs, clamp, cos, erf, exp, expm1, floor, log, log1p, neg, round, sign, sin, sqrt } from "./ops/elementwise.ts";
export { gather, indexAdd, indexSelect, type OneHotOptions, oneHot, scatterAdd } from "./ops/indexing.ts";
export { cat, chunk, concat, split, stack, unbind } from "./ops/joining.ts";
export { type LayerNormOptions, layerNorm, layerNormGrad } from "./ops/layer-norm.ts";
export { logicalAnd, logicalNot, logicalOr, logicalXor } from "./ops/logical.ts";
export { type MatmulOptions, matmul } from "./ops/matmul.ts";
export { broadcastTo, detach, identity, permute, reshape, squeeze, transpose, unsqueeze } from "./ops/movement.ts";
export { categorical, permutation, type RandomOptions, randn, randnLike, uniform, uniformLike } from "./ops/random.ts";
export { all, any, logSumExp, max, min, type ReduceOptions, sum } from "./ops/reductions.ts";
export { flip, pad, select, slice, tril } from "./ops/slicing.ts";
export { cumsum, logSoftmax, softmax } from "./ops/softmax.ts";
export { softmaxCrossEntropy, softmaxCrossEntropyGrad } from "./ops/softmax-cross-entropy.ts";
export { argmax, argmin, argsort, type SortOptions, sort, type TopkOptions, topk } from "./ops/sorting.ts";
export { mean, std, type VarianceOptions, variance } from "./ops/statistics.ts";
export { checkBoolean, checkFunction, checkNumber, checkOptions, checkWhole } from "./options.ts";
export {
  type Block,
  defaultGenerator,
  Generator,
  type GeneratorState,
  manualSeed,
  peekBlocks,
  recordBlocks,
  replayBlocks,
  withGenerator,
} from "./random/generator.ts";
export { normalQuantile } from "./random/normal-quantile.ts";
export { philox } from "./random/philox.ts";
export type { AttrsOf, OpName, OpTable } from "./records.ts";
export { referenceEngine } from "./reference.ts";
export { type Engine, type Evaluator, type Recorder, type Runtime, runtime } from "./runtime.ts";
export { broadcastShapes, formatShape, normalizeDim, type Shape, sameShape, sizeOf } from "./shape.ts";
export { type EngineName, refusePromise, useEngine, withEvaluator } from "./switches.ts";
export { type NestedArray, type Storage, Tensor } from "./tensor.ts";
export { accumulate } from "./wasm/accumulate.ts";
export { activeKernels, type EngineInfo, engineInfo, wasmEngine } from "./wasm/engine.ts";
export { endReading, keptPanels, type MatrixLayout } from "./wasm/panels.ts";
