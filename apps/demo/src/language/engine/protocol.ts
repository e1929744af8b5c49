import type { ModelSpec } from "../model/spec.ts";
import type { Look, StepResult, TrainingSettings } from "../model/training.ts";
import type { SamplingSettings } from "../sampling.ts";
import type { CorpusFacts } from "../text.ts";

/** What a model of the page is told to be; how many symbols there are follows from the text. */
export type LaneSpec = Omit<ModelSpec, "symbols">;

/** What the page asks of a worker. Lanes are numbered over all workers. */
export type Command =
  | {
      readonly kind: "open";
      readonly opening: number;
      readonly lanes: readonly { readonly lane: number; readonly spec: LaneSpec }[];
      readonly settings: TrainingSettings;
      readonly text: string;
    }
  | { readonly kind: "run" }
  | { readonly kind: "pause" }
  /** So many training steps for every lane, then a pause. */
  | { readonly kind: "step"; readonly count: number }
  | { readonly kind: "sampling"; readonly sampling: SamplingSettings }
  /** The text whose next characters are looked at, and where passages begin. */
  | { readonly kind: "read"; readonly text: string }
  | { readonly kind: "save"; readonly lane: number; readonly ticket: number }
  /** In place of what the lane was; on failure it stays as it is. */
  | {
      readonly kind: "load";
      readonly opening: number;
      readonly lane: number;
      readonly bytes: Uint8Array;
      readonly text: string;
      readonly ticket: number;
    };

/** What a worker tells the page. */
export type Report =
  | {
      readonly kind: "opened";
      readonly opening: number;
      readonly lane: number;
      readonly spec: ModelSpec;
      readonly parameters: number;
      readonly step: number;
      readonly corpus: CorpusFacts;
      /** Whether it comes from a file. */
      readonly loaded: boolean;
    }
  | {
      readonly kind: "steps";
      readonly opening: number;
      readonly lane: number;
      readonly results: readonly StepResult[];
      /** How long they took to compute. */
      readonly milliseconds: number;
    }
  /** A passage that is being written: begun at a training step, and what of it is there. */
  | {
      readonly kind: "writing";
      readonly opening: number;
      readonly lane: number;
      readonly step: number;
      readonly text: string;
    }
  | {
      readonly kind: "looks";
      readonly opening: number;
      readonly lane: number;
      readonly text: string;
      readonly looks: readonly (Look | null)[];
    }
  | { readonly kind: "saved"; readonly ticket: number; readonly bytes: Uint8Array }
  | { readonly kind: "refused"; readonly ticket: number; readonly message: string }
  | { readonly kind: "failed"; readonly opening: number; readonly lane: number; readonly message: string };
