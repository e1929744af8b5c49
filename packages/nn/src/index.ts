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
export { type LoadOptions, type LoadResult, Module } from "./module.ts";
