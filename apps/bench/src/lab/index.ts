// What a lab run is, from its configuration to its numbers: the part of the benchmark that pages share with the command line.
export { type CellKey, type CellKindName, cellKinds, readCell, type StartKey } from "../gradflow/cell-key.ts";
export { type Tokens, tokensOf } from "../gradflow/tokens.ts";
export {
  type ConfigProblem,
  defaultLabConfig,
  type LabConfig,
  type LabTaskName,
  labLimits,
  labTasks,
  labVersion,
  mostCells,
  type ParsedLabConfig,
  type ProbeInput,
  parseLabConfig,
  probeInputs,
  shortest,
} from "./config.ts";
export { lineOf } from "./ndjson.ts";
export { type LabOracle, labOracles, measureOracle, type OracleResult, oracleBound, oracleLags } from "./oracles.ts";
export {
  type CellReading,
  type CurveFit,
  type FlowCurve,
  type GateRecord,
  gateBins,
  type ProbeRecord,
  readEvery,
} from "./probe.ts";
export {
  flopPerStep,
  type LabEvent,
  type LabLane,
  type LaneOptions,
  openLane,
  type TaskFacts,
} from "./run.ts";
export type { Example, Look } from "./task.ts";
