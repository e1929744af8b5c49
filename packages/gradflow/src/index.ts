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
export { summarizeCurve } from "./summarize.ts";
