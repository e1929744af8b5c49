import type { TrainingSettings } from "../model/training.ts";
import type { SamplingSettings } from "../sampling.ts";
import type { Command, LaneSpec, Report } from "./protocol.ts";

/** What of a Worker is used, so that tests can stand in for it. */
export interface WorkerLike {
  postMessage(command: Command, transfer?: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Report>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

/** What reaches the page: what workers report about the newest opening, and lanes whose worker has died. */
export type CrewReport =
  | Exclude<Report, { kind: "saved" | "refused" }>
  | { readonly kind: "lost"; readonly opening: number; readonly lane: number; readonly message: string };

interface Member {
  worker: WorkerLike | undefined;
  lanes: number[];
}

/** The workers of the language models: as many as there are processors beside the page's own, lanes in turn where there are fewer. */
export class Crew {
  readonly #listen: (report: CrewReport) => void;
  readonly #create: () => WorkerLike;
  readonly #most: number;
  readonly #tickets = new Map<
    number,
    { done: (bytes: Uint8Array) => void; fail: (error: Error) => void; member: Member }
  >();
  #members: Member[] = [];
  #opening = 0;
  #ticket = 0;
  #sampling: SamplingSettings | undefined;
  #read = "";

  constructor(listen: (report: CrewReport) => void, create: () => WorkerLike = startWorker, most?: number) {
    this.#listen = listen;
    this.#create = create;
    this.#most = Math.max(1, most ?? (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
  }

  /** New models on a text, at step 0; what was there is given up. */
  open(specs: readonly LaneSpec[], settings: TrainingSettings, text: string): void {
    this.#opening++;
    const count = Math.min(this.#most, specs.length);
    while (this.#members.length > count) this.#members.pop()?.worker?.terminate();
    while (this.#members.length < count) this.#members.push({ worker: undefined, lanes: [] });
    this.#members.forEach((member, k) => {
      member.lanes = specs.flatMap((_, lane) => (lane % count === k ? [lane] : []));
      const lanes = member.lanes.map((lane) => ({ lane, spec: specs[lane] }));
      this.#workerOf(member).postMessage({ kind: "open", opening: this.#opening, lanes, settings, text });
    });
  }

  tell(command: Extract<Command, { kind: "run" | "pause" | "step" }>): void {
    for (const { worker } of this.#members) worker?.postMessage(command);
  }

  sampling(sampling: SamplingSettings): void {
    this.#sampling = sampling;
    for (const { worker } of this.#members) worker?.postMessage({ kind: "sampling", sampling });
  }

  read(text: string): void {
    this.#read = text;
    for (const { worker } of this.#members) worker?.postMessage({ kind: "read", text });
  }

  /** A lane's model as a safetensors file. */
  save(lane: number): Promise<Uint8Array> {
    const member = this.#memberOf(lane);
    const { worker } = member;
    if (worker === undefined) return Promise.reject(new Error("its worker has died"));
    return new Promise((done, fail) => {
      const ticket = ++this.#ticket;
      this.#tickets.set(ticket, { done, fail, member });
      worker.postMessage({ kind: "save", lane, ticket });
    });
  }

  /** Puts the model of a file in the place of a lane; rejects with what is wrong with the file, and then the lane is as it was. */
  load(lane: number, bytes: Uint8Array, text: string): Promise<void> {
    const member = this.#memberOf(lane);
    return new Promise((done, fail) => {
      const ticket = ++this.#ticket;
      this.#tickets.set(ticket, { done: () => done(), fail, member });
      this.#loading.set(lane, ticket);
      this.#workerOf(member).postMessage({ kind: "load", opening: this.#opening, lane, bytes, text, ticket });
    });
  }

  dispose(): void {
    for (const { worker } of this.#members) worker?.terminate();
    this.#members = [];
  }

  /** Tickets of files on their way, by lane: an `opened` answers them. */
  readonly #loading = new Map<number, number>();

  #memberOf(lane: number): Member {
    const member = this.#members.find(({ lanes }) => lanes.includes(lane));
    if (member === undefined) throw new Error(`there is no lane ${lane}`);
    return member;
  }

  #workerOf(member: Member): WorkerLike {
    if (member.worker !== undefined) return member.worker;
    const worker = this.#create();
    member.worker = worker;
    worker.onmessage = ({ data }) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      if (member.worker !== worker) return;
      worker.terminate();
      member.worker = undefined;
      const message = event.message ?? "";
      for (const [ticket, waiting] of this.#tickets)
        if (waiting.member === member) this.#settle(ticket)?.fail(new Error(message));
      for (const lane of member.lanes) this.#listen({ kind: "lost", opening: this.#opening, lane, message });
    };
    if (this.#sampling !== undefined) worker.postMessage({ kind: "sampling", sampling: this.#sampling });
    worker.postMessage({ kind: "read", text: this.#read });
    return worker;
  }

  #take(report: Report): void {
    if (report.kind === "saved") {
      this.#settle(report.ticket)?.done(report.bytes);
      return;
    }
    if (report.kind === "refused") {
      this.#settle(report.ticket)?.fail(new Error(report.message));
      return;
    }
    if (report.opening !== this.#opening) return;
    this.#listen(report);
    const ticket = this.#loading.get(report.lane);
    if (report.kind !== "opened" || !report.loaded || ticket === undefined) return;
    this.#loading.delete(report.lane);
    this.#settle(ticket)?.done(new Uint8Array());
  }

  #settle(ticket: number) {
    const waiting = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return waiting;
  }
}

function startWorker(): WorkerLike {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "unroll language models" });
}
