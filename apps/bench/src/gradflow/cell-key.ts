/** A cell of the comparison, as its key names it. */
export interface CellKind {
  readonly key: string;
  readonly label: string;
  /** Blocks of H rows in the layer's weights: 1, 3 or 4. */
  readonly gates: number;
  /** Which block of the weights keeps the state, and which lets new values in. */
  readonly keep?: number;
  readonly write?: number;
}

export const cellKinds = {
  rnn: { key: "rnn", label: "RNN", gates: 1 },
  relu: { key: "relu", label: "ReLU RNN", gates: 1 },
  lstm: { key: "lstm", label: "LSTM", gates: 4, keep: 1, write: 0 },
  gru: { key: "gru", label: "GRU", gates: 3, keep: 1 },
} as const satisfies Readonly<Record<string, CellKind>>;

export type CellKindName = keyof typeof cellKinds;

/** What an initialisation is called; `fb`, `sw` and `latch` are followed by a number. */
const startNames = {
  fb: { label: (value: string) => `forget bias ${value}`, gated: true, numbered: true },
  chrono: { label: () => "chrono", gated: true, numbered: false },
  orthogonal: { label: () => "orthogonal", gated: false, numbered: false },
  identity: { label: () => "identity", gated: false, numbered: false },
  sw: { label: (value: string) => `σ_w = ${value}`, gated: false, numbered: true },
  latch: { label: (value: string) => `latches of ${value}`, gated: false, numbered: true },
  bump: { label: () => "not normal", gated: false, numbered: false },
  b0: { label: () => "biases 0", gated: false, numbered: false },
  w0: { label: () => "weights 0", gated: false, numbered: false },
} as const;

export type StartName = keyof typeof startNames;

/** An initialisation, as a key names it: `chrono`, `fb2.5`. */
export interface StartKey {
  readonly key: string;
  readonly label: string;
  /** Whether it needs a gate that keeps. */
  readonly gated: boolean;
  readonly name: StartName;
  /** NaN for those without a number. */
  readonly value: number;
}

/** @returns undefined for an unknown one */
export function readStart(key: string): StartKey | undefined {
  const [, name, number] = /^([a-z]+?)(\d+(?:\.\d+)?)?$/.exec(key) ?? [];
  for (const candidate of [key, name]) {
    if (candidate === undefined || !Object.hasOwn(startNames, candidate)) continue;
    const { label, gated, numbered } = startNames[candidate as StartName];
    const given = candidate === name ? number : undefined;
    if (numbered !== (given !== undefined)) continue;
    return { key, label: label(given ?? ""), gated, name: candidate as StartName, value: Number(given) };
  }
  return undefined;
}

/** A cell, how it starts, and how its size is chosen. */
export interface CellKey {
  /** `lstm`, `lstm-chrono`, `gru-eq`, `rnn-orthogonal-eq`. */
  readonly key: string;
  readonly label: string;
  readonly kind: CellKindName;
  /** What changes the weights, one after the other. */
  readonly starts: readonly StartKey[];
  /** Has as many parameters as the LSTM instead of the same hidden size. */
  readonly equalParameters: boolean;
}

/** @returns undefined when an initialisation does not fit the cell */
export function cellOf(kind: CellKindName, starts: readonly StartKey[], equalParameters: boolean): CellKey | undefined {
  const { key, label, ...gates }: CellKind = cellKinds[kind];
  if (gates.keep === undefined && starts.some(({ gated }) => gated)) return undefined;
  const size = equalParameters ? { key: ["eq"], label: ["parameters of the LSTM"] } : { key: [], label: [] };
  return {
    key: [key, ...starts.map((start) => start.key), ...size.key].join("-"),
    label: [label, ...starts.map((start) => start.label), ...size.label].join(", "),
    kind,
    starts,
    equalParameters,
  };
}

/**
 * What a key names: a cell, how it starts, in any number of steps, and whether it has the LSTM's number of parameters.
 * `lstm`, `gru-fb2.5`, `rnn-orthogonal-b0`, `lstm-w0-fb3-eq`.
 *
 * @returns undefined when a part is unknown, or does not fit the cell
 */
export function readCell(key: string): CellKey | undefined {
  const [kind, ...parts] = key.split("-");
  const equalParameters = parts[parts.length - 1] === "eq";
  const starts = (equalParameters ? parts.slice(0, -1) : parts).map(readStart);
  if (!Object.hasOwn(cellKinds, kind) || !starts.every((start) => start !== undefined)) return undefined;
  return cellOf(kind as CellKindName, starts, equalParameters);
}
