import { type Signal, signal } from "@preact/signals";
import { type LabEvent, type ProbeRecord, readCell, type TaskFacts } from "@unroll/bench/lab";
import type { CellStyle } from "@unroll/bench/palette";
import { LossSeries } from "./loss-series.ts";
import { ProbeHistory } from "./probe-history.ts";

/**
 * - `opening`: its worker has not answered yet
 * - `ready`: it trains, or waits for play
 * - `diverged`: a loss, gradient or weight is no longer finite; the lane has ended
 * - `lost`: its worker died; what it measured is kept, and it can be brought back
 * - `failed`: it could not be opened, or broke down; `problem` says why
 */
export type LaneStatus = "opening" | "ready" | "diverged" | "lost" | "failed";

/** What a lane's model is. */
export interface ModelFacts {
  readonly describe: string;
  readonly hidden: number;
  readonly parameters: number;
}

/** One cell that trains: what views draw. Signals change once a frame at most. */
export class Lane {
  readonly index: number;
  readonly cell: string;
  readonly label: string;
  readonly style: CellStyle;
  readonly status: Signal<LaneStatus> = signal<LaneStatus>("opening");
  readonly problem: Signal<string | null> = signal<string | null>(null);
  readonly facts: Signal<TaskFacts | null> = signal<TaskFacts | null>(null);
  readonly model: Signal<ModelFacts | null> = signal<ModelFacts | null>(null);
  /** Training steps done. */
  readonly step: Signal<number> = signal(0);
  /** Of the last training step, in the task's metric. */
  readonly loss: Signal<number | null> = signal<number | null>(null);
  /** Before clipping. */
  readonly gradNorm: Signal<number | null> = signal<number | null>(null);
  /** The newest probe. */
  readonly latest: Signal<ProbeRecord | null> = signal<ProbeRecord | null>(null);
  /** The step from which the task counts as solved. */
  readonly solvedAt: Signal<number | null> = signal<number | null>(null);
  /** How long it has computed, in milliseconds. */
  readonly busy: Signal<number> = signal(0);
  /** Rises whenever {@link history} or {@link losses} have grown: read it where they are drawn. */
  readonly version: Signal<number> = signal(0);
  readonly history: ProbeHistory = new ProbeHistory();
  readonly losses: LossSeries = new LossSeries();

  constructor(index: number, cell: string, style: CellStyle) {
    this.index = index;
    this.cell = cell;
    this.label = readCell(cell)?.label ?? cell;
    this.style = style;
  }

  /** Takes events in their order; those that are known already, as of a replay, change nothing. */
  take(events: readonly LabEvent[], milliseconds: number): void {
    // A message tells how long all of its events took: each has an equal share.
    const from = this.busy.peek();
    events.forEach((event, k) => {
      this.#one(event, from + (milliseconds * (k + 1)) / events.length);
    });
    this.busy.value += milliseconds;
    this.version.value++;
  }

  #one(event: LabEvent, time: number): void {
    switch (event.kind) {
      case "model":
        this.model.value = event;
        break;
      case "probe": {
        const { probe } = event;
        if (probe.step < (this.latest.peek()?.step ?? 0)) break;
        this.latest.value = probe;
        this.history.push(probe);
        if (probe.look.solved) this.solvedAt.value ??= probe.step;
        break;
      }
      case "step":
        if (event.step <= this.step.peek()) break;
        this.step.value = event.step;
        this.loss.value = event.loss;
        this.gradNorm.value = event.gradNorm;
        this.losses.push(event.step, event.loss, time);
        break;
      case "diverged":
        this.step.value = event.step;
        this.status.value = "diverged";
        break;
    }
  }
}
