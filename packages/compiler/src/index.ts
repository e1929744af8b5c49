export { explainStep } from "./explain.ts";
export type { NotCompiled, StepJob } from "./prepare.ts";
export {
  runSequence,
  type SequenceInputs,
  type SequenceJob,
  type SequenceResult,
} from "./sequence.ts";
export { type Adjoint, type StateAdjoints, type TapKind, Taps } from "./taps.ts";
export type { Step } from "./trace.ts";
