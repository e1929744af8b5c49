import { defaultLabConfig, type LabConfig } from "@unroll/bench/lab";
import type { EquationName } from "./equations.ts";

/** What the lab beside a chapter is set to, and where in it to look. */
export interface Scene {
  readonly config: Partial<LabConfig>;
  readonly lag?: number;
  /** Whether the chapter is about training: then it runs. */
  readonly run?: boolean;
  readonly focus: "lanes" | "decay";
}

export interface Chapter {
  readonly equations: readonly EquationName[];
  /** Null where the language models are what there is to see. */
  readonly scene: Scene | null;
}

/** The story, from the first neural language model to the gates. Its words are in the catalogue. */
export const chapters = {
  window: { equations: ["window"], scene: null },
  state: { equations: ["rnn"], scene: { config: { cells: ["rnn"], T: 20 }, focus: "lanes" } },
  through: { equations: ["loss", "bptt"], scene: { config: { cells: ["rnn"], T: 20 }, run: true, focus: "lanes" } },
  vanish: {
    equations: ["product"],
    scene: { config: { cells: ["rnn-sw0.5-b0", "rnn-orthogonal-b0"], probe: "silence" }, lag: 20, focus: "decay" },
  },
  explode: {
    equations: ["clip"],
    scene: { config: { cells: ["rnn-sw2-b0", "relu-sw2-b0"] }, lag: 20, focus: "decay" },
  },
  memory: { equations: [], scene: { config: { cells: ["rnn"] }, lag: 40, run: true, focus: "decay" } },
  lstm: {
    equations: ["lstmGates", "lstmCell"],
    scene: { config: { cells: ["rnn", "lstm-fb1"] }, lag: 20, focus: "lanes" },
  },
  highway: {
    equations: ["highway"],
    scene: { config: { cells: ["lstm-fb0", "lstm-fb1", "lstm-fb3"] }, lag: 20, focus: "decay" },
  },
  gru: {
    equations: ["gru"],
    scene: { config: { cells: ["rnn", "lstm-fb1", "gru"] }, lag: 20, run: true, focus: "lanes" },
  },
  outlook: { equations: ["attention"], scene: null },
} as const satisfies Readonly<Record<string, Chapter>>;

export type ChapterId = keyof typeof chapters;

export const chapterIds: readonly ChapterId[] = Object.keys(chapters) as ChapterId[];

/** The whole configuration of a scene, with the seed that is in force. */
export function sceneConfig({ config }: Scene, seed: number): LabConfig {
  return { ...defaultLabConfig, ...config, seed };
}
