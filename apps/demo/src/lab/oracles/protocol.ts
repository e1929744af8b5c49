import type { OracleResult } from "@unroll/bench/lab";

/** Asks a worker for all analytic presets, one after the other. */
export interface OracleCommand {
  readonly kind: "oracles";
}

/** What it measured of one. */
export interface OracleReport {
  readonly kind: "oracle";
  readonly result: OracleResult;
}
