import { defaultLabConfig, type LabConfig, type LabEvent, openLane } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { LaneHost } from "./lane-host.ts";
import type { Report } from "./protocol.ts";

const config: LabConfig = { ...defaultLabConfig, T: 12, H: 6, B: 4, cells: ["rnn", "lstm-fb1"] };

/** A host whose turns come when they are asked for. */
function host() {
  const reports: Report[] = [];
  const transferred: ArrayBuffer[] = [];
  let turn: (() => void) | undefined;
  let clock = 0;
  const own = new LaneHost({
    post: (report, transfer) => {
      reports.push(report);
      transferred.push(...transfer);
    },
    soon: (next) => {
      turn = next;
    },
    // Every look at the clock is a millisecond later, so that a turn ends.
    now: () => clock++,
  });
  return {
    own,
    reports,
    transferred,
    open: (lane: number, replay = 0, opening = 1) =>
      own.handle({ kind: "open", lane, opening, config, cell: config.cells[lane], text: undefined, replay }),
    /** Whether there was something to do. */
    turn: () => {
      const next = turn;
      turn = undefined;
      next?.();
      return next !== undefined;
    },
    settle: () => {
      while (turn !== undefined) {
        const next = turn;
        turn = undefined;
        next();
      }
    },
    eventsOf: (lane: number) =>
      reports.flatMap((report) => (report.kind === "events" && report.lane === lane ? report.events : [])),
  };
}

function directly(cell: string, steps: number): LabEvent[] {
  const { events, facts } = openLane(config, cell);
  const found: LabEvent[] = [];
  for (const event of events) {
    found.push(event);
    // As far as a pause goes: the step, and the probe behind it where one is due.
    const due = steps % facts.probeEvery === 0;
    if (event.kind === "step" && event.step === steps && !due) return found;
    if (event.kind === "probe" && event.probe.step === steps) return found;
  }
  return found;
}

describe("LaneHost", () => {
  it("shows the model and a probe before anything runs", () => {
    const { open, eventsOf, turn, reports } = host();
    open(0);
    expect(reports[0]).toMatchObject({ kind: "opened", lane: 0, opening: 1, facts: { name: "adding", lags: 12 } });
    expect(eventsOf(0).map(({ kind }) => kind)).toEqual(["model", "probe"]);
    expect(turn()).toBe(false);
  });

  it("gives the numbers of openLane, bit for bit, whatever else it trains and however it is paused", () => {
    const { own, open, eventsOf, settle, turn } = host();
    open(0);
    open(1);
    own.handle({ kind: "step", count: 7 });
    settle();
    own.handle({ kind: "run" });
    turn();
    own.handle({ kind: "pause" });
    settle();
    for (const [lane, cell] of config.cells.entries()) {
      const events = eventsOf(lane);
      const last = events.findLast((event) => event.kind === "step");
      expect(last?.step).toBeGreaterThan(7);
      expect(events).toEqual(directly(cell, last?.step ?? 0));
    }
  });

  it("trains lanes in turn, as many steps each", () => {
    const { own, open, eventsOf, settle } = host();
    open(0);
    open(1);
    own.handle({ kind: "step", count: 20 });
    settle();
    const steps = (lane: number) => eventsOf(lane).filter(({ kind }) => kind === "step").length;
    expect([steps(0), steps(1)]).toEqual([20, 20]);
  });

  it("hands over the arrays of probes", () => {
    const { open, eventsOf, transferred } = host();
    open(1);
    const probe = eventsOf(1).find((event) => event.kind === "probe")?.probe;
    expect(transferred).toContain(probe?.joint.mean.buffer);
    expect(transferred).toContain(probe?.keep?.timeScale.buffer);
  });

  it("brings a lane back in silence, and goes on with the same numbers", () => {
    const { own, open, eventsOf, settle } = host();
    open(1, 10);
    settle();
    expect(eventsOf(1).map(({ kind }) => kind)).toEqual(["model"]);
    own.handle({ kind: "step", count: 5 });
    settle();
    const expected = directly("lstm-fb1", 15).filter(
      (event) => (event.kind === "step" && event.step > 10) || (event.kind === "probe" && event.probe.step > 10),
    );
    expect(eventsOf(1).slice(1)).toEqual(expected);
  });

  it("gives up the lanes of an older opening", () => {
    const { own, open, reports, settle } = host();
    open(0, 0, 1);
    open(0, 0, 2);
    own.handle({ kind: "step", count: 2 });
    settle();
    const late = reports.slice(reports.findIndex((report) => "opening" in report && report.opening === 2));
    expect(late.every((report) => !("opening" in report) || report.opening === 2)).toBe(true);
  });

  it("says what is wrong with a lane that cannot be opened, and trains the others", () => {
    const { own, open, reports, eventsOf, settle } = host();
    open(0);
    const text: LabConfig = { ...config, task: "text" };
    own.handle({ kind: "open", lane: 1, opening: 1, config: text, cell: "rnn", text: undefined, replay: 0 });
    own.handle({ kind: "step", count: 2 });
    settle();
    expect(reports).toContainEqual({ kind: "failed", lane: 1, opening: 1, message: "the task text needs a text" });
    expect(eventsOf(0).filter(({ kind }) => kind === "step")).toHaveLength(2);
  });
});
