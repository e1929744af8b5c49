import { Generator } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { lastResult, measure, minRounds, Stopped, sampleSeconds } from "./measure.ts";

/** A machine whose time passes only when something runs. */
function machine() {
  let time = 0;
  const log: string[] = [];
  return {
    log,
    clock: () => time,
    /** Takes `seconds` for each call, the first call `compile` more. */
    candidate: (name: string, seconds: number, compile = 0) => {
      let first = compile;
      return () => {
        time += seconds + first;
        first = 0;
        if (log[log.length - 1] !== name) log.push(name);
        return name;
      };
    },
    remote: (name: string, seconds: number) => ({
      time: async (calls: number) => {
        log.push(name);
        time += seconds * calls;
        return seconds * calls;
      },
    }),
  };
}

const generator = () => new Generator(3);

describe("measure", () => {
  it("gives the time of one call, in every round and for every candidate", async () => {
    const { clock, candidate } = machine();
    const [quick, slow] = await measure([candidate("quick", 1e-5), candidate("slow", 0.01)], {
      seconds: 2,
      generator: generator(),
      clock,
    });
    expect(quick.samples.length).toBe(slow.samples.length);
    expect(quick.samples.length).toBeGreaterThan(50);
    for (const sample of quick.samples) expect(sample).toBeCloseTo(1e-5, 12);
    for (const sample of slow.samples) expect(sample).toBeCloseTo(0.01, 12);
    expect(quick.calls * 1e-5).toBeGreaterThanOrEqual(sampleSeconds);
    expect(slow.calls).toBe(1);
  });

  it("leaves out what the first calls take longer", async () => {
    const { clock, candidate } = machine();
    const [timing] = await measure([candidate("compiled", 1e-4, 5)], { seconds: 0.1, generator: generator(), clock });
    expect(timing.calls).toBeGreaterThanOrEqual(20);
    for (const sample of timing.samples) expect(sample).toBeCloseTo(1e-4, 12);
  });

  it("does not begin while a candidate still gets faster, as code does that is compiled in stages", async () => {
    const { clock, candidate } = machine();
    const slow = candidate("slow", 1e-3);
    const fast = candidate("fast", 1e-4);
    const staged = () => (clock() < 0.9 ? slow() : fast());
    const [timing] = await measure([staged], { seconds: 4, generator: generator(), clock });
    for (const sample of timing.samples) expect(sample).toBeCloseTo(1e-4, 12);
    expect(timing.calls).toBeGreaterThanOrEqual(20);
  });

  it("begins after some time even if a candidate never stops getting faster", async () => {
    let time = 0;
    const faster = () => {
      time += 0.05 / (1 + 10 * time);
    };
    const [timing] = await measure([faster], { seconds: 1, generator: generator(), clock: () => time });
    expect(timing.samples.length).toBeGreaterThanOrEqual(minRounds);
  });

  it("lets the candidates take turns, in an order drawn anew", async () => {
    const { clock, candidate, log } = machine();
    const names = ["a", "b", "c"];
    const [timing] = await measure(
      names.map((name) => candidate(name, 0.003)),
      { seconds: 1, generator: generator(), clock },
    );
    // Neighbours in the log that are the same candidate were merged: count calls by round from the samples instead.
    const rounds = timing.samples.length;
    expect(rounds).toBeGreaterThan(20);
    const counts = names.map((name) => log.filter((one) => one === name).length);
    for (const count of counts) expect(count).toBeGreaterThan(rounds / 2);
    const firsts = new Set(log.slice(3).map((name, k, all) => name + all[k + 1]));
    expect(firsts.size).toBeGreaterThan(4);
  });

  it("takes enough samples for a spread, however little time there is", async () => {
    const { clock, candidate } = machine();
    const [timing] = await measure([candidate("slow", 2)], { seconds: 0.1, generator: generator(), clock });
    expect(timing.samples).toHaveLength(minRounds);
  });

  it("keeps to its time", async () => {
    const { clock, candidate, remote } = machine();
    const passed: number[] = [];
    await measure([candidate("here", 1e-3), remote("there", 1e-3)], {
      seconds: 2,
      generator: generator(),
      clock,
      onProgress: (seconds) => passed.push(seconds),
    });
    expect(clock()).toBeGreaterThanOrEqual(2);
    expect(clock()).toBeLessThan(2.1);
    expect(passed).toEqual([...passed].sort((a, b) => a - b));
  });

  it("times what runs on another thread by what that thread says", async () => {
    const { clock, candidate, remote } = machine();
    const [here, there] = await measure([candidate("here", 1e-3), remote("there", 4e-4)], {
      seconds: 0.5,
      generator: generator(),
      clock,
    });
    expect(here.samples[0]).toBeCloseTo(1e-3, 12);
    expect(there.samples[0]).toBeCloseTo(4e-4, 12);
    expect(there.samples.length).toBe(here.samples.length);
  });

  it("keeps what the last call returned", async () => {
    const { clock, candidate } = machine();
    await measure([candidate("kept", 0.01)], { seconds: 0.1, generator: generator(), clock });
    expect(lastResult()).toBe("kept");
  });

  it("stops when asked to, with what it has or not at all", async () => {
    const { clock, candidate } = machine();
    const controller = new AbortController();
    const run = candidate("one", 0.01);
    let calls = 0;
    const [timing] = await measure(
      [
        () => {
          if (++calls === 80) controller.abort();
          return run();
        },
      ],
      { seconds: 1, generator: generator(), clock, signal: controller.signal },
    );
    expect(timing.samples.length).toBeGreaterThanOrEqual(minRounds);
    expect(timing.samples.length).toBeLessThan(80);
    await expect(
      measure([run], { seconds: 1, generator: generator(), clock, signal: AbortSignal.abort() }),
    ).rejects.toThrow(Stopped);
  });

  it("draws the same order from the same seed", async () => {
    const orders = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const { clock, candidate, log } = machine();
        await measure([candidate("a", 0.003), candidate("b", 0.003), candidate("c", 0.003)], {
          seconds: 0.5,
          generator: new Generator(seed),
          clock,
        });
        return log.join("");
      }),
    );
    expect(orders[0]).toBe(orders[1]);
    expect(orders[0]).not.toBe(orders[2]);
  });
});
