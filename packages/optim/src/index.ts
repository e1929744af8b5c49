export { Adagrad, type AdagradOptions } from "./adagrad.ts";
export { Adam } from "./adam.ts";
export type { AdamOptions } from "./adam-rule.ts";
export { AdamW } from "./adamw.ts";
export { type ClipResult, clipGradNorm, clipGradValue, gradNorm } from "./clip.ts";
export type { Group, ParameterGroup, ParametersOrGroups } from "./groups.ts";
export { Optimizer, type ParameterState, type Rule } from "./optimizer.ts";
export { RMSprop, type RMSpropOptions } from "./rmsprop.ts";
export {
  applySchedule,
  type CosineOptions,
  constant,
  cosine,
  exponential,
  type LinearWarmupOptions,
  linearWarmup,
  type OneCycleOptions,
  oneCycle,
  product,
  type Schedule,
  type Scheduled,
  type StepDecayOptions,
  sequence,
  stepDecay,
} from "./schedules.ts";
export { SGD, type SGDOptions } from "./sgd.ts";
export type { OptimizerStateDict } from "./state-dict.ts";
