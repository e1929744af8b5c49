import type { HostPort as LanePort } from "../../engine/lane-host.ts";
import { Turns } from "../../engine/turns.ts";
import { loadTraining, saveTraining } from "../model/checkpoint.ts";
import { type StepResult, Training } from "../model/training.ts";
import { plainSampling, type SamplingSettings } from "../sampling.ts";
import { corpusOf } from "../text.ts";
import type { Command, Report } from "./protocol.ts";

/** How a host reaches the page, the clock, and its own next turn. */
export type HostPort = Omit<LanePort, "post"> & {
  readonly post: (report: Report, transfer: ArrayBuffer[]) => void;
};

/** How long lanes are trained before messages are listened to, and how long results are gathered, in milliseconds. */
const slice = 12;
const gather = 150;
/** Characters of a passage, and how many of them are written between two training steps. */
export const passageLength = 220;
const charactersPerStep = 2;
/** At least so many training steps between two looks at the read text. */
const lookEvery = 10;

interface OpenLane {
  readonly lane: number;
  training: Training;
  /** Steps that a pause waits for; Infinity while running. */
  left: number;
  results: StepResult[];
  milliseconds: number;
  writer: IterableIterator<string> | undefined;
  written: string;
  writtenAt: number;
  writingChanged: boolean;
  passages: number;
  lookedAt: number;
}

/** Trains language models in turn, lets them write between steps, and tells what happens. It lives in a worker; tests run it as it is. */
export class LanguageHost {
  readonly #port: HostPort;
  #lanes: OpenLane[] = [];
  #opening = 0;
  #sampling: SamplingSettings = plainSampling;
  #read = "";
  #running = false;
  #scheduled = false;
  #toldAt = Number.NEGATIVE_INFINITY;
  readonly #turns = new Turns<OpenLane>();

  constructor(port: HostPort) {
    this.#port = port;
  }

  handle(command: Command): void {
    switch (command.kind) {
      case "open":
        this.#open(command);
        break;
      case "run":
        this.#running = true;
        for (const lane of this.#lanes) lane.left = Number.POSITIVE_INFINITY;
        this.#schedule();
        break;
      case "pause":
        this.#running = false;
        for (const lane of this.#lanes) lane.left = 0;
        this.#rest();
        break;
      case "step":
        this.#running = false;
        for (const lane of this.#lanes) lane.left = command.count;
        this.#schedule();
        break;
      case "sampling":
        this.#sampling = command.sampling;
        // What is written from now on; a pause shows the difference at once.
        for (const lane of this.#lanes) this.#beginPassage(lane);
        this.#rest();
        break;
      case "read":
        this.#read = command.text;
        for (const lane of this.#lanes) this.#look(lane);
        break;
      case "save":
        this.#save(command.lane, command.ticket);
        break;
      case "load":
        this.#load(command);
        break;
    }
  }

  #open({ opening, lanes, settings, text }: Extract<Command, { kind: "open" }>): void {
    this.#opening = opening;
    this.#lanes = [];
    this.#running = false;
    const corpus = corpusOf(text);
    for (const { lane, spec } of lanes) {
      try {
        const training = new Training({ ...spec, symbols: corpus.vocabulary.size }, settings, corpus);
        this.#begin(lane, training, false);
      } catch (error) {
        this.#fail(lane, error);
      }
    }
    this.#rest();
  }

  #begin(lane: number, training: Training, loaded: boolean): void {
    const open: OpenLane = {
      lane,
      training,
      left: this.#running ? Number.POSITIVE_INFINITY : 0,
      results: [],
      milliseconds: 0,
      writer: undefined,
      written: "",
      writtenAt: training.step,
      writingChanged: false,
      passages: 0,
      lookedAt: training.step,
    };
    this.#lanes = [...this.#lanes.filter((other) => other.lane !== lane), open].sort((a, b) => a.lane - b.lane);
    const { spec, parameters, step, corpus } = training;
    this.#port.post(
      { kind: "opened", opening: this.#opening, lane, spec, parameters, step, corpus: corpus.facts, loaded },
      [],
    );
    this.#beginPassage(open);
    this.#look(open);
    this.#schedule();
  }

  #load({ opening, lane, bytes, text, ticket }: Extract<Command, { kind: "load" }>): void {
    try {
      const training = loadTraining(bytes, text);
      this.#opening = opening;
      this.#begin(lane, training, true);
      this.#rest();
    } catch (error) {
      this.#port.post({ kind: "refused", ticket, message: messageOf(error) }, []);
    }
  }

  #save(index: number, ticket: number): void {
    const lane = this.#lanes.find((open) => open.lane === index);
    if (lane === undefined) {
      this.#port.post({ kind: "refused", ticket, message: "there is no such model" }, []);
      return;
    }
    const bytes = saveTraining(lane.training);
    this.#port.post({ kind: "saved", ticket, bytes }, [bytes.buffer as ArrayBuffer]);
  }

  #schedule(): void {
    if (this.#scheduled || !this.#lanes.some(isActive)) return;
    this.#scheduled = true;
    this.#port.soon(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    const { now } = this.#port;
    const until = now() + slice;
    do {
      const lane = this.#turns.next(this.#lanes, isActive);
      if (lane === undefined) break;
      this.#guard(lane, () => this.#advance(lane));
    } while (now() < until);
    if (!this.#lanes.some(isActive)) this.#rest();
    else if (now() - this.#toldAt >= gather) this.#tell();
    this.#schedule();
  }

  #advance(lane: OpenLane): void {
    const startedAt = this.#port.now();
    lane.results.push(lane.training.advance());
    lane.left -= 1;
    lane.milliseconds += this.#port.now() - startedAt;
    if (lane.training.ended) return;
    if (lane.written.length >= passageLength) this.#beginPassage(lane);
    this.#write(lane, charactersPerStep);
    if (lane.training.step - lane.lookedAt >= lookEvery) this.#look(lane);
  }

  #beginPassage(lane: OpenLane): void {
    if (lane.training.ended) return;
    lane.writer = lane.training.write("", () => this.#sampling, lane.training.settings.seed + lane.passages++);
    lane.written = "";
    lane.writtenAt = lane.training.step;
  }

  #write(lane: OpenLane, characters: number): void {
    for (let k = 0; k < characters && lane.writer !== undefined; k++) {
      lane.written += lane.writer.next().value ?? "";
      lane.writingChanged = true;
    }
  }

  /** Passages are brought to their end where nothing trains, and all is told. */
  #rest(): void {
    for (const lane of this.#lanes)
      if (!isActive(lane) && !lane.training.ended)
        this.#guard(lane, () => {
          this.#write(lane, Math.max(0, passageLength - lane.written.length));
          if (lane.lookedAt !== lane.training.step) this.#look(lane);
        });
    this.#tell();
  }

  #look(lane: OpenLane): void {
    lane.lookedAt = lane.training.step;
    this.#guard(lane, () => {
      const text = this.#read;
      const looks = lane.training.look(text);
      this.#port.post({ kind: "looks", opening: this.#opening, lane: lane.lane, text, looks }, []);
    });
  }

  #tell(): void {
    this.#toldAt = this.#port.now();
    const opening = this.#opening;
    for (const open of this.#lanes) {
      const { lane, results, milliseconds } = open;
      if (results.length > 0) {
        open.results = [];
        open.milliseconds = 0;
        this.#port.post({ kind: "steps", opening, lane, results, milliseconds }, []);
      }
      if (!open.writingChanged) continue;
      open.writingChanged = false;
      this.#port.post({ kind: "writing", opening, lane, step: open.writtenAt, text: open.written }, []);
    }
  }

  #guard(lane: OpenLane, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#lanes = this.#lanes.filter((open) => open !== lane);
      this.#fail(lane.lane, error);
    }
  }

  #fail(lane: number, error: unknown): void {
    this.#port.post({ kind: "failed", opening: this.#opening, lane, message: messageOf(error) }, []);
  }
}

function isActive({ left, training }: OpenLane): boolean {
  return left > 0 && !training.ended;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
