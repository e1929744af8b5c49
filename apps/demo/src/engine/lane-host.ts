import { type LabEvent, type LabLane, openLane } from "@unroll/bench/lab";
import type { Command, LaneId, Report } from "./protocol.ts";
import { buffersOf } from "./transfer.ts";
import { Turns } from "./turns.ts";

/** How a host reaches the page, the clock, and its own next turn. */
export interface HostPort {
  readonly post: (report: Report, transfer: ArrayBuffer[]) => void;
  /** Calls back after messages that wait have been heard. */
  readonly soon: (turn: () => void) => void;
  readonly now: () => number;
}

/** How long lanes are trained before messages are listened to, and how long events are gathered, in milliseconds. */
const slice = 12;
const gather = 40;

interface OpenLane {
  readonly id: LaneId;
  readonly lane: LabLane;
  /** Steps up to here are not told. */
  readonly silentUntil: number;
  step: number;
  /** Steps that a pause waits for; Infinity while running. */
  left: number;
  ended: boolean;
  events: LabEvent[];
  milliseconds: number;
}

/** Trains lanes in turn, one step each, and tells what happens. It lives in a worker; tests run it as it is. */
export class LaneHost {
  readonly #port: HostPort;
  #lanes: OpenLane[] = [];
  #scheduled = false;
  #toldAt = 0;
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
        this.#go(Number.POSITIVE_INFINITY);
        break;
      case "pause":
        for (const lane of this.#lanes) lane.left = Math.min(lane.left, replayLeft(lane));
        this.#tell();
        break;
      case "step":
        this.#go(command.count);
        break;
    }
  }

  #open({ lane: index, opening, config, cell, text, replay }: Extract<Command, { kind: "open" }>): void {
    const id = { lane: index, opening };
    // A new opening ends all older ones, and an open lane of the same number.
    this.#lanes = this.#lanes.filter((lane) => lane.id.opening === opening && lane.id.lane !== index);
    try {
      const lane = openLane(config, cell, { text });
      const open: OpenLane = {
        id,
        lane,
        silentUntil: replay,
        step: 0,
        left: replay,
        ended: false,
        events: [],
        milliseconds: 0,
      };
      this.#port.post({ ...id, kind: "opened", facts: lane.facts }, []);
      this.#lanes.push(open);
      // The model and the probe before training: there is something to see before anything runs.
      this.#take(open, 2);
      this.#tell();
      this.#schedule();
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #go(steps: number): void {
    for (const lane of this.#lanes) lane.left = replayLeft(lane) + steps;
    this.#schedule();
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
      try {
        this.#advance(lane);
      } catch (error) {
        lane.ended = true;
        this.#fail(lane.id, error);
      }
    } while (now() < until);
    if (now() - this.#toldAt >= gather || !this.#lanes.some(isActive)) this.#tell();
    this.#schedule();
  }

  /** One training step, and the probe behind it where one is due. */
  #advance(lane: OpenLane): void {
    const startedAt = this.#port.now();
    const before = lane.step;
    while (lane.step === before && !lane.ended) this.#take(lane, 1);
    if (!lane.ended && lane.step % lane.lane.facts.probeEvery === 0) this.#take(lane, 1);
    lane.left -= 1;
    lane.milliseconds += this.#port.now() - startedAt;
  }

  #take(lane: OpenLane, count: number): void {
    for (let k = 0; k < count; k++) {
      const { value, done } = lane.lane.events.next();
      if (done) {
        lane.ended = true;
        return;
      }
      if (value.kind === "step") lane.step = value.step;
      if (value.kind === "diverged") lane.ended = true;
      if (lane.silentUntil === 0 || lane.step > lane.silentUntil || value.kind === "model" || value.kind === "diverged")
        lane.events.push(value);
    }
  }

  #tell(): void {
    this.#toldAt = this.#port.now();
    for (const lane of this.#lanes) {
      if (lane.events.length === 0) continue;
      const { id, events, milliseconds } = lane;
      lane.events = [];
      lane.milliseconds = 0;
      this.#port.post({ ...id, kind: "events", events, milliseconds }, buffersOf(events));
    }
  }

  #fail(id: LaneId, error: unknown): void {
    this.#port.post({ ...id, kind: "failed", message: error instanceof Error ? error.message : String(error) }, []);
  }
}

function isActive({ left, ended }: OpenLane): boolean {
  return left > 0 && !ended;
}

/** What a replay still has to do, whoever pauses. */
function replayLeft({ silentUntil, step }: OpenLane): number {
  return Math.max(0, silentUntil - step);
}
