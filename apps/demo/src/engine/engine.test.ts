import { defaultLabConfig } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { Engine, type EngineReport, type WorkerLike } from "./engine.ts";
import type { Command, Report } from "./protocol.ts";

/** A worker that notes what it is asked, and says what it is told to. */
class FakeWorker implements WorkerLike {
  readonly commands: Command[] = [];
  terminated = false;
  onmessage: ((event: MessageEvent<Report>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  onmessageerror: ((event: MessageEvent) => void) | null = null;
  postMessage(command: Command): void {
    this.commands.push(command);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: Report): void {
    this.onmessage?.({ data } as MessageEvent<Report>);
  }
  die(message: string): void {
    this.onerror?.({ message } as ErrorEvent);
  }
  lanes(): number[] {
    return this.commands.flatMap((command) => (command.kind === "open" ? [command.lane] : []));
  }
}

function engineOf(most: number) {
  const workers: FakeWorker[] = [];
  const reports: EngineReport[] = [];
  const createWorker = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  return { engine: new Engine({ listen: (report) => reports.push(report), most, createWorker }), workers, reports };
}

const config = { ...defaultLabConfig, cells: ["rnn", "lstm", "gru"] };

describe("Engine", () => {
  it("spreads lanes over the workers that there may be", () => {
    const { engine, workers } = engineOf(2);
    engine.open(config);
    expect(workers.map((worker) => worker.lanes())).toEqual([[0, 2], [1]]);
  });

  it("starts no more workers than lanes, and ends those that are left over", () => {
    const { engine, workers } = engineOf(8);
    engine.open(config);
    expect(workers).toHaveLength(3);
    engine.open({ ...config, cells: ["rnn"] });
    expect(workers.map(({ terminated }) => terminated)).toEqual([false, true, true]);
  });

  it("tells all workers to run, pause and step", () => {
    const { engine, workers } = engineOf(2);
    engine.open(config);
    engine.run();
    engine.pause();
    engine.step(8);
    for (const { commands } of workers)
      expect(commands.filter(({ kind }) => kind !== "open")).toEqual([
        { kind: "run" },
        { kind: "pause" },
        { kind: "step", count: 8 },
      ]);
  });

  it("passes on nothing of an older opening", () => {
    const { engine, workers, reports } = engineOf(1);
    engine.open(config);
    engine.open(config);
    workers[0].say({ kind: "failed", lane: 0, opening: 1, message: "old" });
    workers[0].say({ kind: "failed", lane: 0, opening: 2, message: "new" });
    expect(reports).toEqual([{ kind: "failed", lane: 0, opening: 2, message: "new" }]);
  });

  it("says which lanes are lost when a worker dies, and brings them back to where they were", () => {
    const { engine, workers, reports } = engineOf(2);
    engine.open(config);
    engine.run();
    workers[0].die("out of memory");
    expect(workers[0].terminated).toBe(true);
    expect(reports).toEqual([
      { kind: "lost", lane: 0, opening: 1, message: "out of memory" },
      { kind: "lost", lane: 2, opening: 1, message: "out of memory" },
    ]);
    // Not by itself: one that cannot load would die again and again.
    expect(workers).toHaveLength(2);
    engine.revive(2, 40);
    expect(workers).toHaveLength(3);
    expect(workers[2].commands).toMatchObject([{ kind: "open", lane: 2, cell: "gru", replay: 40 }, { kind: "run" }]);
    // What the dead one still says does not count.
    workers[0].die("again");
    expect(reports).toHaveLength(2);
  });
});
