import type { LabConfig, LabEvent, TaskFacts, Tokens } from "@unroll/bench/lab";

/** Which lane of which opening: reports of an older opening are stale. */
export interface LaneId {
  readonly lane: number;
  readonly opening: number;
}

/** What the page asks of a worker. */
export type Command =
  | (LaneId & {
      readonly kind: "open";
      readonly config: LabConfig;
      readonly cell: string;
      readonly text: Tokens | undefined;
      /** Training steps that are run again in silence: what a lost worker had done already. */
      readonly replay: number;
    })
  | { readonly kind: "run" }
  | { readonly kind: "pause" }
  /** So many training steps for every lane, then a pause. */
  | { readonly kind: "step"; readonly count: number };

/** What computes in a worker. */
export interface EngineFacts {
  readonly engine: string;
  readonly build: string | null;
  /** Why WebAssembly with SIMD cannot start, if so. */
  readonly reason: string | null;
}

/** What a worker tells the page. */
export type Report =
  | ({ readonly kind: "engine" } & EngineFacts)
  | (LaneId & { readonly kind: "opened"; readonly facts: TaskFacts })
  | (LaneId & {
      readonly kind: "events";
      readonly events: readonly LabEvent[];
      /** How long they took to compute. */
      readonly milliseconds: number;
    })
  | (LaneId & { readonly kind: "failed"; readonly message: string });
