import type { LabConfig, Tokens } from "@unroll/bench/lab";
import type { Command, Report } from "./protocol.ts";

/** What of a Worker is used, so that tests can stand in for it. */
export interface WorkerLike {
  postMessage(command: Command): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Report>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/** What the engine tells the page: what workers report, and lanes whose worker is gone. */
export type EngineReport =
  | Report
  | { readonly kind: "lost"; readonly lane: number; readonly opening: number; readonly message: string };

export interface EngineOptions {
  readonly listen: (report: EngineReport) => void;
  /** The most workers; one for each lane, and one processor is left to the page, unless given. */
  readonly most?: number;
  readonly createWorker?: () => WorkerLike;
}

interface Slot {
  /** Undefined before a lane is opened, and behind the death of one that was. */
  worker: WorkerLike | undefined;
  /** Which lanes it trains. */
  lanes: number[];
}

/**
 * Trains lanes in workers, as many as there are processors beside the page's own, in turn where there are fewer. A worker
 * that dies takes only its own lanes with it, and {@link revive} brings them back to where they were.
 */
export class Engine {
  readonly #listen: (report: EngineReport) => void;
  readonly #create: () => WorkerLike;
  readonly #most: number;
  #slots: Slot[] = [];
  #opening = 0;
  #config: LabConfig | undefined;
  #text: Tokens | undefined;
  #running = false;

  constructor({ listen, most, createWorker }: EngineOptions) {
    this.#listen = listen;
    this.#create = createWorker ?? startWorker;
    this.#most = Math.max(1, most ?? (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
  }

  /** The number of the opening that reports belong to. */
  get opening(): number {
    return this.#opening;
  }

  /** Opens a lane for each cell, at step 0; what ran before is given up. */
  open(config: LabConfig, text?: Tokens): void {
    this.#opening++;
    this.#config = config;
    this.#text = text;
    this.#running = false;
    const count = Math.min(this.#most, config.cells.length);
    while (this.#slots.length > count) this.#slots.pop()?.worker?.terminate();
    while (this.#slots.length < count) this.#slots.push({ worker: undefined, lanes: [] });
    this.#slots.forEach((slot, k) => {
      slot.lanes = config.cells.flatMap((_, lane) => (lane % count === k ? [lane] : []));
      for (const lane of slot.lanes) this.#openLane(slot, lane, 0);
    });
  }

  run(): void {
    this.#running = true;
    this.#tell({ kind: "run" });
  }

  pause(): void {
    this.#running = false;
    this.#tell({ kind: "pause" });
  }

  /** So many training steps for every lane, then a pause. */
  step(count: number): void {
    this.#running = false;
    this.#tell({ kind: "step", count });
  }

  /** Starts a lost lane again, and brings it to where it was: the same seed gives the same numbers. */
  revive(lane: number, step: number): void {
    const slot = this.#slots.find(({ lanes }) => lanes.includes(lane));
    if (slot === undefined) return;
    this.#openLane(slot, lane, step);
    if (this.#running) slot.worker?.postMessage({ kind: "run" });
  }

  dispose(): void {
    for (const { worker } of this.#slots) worker?.terminate();
    this.#slots = [];
  }

  #tell(command: Command): void {
    for (const { worker } of this.#slots) worker?.postMessage(command);
  }

  #openLane(slot: Slot, lane: number, replay: number): void {
    const config = this.#config;
    if (config === undefined) return;
    const worker = slot.worker ?? this.#start(slot);
    const cell = config.cells[lane];
    worker.postMessage({ kind: "open", lane, opening: this.#opening, config, cell, text: this.#text, replay });
  }

  #start(slot: Slot): WorkerLike {
    const worker = this.#create();
    slot.worker = worker;
    worker.onmessage = ({ data }) => {
      if (!("opening" in data) || data.opening === this.#opening) this.#listen(data);
    };
    // A new worker starts when it is asked for: one that cannot even load would die again and again.
    const lost = (message: string) => {
      if (slot.worker !== worker) return;
      worker.terminate();
      slot.worker = undefined;
      for (const lane of slot.lanes) this.#listen({ kind: "lost", lane, opening: this.#opening, message });
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      lost(event.message ?? "");
    };
    worker.onmessageerror = () => lost("a message could not be read");
    return worker;
  }
}

function startWorker(): WorkerLike {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "unroll lanes" });
}
