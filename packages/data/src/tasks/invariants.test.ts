import { OptionError } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Dataset, fromArray } from "../dataset.ts";
import { copyingSequences } from "./copying-sequences.ts";
import { multiplicationSequences } from "./multiplication.ts";
import { noiseFreeSequences } from "./noise-free.ts";
import { noisySequences } from "./noisy.ts";
import { paritySequences } from "./parity.ts";
import { reberSequences } from "./reber.ts";
import type { SequenceDataset, SequenceSample } from "./sequences.ts";
import { temporalOrderSequences } from "./temporal-order.ts";
import { rowsOf, symbolOf } from "./testing.ts";

const seeds = fc.nat({ max: 0x7fffffff });
const indices = fc.nat({ max: 0xfffff });
const runs = { seed: 97, numRuns: 100 };

/** Checks a property of sequences of all seeds. */
function forAll(make: (seed: number) => SequenceDataset, check: (sample: SequenceSample) => void): void {
  fc.assert(
    fc.property(seeds, indices, (seed, index) => check(make(seed).get(index))),
    runs,
  );
}

/** How many sequences of the first `count` have each value. */
function histogram(
  dataset: Dataset<SequenceSample>,
  count: number,
  value: (sample: SequenceSample) => number,
): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < count; i++) {
    const at = value(dataset.get(i));
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return counts;
}

/** Every whole number in [from, to] comes equally often, within four standard deviations and a bit. */
function expectUniform(counts: Map<number, number>, from: number, to: number): void {
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: to - from + 1 }, (_, i) => from + i));
  const total = [...counts.values()].reduce((a, b) => a + b);
  const share = total / counts.size;
  for (const count of counts.values()) expect(Math.abs(count - share)).toBeLessThan(4.5 * Math.sqrt(share));
}

const symbols = ({ input }: SequenceSample): number[] => rowsOf(input).map(symbolOf);
const steps = ({ input }: SequenceSample): number => input.shape[0];

describe("temporalOrderSequences", () => {
  const ranges = {
    "6a": [
      [10, 20],
      [50, 60],
    ],
    "6b": [
      [10, 20],
      [33, 43],
      [66, 76],
    ],
  } as const;

  it.each(["6a", "6b"] as const)(
    "%s: E, distractors, X and Y in their ranges, B; the class by their order",
    (variant) => {
      forAll(
        (seed) => temporalOrderSequences({ variant, seed }),
        (sample) => {
          const sequence = symbols(sample);
          expect(sequence.length).toBeGreaterThanOrEqual(100);
          expect(sequence.length).toBeLessThanOrEqual(110);
          expect([sequence[0], sequence.at(-1)]).toEqual([0, 1]);
          const relevant = sequence.flatMap((symbol, t) => (symbol >= 6 ? [t + 1] : []));
          expect(relevant).toHaveLength(ranges[variant].length);
          for (const [i, [from, to]] of ranges[variant].entries()) {
            expect(relevant[i]).toBeGreaterThanOrEqual(from);
            expect(relevant[i]).toBeLessThanOrEqual(to);
          }
          const others = sequence.slice(1, -1).filter((symbol) => symbol < 6);
          expect(others.every((symbol) => symbol >= 2 && symbol <= 5)).toBe(true);
          const word = relevant.map((t) => (sequence[t - 1] === 6 ? "X" : "Y")).join("");
          const names = { "6a": "XX XY YX YY", "6b": "XXX XXY XYX XYY YXX YXY YYX YYY" }[variant].split(" ");
          expect(sample.target.item()).toBe(names.indexOf(word));
          // The minimal lags of the paper's table 10.
          expect(100 - (relevant.at(-1) ?? 0)).toBeGreaterThanOrEqual(variant === "6a" ? 40 : 24);
        },
      );
    },
  );

  it("has lengths, positions and classes equally often", () => {
    const source = temporalOrderSequences({ variant: "6b", seed: 3 });
    const dataset = fromArray(Array.from({ length: 2000 }, (_, i) => source.get(i)));
    expectUniform(histogram(dataset, 2000, steps), 100, 110);
    for (const [at, [from, to]] of ranges["6b"].entries())
      expectUniform(
        histogram(dataset, 2000, (sample) => symbols(sample).flatMap((symbol, t) => (symbol >= 6 ? [t + 1] : []))[at]),
        from,
        to,
      );
    expectUniform(
      histogram(dataset, 2000, ({ target }) => target.item()),
      0,
      7,
    );
  });

  it("keeps its proportions for other lengths", () => {
    const dataset = temporalOrderSequences({ length: 200, seed: 4 });
    const first = histogram(dataset, 2000, (sample) => symbols(sample).findIndex((symbol) => symbol >= 6) + 1);
    expectUniform(first, 20, 40);
    expectUniform(histogram(dataset, 2000, steps), 200, 220);
    expect(() => temporalOrderSequences({ length: 19 })).toThrow("length must be a whole number >= 20, got 19");
  });
});

describe("multiplicationSequences", () => {
  it("has the markers of the adding problem, numbers in [0, 1), and the product", () => {
    const seen = { first: 0 };
    forAll(
      (seed) => multiplicationSequences({ length: 30, seed, dtype: "float64" }),
      (sample) => {
        const rows = rowsOf(sample.input);
        const last = rows.length - 1;
        expect(last).toBeGreaterThanOrEqual(29);
        expect(last).toBeLessThanOrEqual(32);
        expect([rows[0][1], rows[last][1]]).toEqual([-1, -1]);
        const marks = rows.flatMap(([, marker], t) => (marker === 1 ? [t] : []));
        // The first mark is among the first ten, the second among the first 14 that are left.
        expect(Math.min(...marks)).toBeLessThan(15);
        expect(Math.max(...marks)).toBeLessThan(15);
        if (marks.length === 1) {
          seen.first++;
          expect(rows[0][0]).toBe(1);
        } else expect(Math.min(...marks)).toBeLessThan(10);
        expect(sample.target.item()).toBeCloseTo(
          marks.reduce((product, t) => product * rows[t][0], 1),
          15,
        );
        expect(rows.slice(1).every(([number]) => number >= 0 && number < 1)).toBe(true);
        expect(rows.filter(([, marker]) => marker === 0)).toHaveLength(rows.length - 2 - marks.length);
      },
    );
    // 1/10 + 9/10 / 14 = 0.164 of 100.
    expect(Math.abs(seen.first - 16)).toBeLessThan(4 * 3.7);
  });

  it("counts n_seq in 2000", () => {
    const score = (wrong: number) => ({
      loss: 0.01,
      accuracy: 1 - wrong / 2000,
      correct: Array.from({ length: 2000 }, (_, i) => i >= wrong),
      absoluteError: 0.01,
    });
    expect([12, 13].map((wrong) => multiplicationSequences().isSolved(score(wrong)))).toEqual([true, false]);
    const loose = multiplicationSequences({ wrongOf2000: 140 });
    expect([139, 140].map((wrong) => loose.isSolved(score(wrong)))).toEqual([true, false]);
  });
});

describe("copyingSequences", () => {
  it("random delay: 1 … T blanks between symbols and marker, equally often", () => {
    const dataset = copyingSequences({ length: 8, delay: "random", seed: 5 });
    expectUniform(
      histogram(dataset, 2000, (sample) => symbols(sample).indexOf(9) - 10),
      1,
      8,
    );
    forAll(
      (seed) => copyingSequences({ length: 8, delay: "random", seed }),
      (sample) => {
        const shown = symbols(sample);
        const marker = shown.indexOf(9);
        expect(shown).toHaveLength(marker + 11);
        expect(Array.from(sample.target.data)).toEqual([...new Array(marker + 1).fill(0), ...shown.slice(0, 10)]);
      },
    );
  });

  it("tcn: shows markers while the answer is given", () => {
    const sequence = symbols(copyingSequences({ length: 3, variant: "tcn" }).get(0));
    expect(sequence.slice(12)).toEqual(new Array(11).fill(9));
  });

  it("asks for more than 99 % of the symbols", () => {
    const score = (accuracy: number) => ({ loss: 0, accuracy, correct: [], absoluteError: undefined });
    const dataset = copyingSequences({ length: 3 });
    expect([0.99, 0.991].map((accuracy) => dataset.isSolved(score(accuracy)))).toEqual([false, true]);
  });
});

describe("noiseFreeSequences", () => {
  it.each(["2a", "2b"] as const)("%s: ends as it began, and asks for the next symbol in every step", (variant) => {
    forAll(
      (seed) => noiseFreeSequences({ variant, p: 9, seed }),
      (sample) => {
        const [shown, next] = [symbols(sample), Array.from(sample.target.data)];
        expect(shown).toHaveLength(9);
        // x is 8 and y is 9, after a1 … a8.
        expect([8, 9]).toContain(shown[0]);
        expect(next.at(-1)).toBe(shown[0]);
        expect(next.slice(0, -1)).toEqual(shown.slice(1));
        if (variant === "2a") expect(shown.slice(1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
        else expect(shown.slice(1).every((symbol) => symbol < 8)).toBe(true);
        expect(sample.input.shape[1]).toBe(10);
      },
    );
  });

  it("2b: draws every symbol equally often", () => {
    const dataset = noiseFreeSequences({ variant: "2b", p: 9, seed: 6 });
    expectUniform(
      histogram(dataset, 2000, (sample) => symbols(sample)[3]),
      0,
      7,
    );
  });

  it("2c: b, x or y, distractors, e; at least q of them, a geometric number more", () => {
    forAll(
      (seed) => noiseFreeSequences({ variant: "2c", p: 5, q: 7, seed }),
      (sample) => {
        const shown = symbols(sample);
        expect([shown[0], shown.at(-1)]).toEqual([6, 5]);
        expect(shown[1] - 7).toBe(sample.target.item());
        const distractors = shown.slice(2, -1);
        expect(distractors.length).toBeGreaterThanOrEqual(7);
        expect(distractors.every((symbol) => symbol < 5)).toBe(true);
      },
    );
    const dataset = noiseFreeSequences({ variant: "2c", p: 5, q: 7, seed: 7 });
    const extra = Array.from({ length: 2000 }, (_, i) => steps(dataset.get(i)) - 10);
    // The paper's expected length of q + 14 counts the last symbol: nine more distractors, with a deviation of sqrt(90).
    const mean = extra.reduce((a, b) => a + b) / 2000;
    expect(Math.abs(mean - 9)).toBeLessThan(4 * Math.sqrt(90 / 2000));
    expect(Math.abs(extra.filter((k) => k === 0).length - 200)).toBeLessThan(4 * 13.4);
  });
});

describe("noisySequences", () => {
  const numbers = ({ input }: SequenceSample): number[] => rowsOf(input).map(([value]) => value);

  it.each(["3a", "3c"] as const)("%s: the first N steps are 1 or -1 by the class", (variant) => {
    forAll(
      (seed) => noisySequences({ variant, informative: 2, length: 20, seed }),
      (sample) => {
        const shown = numbers(sample);
        expect([20, 21, 22]).toContain(shown.length);
        expect(shown[1]).toBe(shown[0]);
        expect(Math.abs(shown[0])).toBe(1);
        const wanted = variant === "3a" ? (shown[0] === 1 ? 1 : 0) : shown[0] === 1 ? 0.2 : 0.8;
        expect((sample.truth ?? sample.target).item()).toBeCloseTo(wanted, 7);
      },
    );
  });

  it("has noise of mean 0 and variance 0.2, on the first steps of 3b too, and of 0.1 on the targets of 3c", () => {
    const moments = (values: number[]): [mean: number, variance: number] => {
      const mean = values.reduce((a, b) => a + b) / values.length;
      return [mean, values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / values.length];
    };
    const expectMoments = (values: number[], variance: number) => {
      const [mean, spread] = moments(values);
      expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(variance / values.length));
      // The variance of a sample has the standard error variance * sqrt(2 / n).
      expect(Math.abs(spread - variance)).toBeLessThan(4 * variance * Math.sqrt(2 / values.length));
    };
    const b = noisySequences({ variant: "3b", length: 10, seed: 8, dtype: "float64" });
    const samples = Array.from({ length: 2000 }, (_, i) => b.get(i));
    expectMoments(
      samples.flatMap((sample) => numbers(sample).slice(3)),
      0.2,
    );
    expectMoments(
      samples.map((sample) => numbers(sample)[0] - (sample.target.item() === 1 ? 1 : -1)),
      0.2,
    );
    const c = noisySequences({ variant: "3c", length: 10, seed: 9, dtype: "float64" });
    const noise = Array.from({ length: 2000 }, (_, i) => c.get(i)).map(
      ({ target, truth }) => target.item() - (truth?.item() ?? Number.NaN),
    );
    expectMoments(noise, 0.1);
  });

  it("judges as the paper does", () => {
    const score = (wrong: number, absoluteError: number) => ({
      loss: 0,
      accuracy: 1 - wrong / 256,
      correct: Array.from({ length: 256 }, (_, i) => i >= wrong),
      absoluteError,
    });
    const a = noisySequences({ variant: "3a" });
    expect([a.isSolved(score(0, 0.009)), a.isSolved(score(0, 0.011)), a.isSolved(score(1, 0.009))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(noisySequences({ variant: "3a", criterion: "ST1" }).isSolved(score(0, 0.1))).toBe(true);
    const b = noisySequences({ variant: "3b" });
    expect([b.isSolved(score(5, 0.039)), b.isSolved(score(6, 0.039)), b.isSolved(score(5, 0.041))]).toEqual([
      true,
      false,
      false,
    ]);
    const c = noisySequences({ variant: "3c", criterion: "ST1" });
    expect([c.isSolved(score(0, 0.0149)), c.isSolved(score(0, 0.0151))]).toEqual([true, false]);
  });

  it("3b: the floor is the variance of the posterior, here by summing another integral", () => {
    // E (1 - P)^2 for class 1, over the density of the sum of the first N steps, in steps of 1/1000.
    for (const informative of [1, 2, 3]) {
      const variance = 0.2 * informative;
      let [risk, step] = [0, 1e-3];
      for (let s = informative - 9; s < informative + 9; s += step) {
        const density =
          Math.exp((-(s - informative) * (s - informative)) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
        const other = 1 / (1 + Math.exp((2 * s) / 0.2));
        risk += density * other * other * step;
      }
      step = noisySequences({ variant: "3b", informative }).floor;
      expect(Math.abs(step / risk - 1)).toBeLessThan(1e-9);
    }
  });
});

describe("paritySequences", () => {
  it("is the parity of the bits, for all lengths equally often", () => {
    forAll(
      (seed) => paritySequences({ seed }),
      ({ input, target }) => {
        const ones = Array.from(input.data).filter((bit) => bit === 1).length;
        expect(Array.from(input.data).every((bit) => bit === 0 || bit === 1)).toBe(true);
        expect(target.item()).toBe(ones % 2);
      },
    );
    expectUniform(histogram(paritySequences({ seed: 10 }), 2000, steps), 3, 40);
    expectUniform(
      histogram(paritySequences({ seed: 10, minLength: 2, maxLength: 3 }), 2000, ({ input }) => input.data[1]),
      0,
      1,
    );
    expect(() => paritySequences({ minLength: 9, maxLength: 8 })).toThrow(
      "maxLength must be at least minLength, 9, got 8",
    );
  });
});

describe("reberSequences", () => {
  const text = (sample: SequenceSample): string =>
    [symbols(sample)[0], ...Array.from(sample.target.data)].map((id) => "BTPSXVE"[id]).join("");
  const word = "B(?:TS*X(?:S|XT*V(?:PXT*V)*(?:V|PS))|TS+X(?:S|XT*V(?:PXT*V)*(?:V|PS))|PT*V(?:PXT*V)*(?:V|PS))E";
  const plain = new RegExp(`^${word}$`);
  const embedded = new RegExp(`^B([TP])${word}\\1E$`);

  it("makes strings that a regular expression of the grammar knows, with inputs one symbol behind", () => {
    forAll(
      (seed) => reberSequences({ embedded: false, seed }),
      (sample) => {
        expect(text(sample)).toMatch(plain);
      },
    );
    forAll(
      (seed) => reberSequences({ seed }),
      (sample) => {
        expect(text(sample)).toMatch(embedded);
        expect(symbols(sample).slice(1)).toEqual(Array.from(sample.target.data).slice(0, -1));
        expect(symbols(sample).length).toBeGreaterThanOrEqual(8);
      },
    );
    // Published strings of the grammar, and near misses, so that the expression is not one that knows everything.
    for (const string of ["BTSSXXTVVE", "BPVVE", "BTXXVPSE", "BPVPXVPXVPXVVE", "BTSXXVPSE", "BTXSE"])
      expect(string).toMatch(plain);
    for (const string of ["BTSSPXSE", "BPTVVB", "BTXXVVSE", "BPVPXVPXVPXVV", "BTPSE", "BPTVXE"])
      expect(string).not.toMatch(plain);
  });

  it("has the mean lengths of 8 and 12 symbols, on which chance rests", () => {
    for (const [isEmbedded, expected] of [
      [false, 8],
      [true, 12],
    ] as const) {
      const dataset = reberSequences({ embedded: isEmbedded, seed: 11 });
      const lengths = Array.from({ length: 2000 }, (_, i) => steps(dataset.get(i)) + 1);
      const mean = lengths.reduce((a, b) => a + b) / 2000;
      const variance = lengths.reduce((sum, n) => sum + (n - mean) * (n - mean), 0) / 2000;
      expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / 2000));
    }
  });

  it("makes sets of 256 strings each, none of the test strings among the training strings", () => {
    for (const seed of [1, 2, 3]) {
      const [train, test] = (["train", "test"] as const).map((split) => {
        const dataset = reberSequences({ strings: 256, split, seed });
        return Array.from({ length: dataset.length }, (_, i) => text(dataset.get(i)));
      });
      expect([train.length, test.length]).toEqual([256, 256]);
      expect(test.filter((string) => train.includes(string))).toEqual([]);
      // Short strings come often, so without care the sets would share some.
      const [a, b] = (["train", "test"] as const).map((split) => {
        const dataset = reberSequences({ split, seed });
        return Array.from({ length: 256 }, (_, i) => text(dataset.get(i)));
      });
      expect(a).toEqual(train);
      expect(b.filter((string) => a.includes(string)).length).toBeGreaterThan(20);
    }
  });

  it("refuses a third set", () => {
    expect(() => reberSequences({ strings: 4, split: "validation" })).toThrow(OptionError);
    expect(() => reberSequences({ strings: 4, count: 4 })).toThrow('with strings, split must be "train" or "test"');
  });
});
