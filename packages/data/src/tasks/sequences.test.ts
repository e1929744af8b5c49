import { full, Generator, logSoftmax, OptionError, reshape, ShapeError, tensor, zeros } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataLoader } from "../loader.ts";
import { addingSequences } from "./adding-sequences.ts";
import { copyingSequences } from "./copying-sequences.ts";
import { noisySequences } from "./noisy.ts";
import { paritySequences } from "./parity.ts";
import { reberSequences } from "./reber.ts";
import { collateSequences, type SequenceDataset, type SequenceSample, type Split } from "./sequences.ts";
import { cases } from "./solvers.ts";
import { temporalOrderSequences } from "./temporal-order.ts";
import { bestLoss, outputOf, overParts, solve } from "./testing.ts";

const values = ({ input, target, truth }: SequenceSample) => [input.toArray(), target.toArray(), truth?.toArray()];
const anySeed = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const anyIndex = fc.nat({ max: 0x7fffffff });
const runs = { seed: 31, numRuns: 10 };

describe.each(cases)("$title", ({ make, solver, blind, size, solved = 100 }) => {
  it("has a chance level that counting confirms: no answer with that knowledge is better", () => {
    const dataset = make({ seed: 11, dtype: "float64" });
    const parts = 20;
    const { mean, standardError } = overParts(parts, (part) => bestLoss(dataset, blind, part * size, size));
    // 20 parts: with 19 degrees of freedom, 4.5 standard errors are passed once in 4000 measurements.
    expect(Math.abs(mean - dataset.chance)).toBeLessThan(4.5 * standardError + 1e-6);
    expect(standardError).toBeLessThan(0.015 * dataset.chance);
  });

  it("is solved by a program that sees the inputs alone, at the floor", () => {
    const dataset = make({ seed: 12, split: "test", dtype: "float64" });
    const parts = 10;
    const { mean, standardError } = overParts(parts, (part) => solve(dataset, solver, part * solved, solved).loss);
    expect(Math.abs(mean - dataset.floor)).toBeLessThan(4.5 * standardError + 1e-12);
    if (dataset.floor === 0) expect(mean).toBeLessThan(1e-12);
    expect(dataset.floor).toBeLessThan(dataset.chance);
    const score = solve(dataset, solver, 0, 256);
    expect(dataset.isSolved(score)).toBe(true);
    expect(score.correct).toHaveLength(256);
  });

  it("is not solved by the answer at chance, nor by nonsense", () => {
    const dataset = make({ seed: 13, dtype: "float64" });
    const batch = dataset.batch(0, 256);
    const silent = zeros(outputOf(dataset, batch, solver).shape);
    expect(dataset.isSolved(dataset.score(silent, batch))).toBe(false);
    const score = dataset.score(full(silent.shape, Number.NaN), batch);
    expect(score.accuracy).toBe(0);
    expect(dataset.isSolved(score)).toBe(false);
  });

  it("gives the same sequence for the same seed and index, in any order and alone", () => {
    fc.assert(
      fc.property(anySeed, anyIndex, (seed, index) => {
        const [one, other] = [make({ seed, count: 0x80000000 }), make({ seed, count: 0x80000000 })];
        const first = values(one.get(index));
        other.get((index * 7) % 1000);
        expect(values(other.get(index))).toEqual(first);
        // Alone in a batch, nothing is padded.
        const [alone, sample] = [one.batch(index, 1), one.get(index)];
        expect(alone.input.data).toEqual(sample.input.data);
        expect(alone.target.data).toEqual(sample.target.data);
      }),
      runs,
    );
  });

  it("has the shapes that it says, in float32 and float64", () => {
    for (const dtype of ["float32", "float64"] as const) {
      const dataset = make({ seed: 14, dtype });
      const { input, target, lengths } = dataset.batch(3, 40);
      const steps = Math.max(...Array.from(lengths.data));
      expect(input.shape).toEqual([steps, 40, dataset.inputSize]);
      expect(steps).toBeLessThanOrEqual(dataset.maxLength);
      const answers = dataset.answers === "last" ? [40] : [steps, 40];
      const ids = target.dtype === "int32";
      expect(target.shape).toEqual(ids ? answers : [...answers, dataset.outputSize]);
      expect(ids).toBe(dataset.loss === "crossEntropy");
      expect(input.dtype).toBe(dtype);
      if (!ids) expect(target.dtype).toBe(dtype);
    }
  });
});

describe("streams", () => {
  const draws = (seed: number, split: Split) => {
    const dataset = addingSequences({ length: 2, seed, split, dtype: "float64" });
    return Array.from({ length: 500 }, (_, i) => dataset.get(i).input.data[0]);
  };

  it("of training, validation and test, and of other seeds, share nothing", () => {
    const all = [draws(5, "train"), draws(5, "validation"), draws(5, "test"), draws(6, "train")].flat();
    expect(new Set(all).size).toBe(2000);
  });

  it("are the draws of one generator, at counters that no other sequence has", () => {
    const split = { train: 0, validation: 2251799813685248, test: 4503599627370496 };
    for (const [name, start] of Object.entries(split))
      for (const index of [0, 1, 0x7fffffff]) {
        const dataset = addingSequences({
          length: 2,
          seed: 9,
          split: name as Split,
          count: 0x80000000,
          dtype: "float64",
        });
        const generator = Generator.from({ seed: 9, counter: start + index * 0x100000 });
        expect(dataset.get(index).input.data[0]).toBe(generator.next());
      }
    // The last sequence of a split ends where the next split begins, and the last split below 2^53.
    expect(0x80000000 * 0x100000).toBe(split.validation);
    expect(split.test + 0x80000000 * 0x100000).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });

  it("end at their count", () => {
    const dataset = paritySequences({ count: 3 });
    expect(dataset.length).toBe(3);
    expect(() => dataset.get(3)).toThrow("paritySequences: get: expected an index in [0, 3), got 3");
    expect(() => dataset.batch(2, 2)).toThrow("expected an index in [0, 3)");
    expect(() => paritySequences({ count: 0x80000001 })).toThrow("count must be at most 2^31");
  });
});

describe("score", () => {
  it("has the losses of PyTorch: the mean over all answers, without padding, and over outputs", () => {
    const dataset = copyingSequences({ length: 5, delay: "random", symbols: 2, copied: 2 });
    const batch = dataset.batch(0, 6);
    const [steps] = batch.target.shape;
    const logits = tensor(Array.from({ length: steps * 6 * 4 }, (_, i) => Math.sin(i)));
    const logProbs = logSoftmax(reshape(logits, [steps * 6, 4]), 1);
    let [total, count] = [0, 0];
    for (const [i, id] of batch.target.data.entries())
      if (id !== -100) [total, count] = [total - logProbs.data[4 * i + id], count + 1];
    expect(count).toBe(Array.from(batch.lengths.data).reduce((a, b) => a + b));
    expect(count).toBeLessThan(steps * 6);
    expect(dataset.score(reshape(logits, [steps, 6, 4]), batch).loss).toBeCloseTo(total / count, 6);

    const order = temporalOrderSequences({ loss: "squaredError" });
    const four = order.batch(0, 2);
    // Two one-hot targets of four: against zeros, one in four outputs is wrong by 1.
    const { loss, absoluteError, accuracy } = order.score(zeros([2, 4]), four);
    expect([loss, absoluteError, accuracy]).toEqual([0.25, 0.25, 0]);
  });

  it("judges by the truth without noise, and by all symbols that may follow", () => {
    const noisy = noisySequences({ variant: "3c" });
    const batch = noisy.batch(0, 30);
    const score = noisy.score(batch.truth as never, batch);
    expect([score.absoluteError, score.accuracy]).toEqual([0, 1]);
    expect(score.loss).toBeGreaterThan(0.02);
    expect(noisy.score(batch.target, batch).accuracy).toBeLessThan(1);

    const reber = reberSequences({ loss: "squaredError" });
    const strings = reber.batch(0, 30);
    expect(reber.score(strings.truth as never, strings).accuracy).toBe(1);
    // Sure of the symbol that came, where another one was as likely.
    expect(reber.score(strings.target, strings).accuracy).toBeLessThan(0.5);
  });

  it("takes the last symbols only where the criterion does", () => {
    const dataset = copyingSequences({ length: 4 });
    const batch = dataset.batch(0, 3);
    const blank = zeros([24, 3, 10]);
    for (let i = 0; i < 72; i++) blank.data[10 * i] = 1;
    expect(dataset.score(blank, batch).accuracy).toBe(0);
    expect(dataset.score(blank, batch).correct).toEqual([false, false, false]);
  });

  it("counts a tie as wrong", () => {
    const dataset = paritySequences();
    expect(dataset.score(zeros([4, 2]), dataset.batch(0, 4)).accuracy).toBe(0);
  });

  it("refuses outputs of another shape", () => {
    const dataset: SequenceDataset = addingSequences({ length: 4 });
    const batch = dataset.batch(0, 3);
    expect(() => dataset.score(zeros([3, 2]), batch)).toThrow(
      "addingSequences: score: expected an output [3, 1], got [3, 2]",
    );
    expect(() => dataset.score(5 as never, batch)).toThrow("addingSequences: score");
    expect(() => dataset.score(zeros([3, 1]), 5 as never)).toThrow(OptionError);
    expect(() => dataset.isSolved(0.01 as never)).toThrow(
      "addingSequences: isSolved: expected what score returns, got 0.01",
    );
    expect(() => dataset.batch(0, 0)).toThrow("addingSequences: batch: count must be a whole number >= 1, got 0");
  });
});

describe("collateSequences", () => {
  it("makes the batches of a DataLoader", () => {
    const dataset = reberSequences({ strings: 10, seed: 2 });
    const loader = new DataLoader({ dataset, batchSize: 4, collate: collateSequences });
    const [first] = loader;
    const expected = dataset.batch(0, 4);
    expect(first.input.toArray()).toEqual(expected.input.toArray());
    expect(first.target.toArray()).toEqual(expected.target.toArray());
    expect(first.truth?.shape).toEqual(expected.input.shape);
    expect(loader.length).toBe(3);
  });

  it("pads inputs with 0, ids with -100 and one-hot targets with 0", () => {
    const long = reberSequences({ seed: 3 }).batch(0, 20);
    const squared = reberSequences({ seed: 3, loss: "squaredError" }).batch(0, 20);
    for (const [b, length] of Array.from(long.lengths.data).entries())
      for (let t = length; t < long.input.shape[0]; t++) {
        expect(long.target.data[t * 20 + b]).toBe(-100);
        const row = (t * 20 + b) * 7;
        for (const { data } of [long.input, squared.target, squared.input])
          expect(Array.from(data.subarray(row, row + 7))).toEqual([0, 0, 0, 0, 0, 0, 0]);
      }
  });

  it("refuses what is no sequence, none, and a mixture", () => {
    expect(() => collateSequences([])).toThrow(ShapeError);
    expect(() => collateSequences([5 as never])).toThrow("collateSequences: expected sequences");
    expect(() => collateSequences([{ input: 5 } as never])).toThrow("collateSequences: input");
    const [a, b] = [noisySequences({ variant: "3a" }).get(0), noisySequences({ variant: "3c" }).get(0)];
    expect(() => collateSequences([a, b])).toThrow("a truth in all sequences or in none");
    expect(() => collateSequences([a, addingSequences({ length: 4 }).get(0)])).toThrow(ShapeError);
  });
});
