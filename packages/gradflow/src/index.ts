export { type ExponentialFit, fitExponential, horizonOf } from "./fit.ts";
export { type GradientFlow, type GradientFlowOptions, gradientFlow, type StateFlow } from "./flow.ts";
export {
  type JacobianMethod,
  type StateJacobian,
  type StateJacobianOptions,
  stateJacobian,
} from "./jacobian/jacobian.ts";
export type { Probe } from "./probe.ts";
export type { Subject } from "./record.ts";
export type { FlowSeries } from "./series.ts";
export { type JacobianSpectrum, type JacobianSpectrumOptions, jacobianSpectrum } from "./spectrum/long-jacobian.ts";
export { type LyapunovOptions, type LyapunovSpectrum, lyapunovSpectrum } from "./spectrum/lyapunov.ts";
export { conditionLog10, effectiveRank, type WeightSpectrum, weightSpectrum } from "./spectrum/numbers.ts";
export { summarizeCurve } from "./summarize.ts";
export type { SequenceOptions } from "./trajectory.ts";
