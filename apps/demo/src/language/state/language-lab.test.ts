import { SafetensorsError } from "@unroll/safetensors";
import { describe, expect, it } from "vitest";
import type { WorkerLike } from "../engine/crew.ts";
import { LanguageHost } from "../engine/host.ts";
import type { Report } from "../engine/protocol.ts";
import { kindOfFile } from "./files.ts";
import { createLanguageLab } from "./language-lab.ts";

/** The lab with hosts in place of workers, which answer at once. */
function lab() {
  const workers: WorkerLike[] = [];
  const frames: (() => void)[] = [];
  const own = createLanguageLab({
    frame: (draw) => frames.push(draw),
    createWorker: () => {
      const turns: (() => void)[] = [];
      const host = new LanguageHost({
        post: (data: Report) => worker.onmessage?.({ data } as MessageEvent<Report>),
        soon: (turn) => turns.push(turn),
        now: () => performance.now(),
      });
      const worker: WorkerLike = {
        postMessage: (command) => {
          host.handle(command);
          for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
        },
        terminate: () => {},
        onmessage: null,
        onerror: null,
      };
      workers.push(worker);
      return worker;
    },
  });
  const draw = () => {
    for (let frame = frames.shift(); frame !== undefined; frame = frames.shift()) frame();
  };
  return { own, workers, draw };
}

describe("LanguageLab", () => {
  it("keeps what it has where a text cannot be learned from, and says why", () => {
    const { own, draw } = lab();
    own.useText("ab".repeat(30));
    draw();
    const lanes = own.lanes.value;
    own.useText("");
    expect([own.notice.value, own.lanes.value, own.text.value]).toEqual(["empty", lanes, "ab".repeat(30)]);
    own.useText("😀");
    expect([own.notice.value, own.lanes.value]).toEqual(["short", lanes]);
    own.useText("😀א".repeat(9));
    expect([own.notice.value, own.reading.value]).toEqual([null, "😀א".repeat(9)]);
  });

  it("steps, saves, loads into the lane of the file's kind, and keeps it where a file is broken", async () => {
    const { own, draw } = lab();
    own.useText("the whale and the sea; ".repeat(40));
    own.step();
    draw();
    const lstm = own.lanes.value[2];
    expect([lstm.kind, lstm.step.value]).toEqual(["lstm", 10]);
    const bytes = await own.save(lstm);
    own.step();
    draw();
    const bits = lstm.losses.losses[19];
    expect(await kindOfFile(bytes)).toBe("lstm");
    await own.load("lstm", bytes);
    draw();
    expect(lstm.step.value).toBe(10);
    own.step();
    draw();
    // The 20th step, again, to the same bits.
    expect(lstm.losses.losses[lstm.losses.length - 1]).toBe(bits);
    await expect(kindOfFile(bytes.subarray(0, 99))).rejects.toThrow(SafetensorsError);
    await expect(own.load("lstm", bytes.subarray(0, 99))).rejects.toThrow(/deserialize/);
    expect([lstm.step.value, lstm.status.value]).toEqual([20, "ready"]);
  });

  it("says which learning rate is too large, and goes on with a smaller one", () => {
    const { own, draw } = lab();
    own.useText("the whale and the sea; ".repeat(40));
    own.change({ learningRate: 1e30, clip: null });
    own.step();
    draw();
    expect(own.unstable.value.length).toBeGreaterThan(0);
    own.change({ learningRate: 0.003 });
    own.step();
    draw();
    expect(own.unstable.value).toEqual([]);
  });

  it("keeps what was measured when a worker dies, and starts a new one", () => {
    const { own, draw, workers } = lab();
    own.useText("the whale and the sea; ".repeat(40));
    own.step();
    draw();
    const [first] = own.lanes.value;
    workers[0].onerror?.({ message: "out of memory" } as ErrorEvent);
    draw();
    expect([first.status.value, first.problem.value, first.step.value]).toEqual(["lost", "out of memory", 10]);
    own.reset();
    draw();
    expect(own.lanes.value.every(({ status }) => status.value === "ready")).toBe(true);
  });
});
