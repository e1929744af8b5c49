export { type ExponentialFit, fitExponential, horizonOf } from "./fit.ts";
export { type GradientFlow, type GradientFlowOptions, gradientFlow, type StateFlow } from "./flow.ts";
export {
  type GateReport,
  type GateStatistics,
  type GateStatisticsOptions,
  gateStatistics,
} from "./gates/statistics.ts";
export { type GrowthOptions, type GrowthRatios, growthRatios } from "./growth.ts";
export { type Estimate, type HorizonNumbers, type HorizonOptions, horizonNumbers } from "./horizons.ts";
export {
  type ItemisedGradients,
  type ItemisedOptions,
  itemisedGradients,
  type Truncation,
  truncationKeeps,
} from "./itemised.ts";
export {
  type JacobianMethod,
  type StateJacobian,
  type StateJacobianOptions,
  stateJacobian,
} from "./jacobian/jacobian.ts";
export type { Probe } from "./probe.ts";
export type { Subject } from "./record.ts";
export type { Readout } from "./sensitivity/back-to-inputs.ts";
export { type Connectivity, type ConnectivityOptions, connectivity } from "./sensitivity/connectivity.ts";
export { type MemoryCapacity, type MemoryCapacityOptions, memoryCapacity } from "./sensitivity/memory-capacity.ts";
export { type MemoryKernel, type MemoryKernelOptions, memoryKernel } from "./sensitivity/memory-kernel.ts";
export type { FlowSeries } from "./series.ts";
export { type JacobianSpectrum, type JacobianSpectrumOptions, jacobianSpectrum } from "./spectrum/long-jacobian.ts";
export { type LyapunovOptions, type LyapunovSpectrum, lyapunovSpectrum } from "./spectrum/lyapunov.ts";
export { conditionLog10, effectiveRank, type WeightSpectrum, weightSpectrum } from "./spectrum/numbers.ts";
export { summarizeCurve } from "./summarize.ts";
export { type ClippingOptions, ClippingStatistics, type ClippingSummary } from "./training/clipping.ts";
export { gradientRms, type NamedParameters, type ParameterGradient } from "./training/gradient-rms.ts";
export {
  type LayerObservation,
  type ObservationRecord,
  type ObserveOptions,
  type Observer,
  observe,
  toNDJSON,
  type Watched,
} from "./training/observe.ts";
export type { SequenceOptions } from "./trajectory.ts";
