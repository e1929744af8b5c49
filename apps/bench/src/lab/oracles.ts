import { gradientFlow } from "@unroll/gradflow";
import { Generator, tensor, zeros } from "@unroll/tensor";
import { entryOf } from "../gradflow/lineup.ts";

/** A gradient that is known in advance, for a cell as lanes have it. */
export interface LabOracle {
  readonly id: "orthogonal" | "half" | "bump" | "carousel" | "bias";
  readonly cell: string;
  readonly hidden: number;
  /** The probe at the last step, by state; a random unit vector unless given. */
  readonly probe?: Readonly<Record<string, readonly number[]>>;
  /** log10 of the norm at a lag. */
  readonly exact: (lag: number) => number;
}

/** What was measured of an oracle. */
export interface OracleResult {
  readonly id: LabOracle["id"];
  /** The largest relative error over all lags. */
  readonly error: number;
  readonly passed: boolean;
}

/** Lags that are compared. */
export const oracleLags = 60;
/** The largest relative error that rounding in float32 may cause. */
export const oracleBound = 1e-4;

const log10Sigmoid = (x: number) => -Math.log10(1 + Math.exp(-x));

/** The analytic presets of the page: at rest, these cells are linear, or all gate. */
export const labOracles: readonly LabOracle[] = [
  { id: "orthogonal", cell: "rnn-orthogonal-b0", hidden: 16, exact: () => 0 },
  { id: "half", cell: "rnn-latch0.5-b0", hidden: 16, exact: (lag) => lag * Math.log10(0.5) },
  {
    id: "bump",
    cell: "rnn-bump-b0",
    hidden: 2,
    probe: { h: [1, 0] },
    // (U^T)^n e_1 = (.9^n, n .9^(n-1)): rises to 3.89 at n = 9, though all eigenvalues are .9.
    exact: (lag) => lag * Math.log10(0.9) + Math.log10(Math.hypot(1, lag / 0.9)),
  },
  { id: "carousel", cell: "lstm-w0-fb100", hidden: 2, probe: { h: [0, 0], c: [1, 0] }, exact: () => 0 },
  {
    id: "bias",
    cell: "lstm-w0-fb3",
    hidden: 2,
    probe: { h: [0, 0], c: [1, 0] },
    exact: (lag) => lag * log10Sigmoid(3),
  },
];

/** Measures an oracle by the same layers and the same probe as the lanes. */
export function measureOracle({ id, cell, hidden, probe, exact }: LabOracle): OracleResult {
  const layer = entryOf(cell).make(1, hidden, new Generator(1), oracleLags);
  const vectors =
    probe && Object.fromEntries(Object.entries(probe).map(([state, values]) => [state, tensor([...values])]));
  const { joint } = gradientFlow(layer, zeros([oracleLags + 1, 1, 1]), vectors === undefined ? {} : { probe: vectors });
  let error = 0;
  for (let lag = 0; lag <= oracleLags; lag++) {
    const found = Math.abs(Math.exp((joint.mean[lag] - exact(lag)) * Math.LN10) - 1);
    // NaN counts as the worst.
    error = found <= error ? error : Number.isNaN(found) ? Number.POSITIVE_INFINITY : found;
  }
  return { id, error, passed: error <= oracleBound };
}
