import { describe, expect, it } from "vitest";
import { createSteps, seconds } from "./steps.mjs";

describe("createSteps", () => {
  it("says what it does and how long it took", async () => {
    /** @type {string[]} */
    const lines = [];
    let time = 1000;
    const steps = createSteps(2, { write: (line) => lines.push(line), now: () => time });
    steps.skip("Fetch");
    const result = await steps.run("Install", async () => {
      time += 2340;
      return 7;
    });
    time += 100;
    steps.ready("measuring");
    expect(result).toBe(7);
    expect(lines).toEqual([
      "[1/2] Fetch: nothing to do\n",
      "[2/2] Install ...\n",
      "[2/2] done in 2.3 s\n",
      "ready after 2.4 s; now measuring\n",
    ]);
  });

  it("passes on what a step throws", async () => {
    const steps = createSteps(1, { write: () => {} });
    await expect(steps.run("Install", () => Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  });
});

describe("seconds", () => {
  it("keeps one decimal", () => {
    expect(seconds(12_345)).toBe("12.3 s");
    expect(seconds(0)).toBe("0.0 s");
  });
});
