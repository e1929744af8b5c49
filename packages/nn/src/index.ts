export { type CheckReport, checkModule } from "./check-module.ts";
export { Dropout, type DropoutOptions } from "./dropout.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { StateDictError, type StateDictProblems } from "./errors.ts";
export { type Fans, fansOf, type InitOptions, type Nonlinearity, nonlinearityGain } from "./init-options.ts";
export { type IdentityOptions, identityInit, type OrthogonalOptions, orthogonal } from "./init-orthogonal.ts";
export {
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type NormalInitOptions,
  normalInit,
  type TruncNormalOptions,
  truncNormal,
  type UniformInitOptions,
  uniformInit,
  type XavierOptions,
  xavierNormal,
  xavierUniform,
} from "./init-random.ts";
export type { Layer } from "./layer.ts";
export { LayerNorm, type LayerNormOptions } from "./layer-norm.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { type BinaryCrossEntropyOptions, binaryCrossEntropyWithLogits } from "./losses/binary.ts";
export type { ClassLossOptions } from "./losses/classes.ts";
export { type CrossEntropyOptions, crossEntropy } from "./losses/cross-entropy.ts";
export { nll } from "./losses/nll.ts";
export type { LossOptions, Reduction } from "./losses/reduction.ts";
export { type HuberOptions, huber, l1, mse } from "./losses/regression.ts";
export { type LoadOptions, type LoadResult, Module } from "./module.ts";
export { type Fitting, type InputsOf, type Misfit, type OutputOf, Sequential, type Step } from "./sequential.ts";
