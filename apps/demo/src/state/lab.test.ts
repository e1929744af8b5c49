import { signal } from "@preact/signals";
import { defaultLabConfig } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import type { WorkerLike } from "../engine/engine.ts";
import { LaneHost } from "../engine/lane-host.ts";
import type { Command, Report } from "../engine/protocol.ts";
import { type HashParams, type HashState, paramsOfConfig } from "./hash.ts";
import { createLab } from "./lab.ts";

const config = { ...defaultLabConfig, T: 12, H: 6, B: 4, cells: ["relu", "lstm-fb1"] };

/** A lab whose workers run here, when they are told to, and whose frames come when they are drawn. */
function labOf(params: HashParams) {
  const state = signal<HashParams>(params);
  const hash: HashState = {
    params: state,
    put: (changes) => {
      state.value = { ...state.peek(), ...changes } as HashParams;
    },
    dispose: () => {},
  };
  const turns: (() => void)[] = [];
  const frames: (() => void)[] = [];
  const workers: (WorkerLike & { die(): void })[] = [];
  let clock = 0;
  const createWorker = () => {
    let alive = true;
    const host = new LaneHost({
      post: (report) => alive && worker.onmessage?.({ data: structuredClone(report) } as MessageEvent<Report>),
      soon: (turn) => turns.push(() => alive && turn()),
      now: () => clock++,
    });
    const worker: (typeof workers)[number] = {
      onmessage: null,
      onerror: null,
      onmessageerror: null,
      postMessage: (command: Command) => host.handle(command),
      terminate: () => {
        alive = false;
      },
      die: () => worker.onerror?.({ message: "out of memory" } as ErrorEvent),
    };
    workers.push(worker);
    return worker;
  };
  const lab = createLab({ hash, engine: { most: 1, createWorker }, frame: (draw) => frames.push(draw) });
  const draw = () => {
    for (const frame of frames.splice(0)) frame();
  };
  /** Opening is asynchronous, since a text may have to be fetched. */
  const opened = async () => {
    await Promise.resolve();
    draw();
  };
  const settle = () => {
    while (turns.length > 0) turns.shift()?.();
    draw();
  };
  const turn = (count: number) => {
    for (let k = 0; k < count; k++) turns.shift()?.();
    draw();
  };
  return { lab, hash, workers, opened, settle, turn };
}

const params = paramsOfConfig(config);

describe("createLab", () => {
  it("opens a lane for each cell of the link, with a probe before anything runs", async () => {
    const { lab, opened } = labOf(params);
    expect(lab.lanes.value.map(({ status }) => status.value)).toEqual(["opening", "opening"]);
    await opened();
    for (const lane of lab.lanes.value) {
      expect(lane.status.value).toBe("ready");
      expect(lane.latest.value?.step).toBe(0);
      expect(lane.facts.value?.chance.value).toBeCloseTo(1 / 6, 12);
    }
    expect(lab.lanes.value.map(({ label }) => label)).toEqual(["ReLU RNN", "LSTM, forget bias 1"]);
  });

  it("trains to the next probe at a step, and repeats itself after a reset", async () => {
    const { lab, opened, settle } = labOf(params);
    await opened();
    const losses = () =>
      lab.lanes.value.map(({ losses: { losses, length } }) => Array.from(losses.subarray(0, length)));
    lab.step();
    settle();
    const first = losses();
    const { probeEvery } = lab.lanes.value[0].facts.value ?? { probeEvery: 0 };
    expect(first[0]).toHaveLength(probeEvery);
    expect(lab.lanes.value[0].latest.value?.step).toBe(probeEvery);
    lab.reset();
    await opened();
    expect(losses()[0]).toEqual([]);
    lab.step();
    settle();
    expect(losses()).toEqual(first);
  });

  it("starts anew with what changes, and leaves the lanes alone when a view's key does", async () => {
    const { lab, hash, opened } = labOf(params);
    await opened();
    const { value: lanes } = lab.lanes;
    hash.put({ lag: "3" });
    expect(lab.lanes.value).toBe(lanes);
    lab.change({ seed: 5 });
    expect(lab.lanes.value).not.toBe(lanes);
    expect(lab.config.value.seed).toBe(5);
  });

  it("pauses when a lane diverges, keeps its curves, and names it", async () => {
    const { lab, opened, turn } = labOf(paramsOfConfig({ ...config, lr: 1e9, clip: null }));
    await opened();
    lab.run();
    turn(5);
    const [relu] = lab.lanes.value;
    expect(relu.status.value).toBe("diverged");
    expect(lab.running.value).toBe(false);
    expect(lab.unstable.value).toContain(relu);
    expect(relu.history.records.length).toBeGreaterThan(0);
  });

  it("brings a lane back whose worker died: the same numbers, nothing twice", async () => {
    const straight = labOf(params);
    await straight.opened();
    straight.lab.step();
    straight.lab.step();
    straight.settle();
    const { lab, workers, opened, settle } = labOf(params);
    await opened();
    lab.step();
    settle();
    workers[0].die();
    settle();
    for (const lane of lab.lanes.value) {
      expect(lane.status.value).toBe("lost");
      expect(lane.problem.value).toBe("out of memory");
      lab.revive(lane);
    }
    settle();
    lab.step();
    settle();
    for (const [k, lane] of lab.lanes.value.entries()) {
      expect(lane.status.value).toBe("ready");
      const expected = straight.lab.lanes.value[k];
      expect(lane.step.value).toBe(lane.facts.value?.probeEvery === undefined ? 0 : 2 * lane.facts.value.probeEvery);
      // Straight on, the second step takes the place of what was left of the first.
      const length = Math.min(lane.losses.length, expected.losses.length);
      expect(length).toBeGreaterThan(0);
      expect(Array.from(lane.losses.losses.subarray(0, length))).toEqual(
        Array.from(expected.losses.losses.subarray(0, length)),
      );
    }
  });

  it("names what a link holds that cannot be", async () => {
    const { lab } = labOf({ v: "1", T: "-4" });
    expect(lab.problems.value).toMatchObject([{ field: "T", got: "-4" }]);
    expect(lab.config.value).toEqual(defaultLabConfig);
    lab.dismissProblems();
    expect(lab.problems.value).toEqual([]);
  });
});
