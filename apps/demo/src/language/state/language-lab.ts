import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { cellStyles } from "@unroll/bench/palette";
import { Crew, type CrewReport, type WorkerLike } from "../engine/crew.ts";
import { type ModelKind, modelKinds } from "../model/spec.ts";
import type { TrainingSettings } from "../model/training.ts";
import { plainSampling, type SamplingSettings } from "../sampling.ts";
import { problemOf, withinLimit } from "../text.ts";
import { LanguageLane } from "./language-lane.ts";

/** What all models share, and the window of the one that has one. */
export interface LanguageSettings extends TrainingSettings {
  readonly hidden: number;
  readonly embedding: number;
  readonly context: number;
}

export const defaultLanguageSettings: LanguageSettings = {
  seed: 1,
  learningRate: 0.005,
  clip: 1,
  batch: 16,
  length: 32,
  hidden: 64,
  embedding: 16,
  context: 8,
};

/** So many times the bits of guessing blindly mean that the learning rate is too large. */
const unstableFactor = 2;

export type TextNotice = "empty" | "short" | "cut" | null;

/** The language models: what they read, how they are trained, and what can be done with them. */
export interface LanguageLab {
  readonly settings: ReadonlySignal<LanguageSettings>;
  readonly text: ReadonlySignal<string>;
  readonly notice: Signal<TextNotice>;
  readonly lanes: ReadonlySignal<readonly LanguageLane[]>;
  readonly running: ReadonlySignal<boolean>;
  readonly sampling: ReadonlySignal<SamplingSettings>;
  /** The text whose next characters are shown, and the character under the cursor, by code points. */
  readonly reading: ReadonlySignal<string>;
  readonly cursor: Signal<number>;
  readonly unstable: ReadonlySignal<readonly LanguageLane[]>;
  /** Takes a text if it can be learned from, and starts anew; otherwise {@link notice} says why not. */
  readonly useText: (text: string) => void;
  readonly change: (changes: Partial<LanguageSettings>) => void;
  readonly setSampling: (changes: Partial<SamplingSettings>) => void;
  readonly read: (text: string) => void;
  readonly run: () => void;
  readonly pause: () => void;
  readonly step: () => void;
  readonly reset: () => void;
  readonly save: (lane: LanguageLane) => Promise<Uint8Array>;
  /** Into the lane of its kind. Rejects with what is wrong with the file, and then nothing has changed. */
  readonly load: (kind: ModelKind, bytes: Uint8Array) => Promise<LanguageLane>;
  readonly dispose: () => void;
}

export interface LanguageLabOptions {
  readonly createWorker?: () => WorkerLike;
  readonly frame?: (draw: () => void) => void;
}

/** Of a new text, so many characters are read. */
const readLength = 60;
/** Inside of a word, so that there is something to guess. */
const firstCursor = 10;
const stepCount = 10;
/** Workers report in their own time: the page takes what they say together, so often at most; in milliseconds. */
const pace = 150;
const styles = cellStyles(modelKinds);

export function createLanguageLab({ createWorker, frame }: LanguageLabOptions = {}): LanguageLab {
  const atFrame = frame ?? ((draw) => setTimeout(() => requestAnimationFrame(draw), pace));
  const settings = signal(defaultLanguageSettings);
  const text = signal("");
  const notice = signal<TextNotice>(null);
  const lanes = signal<readonly LanguageLane[]>([]);
  const running = signal(false);
  const sampling = signal<SamplingSettings>({ ...plainSampling, temperature: 0.8 });
  const reading = signal("");
  const cursor = signal(firstCursor);

  // Reports wait for the next frame: views draw once, whatever comes.
  let waiting: CrewReport[] = [];
  const crew = new Crew((report) => {
    if (waiting.push(report) > 1) return;
    atFrame(() => {
      const reports = waiting;
      waiting = [];
      batch(() => {
        for (const each of reports) lanes.peek()[each.lane]?.take(each);
      });
    });
  }, createWorker);
  crew.sampling(sampling.peek());

  const open = () => {
    const { hidden, embedding, context, ...training } = settings.peek();
    waiting = [];
    running.value = false;
    lanes.value = modelKinds.map((kind, index) => new LanguageLane(index, kind, styleOf(kind)));
    crew.open(
      modelKinds.map((kind) => ({ kind, hidden, embedding, context })),
      training,
      text.peek(),
    );
  };
  const read = (given: string) => {
    reading.value = given;
    cursor.value = firstCursor;
    crew.read(given);
  };
  const run = () => {
    running.value = true;
    crew.tell({ kind: "run" });
  };

  return {
    settings,
    text,
    notice,
    lanes,
    running,
    sampling,
    reading,
    cursor,
    unstable: computed(() =>
      lanes.value.filter((lane) => {
        const uniform = lane.corpus.value?.uniformBits ?? Number.POSITIVE_INFINITY;
        return lane.status.value === "diverged" || (lane.bits.value ?? 0) > unstableFactor * Math.max(uniform, 1);
      }),
    ),
    useText: (given) => {
      const problem = problemOf(given);
      notice.value = problem?.kind ?? null;
      if (problem !== undefined) return;
      const taken = withinLimit(given);
      if (taken.length < given.length) notice.value = "cut";
      // A text of the visitor's may share no symbol with what was read before.
      if (reading.peek() === "" || text.peek() !== "")
        read([...taken.slice(0, 2 * readLength)].slice(0, readLength).join(""));
      text.value = taken;
      open();
    },
    change: (changes) => {
      settings.value = { ...settings.peek(), ...changes };
      if (text.peek() !== "") open();
    },
    setSampling: (changes) => {
      sampling.value = { ...sampling.peek(), ...changes };
      crew.sampling(sampling.peek());
    },
    read,
    run,
    pause: () => {
      running.value = false;
      crew.tell({ kind: "pause" });
    },
    step: () => {
      running.value = false;
      crew.tell({ kind: "step", count: stepCount });
    },
    reset: open,
    save: (lane) => crew.save(lane.index),
    load: async (kind, bytes) => {
      const lane = lanes.peek()[modelKinds.indexOf(kind)];
      await crew.load(lane.index, bytes, text.peek());
      return lane;
    },
    dispose: () => crew.dispose(),
  };
}

function styleOf(kind: ModelKind) {
  const style = styles.get(kind);
  if (style === undefined) throw new Error(`no style for ${kind}`);
  return style;
}
