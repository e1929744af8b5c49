import { type Cell, GRUCell, LSTMCell, RNNCell } from "@unroll/cells";
import type { SamplePoint } from "../jacobian/analytic.ts";
import { type GatedWeights, inputSums, logistic, stateSums } from "../jacobian/gate-sums.ts";
import type { AnyState } from "../record.ts";

/** A gate's numbers for one sample and step. */
export interface GateValues {
  /** `[H]`: the gate, between 0 and 1. */
  readonly value: Float64Array;
  /** `[H]`: its natural logarithm, exact also where the gate is 0 or 1 to the last digit. */
  readonly log: Float64Array;
}

/** What a cell's gates and units do at one step for one sample. */
export interface GatePoint {
  readonly gates: Readonly<Record<string, GateValues>>;
  /** `[H]`: the slope of the unit's own nonlinearity, `1 - tanh²` or ReLU's 0 and 1. */
  readonly slope: Float64Array;
}

/** How to read a cell's gates, and which of them keeps the state. */
export interface GateReader {
  readonly names: readonly string[];
  /** The gate that the state is multiplied by: f of an LSTM, z of a GRU. */
  readonly keep: string | undefined;
  readonly read: (point: SamplePoint) => GatePoint;
}

/** The gates of RNN (none), LSTM (i, f, o) and GRU (r, z) cells; undefined for other cells. */
export function gateReader(cell: Cell<AnyState, unknown>): GateReader | undefined {
  const { constructor } = cell;
  const known: unknown = cell;
  if (constructor === LSTMCell)
    return { names: ["i", "f", "o"], keep: "f", read: (point) => lstmGates(known as LSTMCell, point) };
  if (constructor === GRUCell)
    return { names: ["r", "z"], keep: "z", read: (point) => gruGates(known as GRUCell, point) };
  if (constructor === RNNCell)
    return { names: [], keep: undefined, read: (point) => rnnUnits(known as RNNCell, point) };
  return undefined;
}

function lstmGates(cell: LSTMCell, { x, state }: SamplePoint): GatePoint {
  const sums = added(inputSums(cell, x), stateSums(cell, state.h));
  const at = (gate: number) => block(sums, gate, cell.hiddenSize);
  const [i, f, o] = [gate(at(0)), gate(at(1)), gate(at(3))];
  const g = at(2);
  const slope = f.value.map((forget, k) => {
    const next = Math.tanh(forget * state.c[k] + i.value[k] * Math.tanh(g[k]));
    return 1 - next * next;
  });
  return { gates: { i, f, o }, slope };
}

function gruGates(cell: GRUCell, { x, state }: SamplePoint): GatePoint {
  const H = cell.hiddenSize;
  const [a, b] = [inputSums(cell, x), stateSums(cell, state.h)];
  const [r, z] = [gate(added(block(a, 0, H), block(b, 0, H))), gate(added(block(a, 1, H), block(b, 1, H)))];
  const recurrent = cell.resetAfter
    ? block(b, 2, H).map((m, k) => r.value[k] * m)
    : block(
        stateSums(
          cell as GatedWeights,
          r.value.map((value, k) => value * state.h[k]),
        ),
        2,
        H,
      );
  const slope = added(block(a, 2, H), recurrent).map((sum) => 1 - Math.tanh(sum) * Math.tanh(sum));
  return { gates: { r, z }, slope };
}

function rnnUnits(cell: RNNCell, { x, state }: SamplePoint): GatePoint {
  const sums = added(inputSums(cell, x), stateSums(cell, state.h));
  const slope = sums.map((sum) =>
    cell.nonlinearity === "relu" ? Number(sum > 0) : 1 - Math.tanh(sum) * Math.tanh(sum),
  );
  return { gates: {}, slope };
}

function added(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, k) => value + b[k]);
}

function block(sums: Float64Array, index: number, size: number): Float64Array {
  return sums.slice(index * size, (index + 1) * size);
}

function gate(sums: Float64Array): GateValues {
  // ln sigmoid(x) = -ln(1 + e^-x), from the side on which nothing overflows.
  const log = sums.map((sum) => (sum >= 0 ? -Math.log1p(Math.exp(-sum)) : sum - Math.log1p(Math.exp(sum))));
  return { value: sums.map(logistic), log };
}
