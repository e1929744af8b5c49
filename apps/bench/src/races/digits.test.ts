import { describe, expect, it } from "vitest";
import type { Outcome } from "../grid/record.ts";
import { sampleSpec } from "../grid/sample-record.ts";
import { runRace } from "./race.ts";
import { sampleDigits } from "./sample-digits.ts";
import { raceTask } from "./tasks.ts";

const sources = { digits: sampleDigits(1200) };

describe("races on digits", () => {
  it("have rows, or pixels of pooled pictures, as steps", () => {
    const shape = (task: "digits-rows" | "digits-sequential", length: number) =>
      raceTask(task, length, {}, sources).batch(0, 3).input.shape;
    expect(shape("digits-rows", 28)).toEqual([28, 3, 28]);
    expect(shape("digits-rows", 7)).toEqual([7, 3, 7]);
    expect(shape("digits-sequential", 196)).toEqual([196, 3, 1]);
    expect(shape("digits-sequential", 784)).toEqual([784, 3, 1]);
  });

  it("show every picture once in an epoch, in an order that follows from the seed", () => {
    const epoch = (seed: number, number: number) => {
      const data = raceTask("digits-rows", 28, { seed, count: 2200 }, sources);
      // Each label has 110 pictures; a dimmer one of a hundred steps tells them apart in part.
      return Array.from({ length: 1100 }, (_, i) => {
        const { input, target } = data.get(1100 * number + i);
        return `${target.data[0]} ${Math.max(...input.data)}`;
      });
    };
    const [first, second, other] = [epoch(1, 0), epoch(1, 1), epoch(2, 0)];
    expect(epoch(1, 0)).toEqual(first);
    expect(second).not.toEqual(first);
    expect(other).not.toEqual(first);
    expect([...second].sort()).toEqual([...first].sort());
    expect([...other].sort()).toEqual([...first].sort());
  });

  it("give sequence i whatever was read before", () => {
    const data = raceTask("digits-rows", 7, { seed: 3, count: 5000 }, sources);
    const late = data.get(4321).input.toArray();
    data.batch(0, 64);
    expect(data.batch(4320, 2).input.data.filter((_, k) => Math.floor(k / 7) % 2 === 1)).toEqual(
      Float32Array.from((late as number[][]).flat()),
    );
  });

  it("hold out pictures that are not trained on", () => {
    const held = raceTask("digits-rows", 28, { split: "validation" }, sources);
    expect(held.length).toBe(100);
    expect(raceTask("digits-rows", 28, {}, sources).length).toBe(1100);
    expect(raceTask("digits-rows", 28, { split: "test" }, sources).length).toBe(20);
    // The labels go round, so each is as likely as the others: chance is the entropy of ten classes.
    expect(held.chance).toBeCloseTo(Math.log(10), 12);
  });

  it("are solved by a cell that learns ten places", () => {
    const spec = sampleSpec({
      task: "digits-rows",
      length: 7,
      cell: "gru",
      hidden: 16,
      learningRate: 0.02,
      cap: 20_000,
    });
    const events = [...runRace(spec, { digits: sampleDigits(6200) })];
    const { outcome } = events[events.length - 1] as { outcome: Outcome };
    expect(outcome.status).toBe("solved");
    expect(outcome.chance).toBeCloseTo(Math.log(10), 3);
    expect(outcome.looks[0].accuracy).toBeLessThan(0.5);
  });

  it("cannot be run without pictures", () => {
    expect(() => raceTask("digits-rows", 28, {})).toThrow("a race on digits needs them among its sources");
  });
});
