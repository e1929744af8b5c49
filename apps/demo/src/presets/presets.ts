import { cellKinds, defaultLabConfig, type LabConfig, readCell } from "@unroll/bench/lab";

/** One click each; what a preset does not name is as at the start, but for the seed. */
const changes = {
  start: {},
  vanish: { cells: ["rnn-sw0.5-b0", "gru", "lstm-fb1"], probe: "silence" },
  explode: { cells: ["rnn-sw2-b0", "relu-sw2-b0", "lstm-fb1"] },
  perfect: { cells: ["rnn-orthogonal-b0", "rnn-sw1-b0", "lstm-fb1"], probe: "silence" },
  bump: { cells: ["rnn-bump-b0", "rnn-sw0.5-b0"], probe: "silence" },
  latch: { cells: ["rnn-latch1.25", "rnn-latch2", "rnn-latch4"] },
  highway: { cells: ["rnn", "lstm-fb3", "gru-fb3"] },
  forgot: { cells: ["lstm-fb0", "lstm-fb1", "lstm-fb3"] },
  chrono: { cells: ["lstm-fb0", "lstm-fb1", "lstm-chrono"], T: 100 },
  gate: { cells: ["lstm-w0-fb0"], T: 100 },
  adding: { cells: ["relu-identity", "rnn-orthogonal-b0"], T: 50, H: 64 },
  copying: { task: "copying", cells: ["relu-identity", "rnn-orthogonal-b0"], T: 20, H: 64 },
} as const satisfies Readonly<Record<string, Partial<LabConfig>>>;

export type PresetId = keyof typeof changes;

export const presetIds: readonly PresetId[] = Object.keys(changes) as PresetId[];

/** The configuration of a preset, with the seed that is in force. */
export function presetConfig(id: PresetId, seed: number): LabConfig {
  return { ...defaultLabConfig, ...changes[id], seed };
}

/** The preset that a configuration is, if any, whatever its seed and its forget bias. */
export function presetOf(config: LabConfig): PresetId | undefined {
  const bias = forgetBiasOf(config.cells);
  const plain = JSON.stringify(config);
  return presetIds.find((id) => {
    const preset = presetConfig(id, config.seed);
    const cells = id === "gate" && bias !== undefined ? withForgetBias(preset.cells, bias) : preset.cells;
    return JSON.stringify({ ...preset, cells }) === plain;
  });
}

const biasPart = /^fb(\d+(?:\.\d+)?)$/;

/** The forget bias that all cells with a keep gate have; undefined when they have none, or different ones. */
export function forgetBiasOf(cells: readonly string[]): number | undefined {
  const found = new Set(
    cells
      .filter((cell) => hasKeepGate(cell))
      .map((cell) => cell.split("-").find((part) => biasPart.test(part)))
      .map((part) => (part === undefined ? undefined : Number(part.slice(2)))),
  );
  return found.size === 1 ? [...found][0] : undefined;
}

/** The cells with this forget bias where they have a gate that keeps; cells that would then be the same are left out. */
export function withForgetBias(cells: readonly string[], bias: number): string[] {
  const changed = cells.map((cell) => {
    if (!hasKeepGate(cell)) return cell;
    const parts = cell.split("-").filter((part) => !biasPart.test(part) && part !== "chrono");
    const end = parts.at(-1) === "eq" ? parts.splice(-1) : [];
    return [...parts, `fb${bias}`, ...end].join("-");
  });
  return [...new Set(changed)];
}

/** Whether a cell can have a forget bias. */
export function hasKeepGate(cell: string): boolean {
  const kind = readCell(cell)?.kind;
  return kind !== undefined && "keep" in cellKinds[kind];
}
