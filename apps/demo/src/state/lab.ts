import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type ConfigProblem, type LabConfig, labVersion, type Tokens } from "@unroll/bench/lab";
import { cellStyles } from "@unroll/bench/palette";
import { Engine, type EngineOptions, type EngineReport } from "../engine/engine.ts";
import type { EngineFacts } from "../engine/protocol.ts";
import { configOfParams, type HashState, paramsOfConfig } from "./hash.ts";
import { Lane } from "./lane.ts";

/** A training loss so many times that of the best guess means that the learning rate is too large. */
const unstableFactor = 100;

/** The lab: a configuration, the lanes that follow from it, and what can be done with them. */
export interface Lab {
  readonly config: ReadonlySignal<LabConfig>;
  /** What of the link could not be taken. */
  readonly problems: ReadonlySignal<readonly ConfigProblem[]>;
  readonly dismissProblems: () => void;
  /** New lanes for every configuration. */
  readonly lanes: ReadonlySignal<readonly Lane[]>;
  readonly running: ReadonlySignal<boolean>;
  /** Null until a worker has answered. */
  readonly engine: ReadonlySignal<EngineFacts | null>;
  /** Lanes whose loss shows that the learning rate is too large: diverged, or far above guessing. */
  readonly unstable: ReadonlySignal<readonly Lane[]>;
  /** The lag under the cursor, shared by all views; null for none. */
  readonly lag: Signal<number | null>;
  /** The training step that is looked at; null for the newest. */
  readonly moment: Signal<number | null>;
  /** Changes fields of the configuration, and starts anew with them. */
  readonly change: (changes: Partial<LabConfig>) => void;
  readonly run: () => void;
  readonly pause: () => void;
  /** To the next probe. */
  readonly step: () => void;
  /** From the beginning, with the same seed. */
  readonly reset: () => void;
  /** Brings a lost lane back to where it was. */
  readonly revive: (lane: Lane) => void;
  readonly dispose: () => void;
}

export interface LabOptions {
  readonly hash: HashState;
  /** The text of the task `text`, once it is there. */
  readonly loadText?: () => Promise<Tokens>;
  readonly engine?: Omit<EngineOptions, "listen">;
  /** Calls back at the next frame. */
  readonly frame?: (draw: () => void) => void;
}

/** Follows the link: its configuration decides which lanes there are. */
export function createLab({ hash, loadText, frame, engine: options }: LabOptions): Lab {
  const atFrame = frame ?? ((draw) => requestAnimationFrame(draw));
  const lanes = signal<readonly Lane[]>([]);
  const running = signal(false);
  const facts = signal<EngineFacts | null>(null);
  const problems = signal<readonly ConfigProblem[]>([]);
  const lag = signal<number | null>(null);
  const moment = signal<number | null>(null);

  // Reports wait for the next frame: views draw once, whatever comes.
  let waiting: EngineReport[] = [];
  const engine = new Engine({
    ...options,
    listen: (report) => {
      if (waiting.push(report) === 1)
        atFrame(() => {
          const reports = waiting;
          waiting = [];
          batch(() => reports.forEach(take));
        });
    },
  });

  const take = (report: EngineReport) => {
    if (report.kind === "engine") {
      facts.value = report;
      return;
    }
    const lane = report.opening === engine.opening ? lanes.peek()[report.lane] : undefined;
    if (lane === undefined) return;
    switch (report.kind) {
      case "opened":
        lane.facts.value = report.facts;
        lane.status.value = "ready";
        break;
      case "events":
        lane.take(report.events, report.milliseconds);
        if (lane.status.peek() === "diverged") pause();
        break;
      case "failed":
        lane.status.value = "failed";
        lane.problem.value = report.message;
        break;
      case "lost":
        lane.status.value = "lost";
        lane.problem.value = report.message;
        break;
    }
  };

  const config = signal<LabConfig>(configOfParams(hash.params.peek()).config);
  const open = async (next: LabConfig) => {
    const styles = cellStyles(next.cells);
    batch(() => {
      running.value = false;
      moment.value = null;
      config.value = next;
      lanes.value = next.cells.map((cell, index) => new Lane(index, cell, styles.get(cell) ?? missing(cell)));
    });
    const text = next.task === "text" ? await loadText?.() : undefined;
    if (config.peek() === next) engine.open(next, text);
  };

  // The part of the link that is a configuration; keys of views leave it as it is.
  const wanted = computed(() => JSON.stringify(configOfParams(hash.params.value)));
  const unfollow = effect(() => {
    const parsed = JSON.parse(wanted.value) as ReturnType<typeof configOfParams>;
    problems.value = parsed.problems;
    open(parsed.config);
  });

  const pause = () => {
    running.value = false;
    engine.pause();
  };
  return {
    config,
    problems,
    dismissProblems: () => {
      problems.value = [];
    },
    lanes,
    running,
    engine: facts,
    unstable: computed(() =>
      lanes.value.filter((lane) => {
        const chance = lane.facts.value?.chance.value;
        const loss = lane.loss.value;
        if (lane.status.value === "diverged") return true;
        return loss !== null && chance !== undefined && loss > unstableFactor * chance;
      }),
    ),
    lag,
    moment,
    change: (changes) => hash.put(paramsOfConfig({ ...config.peek(), ...changes, v: labVersion })),
    run: () => {
      running.value = true;
      moment.value = null;
      engine.run();
    },
    pause,
    step: () => {
      running.value = false;
      engine.step(lanes.peek()[0]?.facts.peek()?.probeEvery ?? 1);
    },
    reset: () => {
      open(config.peek());
    },
    revive: (lane) => {
      lane.status.value = "opening";
      lane.problem.value = null;
      engine.revive(lane.index, lane.step.peek());
    },
    dispose: () => {
      unfollow();
      engine.dispose();
    },
  };
}

function missing(cell: string): never {
  throw new Error(`no style for ${cell}`);
}
