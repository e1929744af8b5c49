import { Tensor } from "@unroll/tensor";
import type { SequenceBatch, SequenceDataset, SequenceSample, SequenceScore } from "./sequences.ts";

/** The rows of a matrix, or the single numbers of a vector as rows of one. */
export function rowsOf({ data, shape: [count, width = 1] }: Tensor): number[][] {
  return Array.from({ length: count }, (_, t) => Array.from(data.subarray(t * width, (t + 1) * width)));
}

/** The place of the 1 in a one-hot row. */
export const symbolOf = (row: readonly number[]): number => row.indexOf(1);

/** Logits that give equal probability to `ids` and none to the others. */
export function onlyThese(ids: readonly number[], size: number): number[] {
  return Array.from({ length: size }, (_, k) => (ids.includes(k) ? 0 : Number.NEGATIVE_INFINITY));
}

/** What a solver says to the steps of one sequence: one answer, or one for each step. */
export type Solver = (rows: number[][]) => number[][];

/** How well a solver does that sees the inputs alone. */
export function solve(dataset: SequenceDataset, solver: Solver, start: number, count: number): SequenceScore {
  const batch = dataset.batch(start, count);
  return dataset.score(outputOf(dataset, batch, solver), batch);
}

/** The solver's answers, laid out as a net's outputs are. */
export function outputOf(dataset: SequenceDataset, batch: SequenceBatch, solver: Solver): Tensor {
  const [steps, sequences, inputSize] = batch.input.shape;
  const size = dataset.outputSize;
  const last = dataset.answers === "last";
  const data = new Float64Array((last ? 1 : steps) * sequences * size);
  for (let b = 0; b < sequences; b++) {
    const rows = Array.from({ length: batch.lengths.data[b] }, (_, t) => {
      const at = (t * sequences + b) * inputSize;
      return Array.from(batch.input.data.subarray(at, at + inputSize));
    });
    for (const [t, answer] of solver(rows).entries()) data.set(answer, (t * sequences + b) * size);
  }
  return new Tensor(last ? [sequences, size] : [steps, sequences, size], "float64", { data, version: 0 });
}

/** What the best answer knows in step `t` of a sequence. */
export type Knowledge = (sample: SequenceSample, t: number, steps: number) => string | number;

/**
 * The loss of the best answer that knows no more than `knowledge`, counted: the entropy, or the variance, of the targets
 * that share it. Counted frequencies fit their sample too well; Miller and Madow's (classes - 1) / 2n and n / (n - 1) mend it.
 */
export function bestLoss(dataset: SequenceDataset, knowledge: Knowledge, start: number, count: number): number {
  const groups = new Map<string | number, number[][]>();
  let answers = 0;
  for (let i = 0; i < count; i++) {
    const sample = dataset.get(start + i);
    const last = dataset.answers === "last";
    const targets = last ? [Array.from(sample.target.data)] : rowsOf(sample.target);
    for (const [t, target] of targets.entries()) {
      const key = knowledge(sample, t, targets.length);
      const group = groups.get(key) ?? [];
      group.push(target);
      groups.set(key, group);
      answers++;
    }
  }
  let loss = 0;
  for (const group of groups.values()) loss += dataset.loss === "crossEntropy" ? entropy(group) : squares(group);
  return loss / (answers * (dataset.loss === "crossEntropy" ? 1 : dataset.outputSize));
}

function entropy(ids: readonly number[][]): number {
  const counts = new Map<number, number>();
  for (const [id] of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  let sum = (counts.size - 1) / 2;
  for (const n of counts.values()) sum -= n * Math.log(n / ids.length);
  return sum;
}

function squares(targets: readonly number[][]): number {
  if (targets.length < 2) return 0;
  let sum = 0;
  for (let k = 0; k < targets[0].length; k++) {
    const mean = targets.reduce((total, row) => total + row[k], 0) / targets.length;
    for (const row of targets) sum += (row[k] - mean) * (row[k] - mean);
  }
  return (sum * targets.length) / (targets.length - 1);
}

/** The mean of a measurement over equally large parts of a stream, and its standard error. */
export function overParts(parts: number, measure: (part: number) => number): { mean: number; standardError: number } {
  const values = Array.from({ length: parts }, (_, part) => measure(part));
  const mean = values.reduce((sum, value) => sum + value, 0) / parts;
  const spread = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (parts - 1);
  return { mean, standardError: Math.sqrt(spread / parts) };
}
