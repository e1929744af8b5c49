import { type Signal, signal } from "@preact/signals";
import type { CellStyle } from "@unroll/bench/palette";
import { LossSeries } from "../../state/loss-series.ts";
import type { CrewReport } from "../engine/crew.ts";
import type { ModelKind, ModelSpec } from "../model/spec.ts";
import type { Look } from "../model/training.ts";
import type { CorpusFacts } from "../text.ts";

/** How quickly the shown loss follows: about the mean of so many steps. */
const smoothing = 50;

export type LanguageLaneStatus = "opening" | "ready" | "diverged" | "lost" | "failed";

/** One model as the page sees it. */
export class LanguageLane {
  readonly index: number;
  readonly kind: ModelKind;
  readonly style: CellStyle;
  readonly status: Signal<LanguageLaneStatus> = signal<LanguageLaneStatus>("opening");
  readonly problem: Signal<string> = signal("");
  readonly spec: Signal<ModelSpec | null> = signal<ModelSpec | null>(null);
  readonly corpus: Signal<CorpusFacts | null> = signal<CorpusFacts | null>(null);
  readonly parameters: Signal<number> = signal(0);
  readonly step: Signal<number> = signal(0);
  /** Bits per character, smoothed over the last steps. */
  readonly bits: Signal<number | null> = signal<number | null>(null);
  readonly busy: Signal<number> = signal(0);
  readonly written: Signal<{ readonly step: number; readonly text: string }> = signal({ step: 0, text: "" });
  readonly looks: Signal<{ readonly text: string; readonly looks: readonly (Look | null)[] } | null> = signal(
    null,
  ) as Signal<{
    readonly text: string;
    readonly looks: readonly (Look | null)[];
  } | null>;
  losses: LossSeries = new LossSeries();
  /** Rises whenever {@link losses} have grown. */
  readonly version: Signal<number> = signal(0);
  #count = 0;

  constructor(index: number, kind: ModelKind, style: CellStyle) {
    this.index = index;
    this.kind = kind;
    this.style = style;
  }

  take(report: CrewReport): void {
    switch (report.kind) {
      case "opened":
        this.#open(report);
        break;
      case "steps":
        for (const result of report.results) {
          this.step.value = result.step;
          if (result.kind === "diverged") this.status.value = "diverged";
          else this.#push(result.step, result.bits);
        }
        this.busy.value += report.milliseconds;
        this.version.value++;
        break;
      case "writing":
        this.written.value = { step: report.step, text: report.text };
        break;
      case "looks":
        this.looks.value = { text: report.text, looks: report.looks };
        break;
      case "failed":
      case "lost":
        this.status.value = report.kind;
        this.problem.value = report.message;
        break;
    }
  }

  #open({ spec, parameters, step, corpus }: Extract<CrewReport, { kind: "opened" }>): void {
    this.spec.value = spec;
    this.parameters.value = parameters;
    this.corpus.value = corpus;
    this.step.value = step;
    this.bits.value = null;
    this.busy.value = 0;
    this.losses = new LossSeries();
    this.#count = 0;
    this.status.value = "ready";
    this.version.value++;
  }

  /** A mean of all steps at first, so that the beginning is not the first step's; then an exponential one. */
  #push(step: number, bits: number): void {
    this.losses.push(step, bits);
    const weight = 1 / Math.min(smoothing, ++this.#count);
    const before = this.bits.peek() ?? bits;
    this.bits.value = before + weight * (bits - before);
  }
}
