export { type ComposedName, composedSamples } from "./composed-samples.ts";
export { opSamples } from "./op-samples.ts";
export type { OpSample, OpSamples, SamplesOf } from "./sample.ts";
