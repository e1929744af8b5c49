import { describe, expect, it } from "vitest";
import { OptionError, uniform } from "../index.ts";
import { runtime } from "../runtime.ts";
import {
  defaultGenerator,
  Generator,
  manualSeed,
  peekBlocks,
  recordBlocks,
  replayBlocks,
  unitDouble,
  withGenerator,
} from "./generator.ts";

describe("a generator", () => {
  it("gives out counters one after the other", () => {
    const generator = new Generator(5);
    expect(generator.reserve(3)).toEqual({ seed: 5, start: 0 });
    expect(generator.reserve(0)).toEqual({ seed: 5, start: 3 });
    expect(generator.reserve(2)).toEqual({ seed: 5, start: 3 });
    expect(generator.state()).toEqual({ seed: 5, counter: 5 });
  });

  it("goes on from a state, also one that went through JSON", () => {
    const generator = new Generator(9);
    generator.reserve(17);
    const resumed = Generator.from(JSON.parse(JSON.stringify(generator.state())));
    expect(resumed.state()).toEqual(generator.state());
    const next = Array.from({ length: 5 }, () => generator.next());
    expect(Array.from({ length: 5 }, () => resumed.next())).toEqual(next);
  });

  it("draws numbers in [0, 1) that depend on seed and counter alone", () => {
    const generator = new Generator(3);
    const first = generator.next();
    expect(first).toBe(unitDouble({ seed: 3, start: 0 }, 0));
    expect(generator.next()).toBe(unitDouble({ seed: 3, start: 0 }, 1));
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(1);
    expect(new Generator(3).next()).toBe(first);
    expect(new Generator(4).next()).not.toBe(first);
  });

  it("uses all bits of large seeds and counters", () => {
    const at = (seed: number, start: number) => unitDouble({ seed, start }, 0);
    const values = [
      at(1, 0),
      at(1 + 0x100000000, 0),
      at(1, 0x100000000),
      at(Number.MAX_SAFE_INTEGER, 0),
      at(1, Number.MAX_SAFE_INTEGER - 1),
    ];
    expect(new Set(values).size).toBe(values.length);
  });

  it("draws whole numbers below a bound, each about as often", () => {
    const generator = new Generator(1);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) counts[generator.integer(6)]++;
    const chiSquare = counts.reduce((total, count) => total + ((count - 1000) * (count - 1000)) / 1000, 0);
    // 99.9 % of fair dice stay below, with 5 degrees of freedom.
    expect(chiSquare).toBeLessThan(20.5);
  });

  it.each([
    [() => new Generator(-1), "Generator: the seed must be a whole number in [0, 2^53), got number -1"],
    [() => new Generator(0.5), "Generator: the seed must be a whole number in [0, 2^53), got number 0.5"],
    [() => new Generator("7" as never), 'Generator: the seed must be a whole number in [0, 2^53), got string "7"'],
    [() => new Generator(undefined as never), "Generator: the seed must be a whole number in [0, 2^53), got undefined"],
    [() => Generator.from(null as never), "Generator: expected a state { seed, counter }, got null"],
    [
      () => Generator.from({ seed: 1, counter: -1 }),
      "Generator: the counter must be a whole number >= 0, got number -1",
    ],
    [() => Generator.from({ seed: 1 } as never), "Generator: the counter must be a whole number >= 0, got undefined"],
    [() => new Generator(1).reserve(Number.NaN), "Generator: expected a whole number of counters >= 0, got number NaN"],
    [() => new Generator(1).integer(0), "Generator: expected a whole bound >= 1, got number 0"],
    [() => withGenerator(new Generator(1), 5 as never), "withGenerator: fn must be a function, got number 5"],
    [() => recordBlocks(undefined as never), "recordBlocks: fn must be a function, got undefined"],
    [() => peekBlocks(5 as never), "peekBlocks: fn must be a function, got number 5"],
    [() => replayBlocks([], 5 as never), "replayBlocks: fn must be a function, got number 5"],
    [() => replayBlocks(5 as never, () => 1), "replayBlocks: expected the blocks of recordBlocks, got number 5"],
    [() => withGenerator({} as never, () => 1), "withGenerator: expected a Generator, got an empty object"],
  ])("refuses a wrong argument: %s", (call, message) => {
    expect(call).toThrow(new OptionError(message));
  });
});

describe("the default generator", () => {
  it("starts from seed 0, and again from any seed", () => {
    runtime().generator = undefined;
    expect(defaultGenerator().state()).toEqual({ seed: 0, counter: 0 });
    const first = Array.from(uniform([4]).data);
    manualSeed(0);
    expect(Array.from(uniform([4]).data)).toEqual(first);
    manualSeed(1);
    expect(Array.from(uniform([4]).data)).not.toEqual(first);
  });

  it("is another one inside withGenerator, and comes back after an error", () => {
    const own = defaultGenerator();
    const other = new Generator(42);
    const inside = withGenerator(other, () => {
      uniform([3]);
      return defaultGenerator();
    });
    expect(inside).toBe(other);
    expect(other.state().counter).toBe(3);
    expect(() =>
      withGenerator(other, () => {
        throw new RangeError("inside");
      }),
    ).toThrow("inside");
    expect(defaultGenerator()).toBe(own);
  });

  it("refuses a promise, since it would come back before the work is done", () => {
    const own = defaultGenerator();
    expect(() => withGenerator(new Generator(1), () => Promise.resolve(1))).toThrow(
      new OptionError(
        "withGenerator: the function returned a promise, but the switch lasts only while it runs; pass a synchronous function",
      ),
    );
    expect(defaultGenerator()).toBe(own);
  });
});

describe("blocks", () => {
  const draw = (generator: Generator) => [
    generator.next(),
    generator.integer(100),
    ...uniform([3], { generator }).data,
  ];

  it("are recorded and given again, without moving the generator", () => {
    const generator = new Generator(8);
    const { value, blocks } = recordBlocks(() => draw(generator));
    expect(blocks).toEqual([
      { seed: 8, start: 0 },
      { seed: 8, start: 1 },
      { seed: 8, start: 2 },
    ]);
    const state = generator.state();
    expect(replayBlocks(blocks, () => draw(generator))).toEqual(value);
    expect(replayBlocks(blocks, () => draw(generator))).toEqual(value);
    expect(generator.state()).toEqual(state);
    expect(draw(generator)).not.toEqual(value);
  });

  it("that an inner recording draws belong to the outer one, too", () => {
    const generator = new Generator(8);
    const outer = recordBlocks(() => {
      generator.next();
      return recordBlocks(() => generator.next()).blocks;
    });
    expect(outer.value).toEqual([{ seed: 8, start: 1 }]);
    expect(outer.blocks).toEqual([
      { seed: 8, start: 0 },
      { seed: 8, start: 1 },
    ]);
  });

  it("can be looked at ahead, which leaves generators and tapes as they were", () => {
    const [generator, other] = [new Generator(8), new Generator(9)];
    generator.next();
    const both = () => [...draw(generator), other.next(), ...draw(generator)];
    const { value: ahead, blocks } = recordBlocks(() => peekBlocks(both));
    expect(blocks).toEqual([]);
    expect([generator.state().counter, other.state().counter]).toEqual([1, 0]);
    expect(peekBlocks(() => recordBlocks(both).value)).toEqual(ahead);
    const drawn = recordBlocks(both);
    expect(drawn.value).toEqual(ahead);
    const state = generator.state();
    expect(replayBlocks(drawn.blocks, () => [peekBlocks(() => generator.next()), ...both()]).slice(1)).toEqual(ahead);
    expect(generator.state()).toEqual(state);
    expect(() =>
      peekBlocks(() => {
        generator.next();
        throw new RangeError("inside");
      }),
    ).toThrow("inside");
    expect(generator.state()).toEqual(state);
    expect(runtime().blocks).toBeUndefined();
  });

  it("run out when a repeated computation draws more often", () => {
    const generator = new Generator(8);
    const { blocks } = recordBlocks(() => generator.next());
    expect(() => replayBlocks(blocks, () => [generator.next(), generator.next()])).toThrow(
      new OptionError(
        "Generator: a repeated computation drew more often than the first time; it must do the same each time",
      ),
    );
    expect(runtime().blocks).toBeUndefined();
  });
});
