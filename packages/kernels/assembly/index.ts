// Everything that is exported from here becomes a function of the module. Pointers are byte addresses in the imported
// memory; all arrays are float32 unless a function says otherwise, row-major and contiguous.
export * from "./unary";
export * from "./binary";
export { sigmoidGrad, tanhGrad } from "./gradients";
export { cumsum, max, min, sum, sumOfSquares, total } from "./reduce";
export {
  crossEntropy,
  crossEntropyGrad,
  layerNorm,
  layerNormGrad,
  logSoftmax,
  logSumExp,
  softmax,
  sumOfExp,
} from "./rows";
export { gemm, gemmPacked } from "./gemm";
// The innermost loops of products: what a benchmark holds them against.
export { tiles3, tiles4 } from "./gemm-tiles";
export { packB } from "./pack";
export { copyRows, fill, gatherRows, scatterAddRows, transpose } from "./move";
export { adagrad, adam, addInto, axpy, rmsprop, scale, sgd } from "./update";
