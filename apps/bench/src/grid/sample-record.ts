import { type Outcome, type RunRecord, recordVersion } from "./record.ts";
import { idOf, type RaceSpec } from "./spec.ts";

/** The settings of a made-up race. */
export function sampleSpec(spec: Partial<RaceSpec> = {}): RaceSpec {
  return {
    kind: "race",
    task: "adding",
    length: 30,
    cell: "lstm",
    hidden: 8,
    batch: 16,
    learningRate: 0.01,
    clip: 1,
    cap: 1000,
    evaluateEvery: 250,
    seed: 1,
    ...spec,
  };
}

/** A made-up finished run: solved when `solvedAt` is a number, capped otherwise. Tests and pictures are made of it. */
export function sampleRecord(
  spec: Partial<RaceSpec> = {},
  solvedAt: number | null = 500,
  outcome: Partial<Outcome> = {},
): RunRecord {
  const whole = sampleSpec(spec);
  const sequences = solvedAt ?? whole.cap;
  const fall = 0.06 ** (1 / Math.max(1, sequences));
  return {
    version: recordVersion,
    id: idOf(whole),
    spec: whole,
    environment: {
      node: "v20.20.0",
      platform: "linux",
      arch: "x64",
      cpu: "Made-up CPU @ 2.50GHz",
      cores: 2,
      unroll: "0.0.0",
    },
    finishedAt: "2024-05-01T12:00:00.000Z",
    outcome: {
      status: solvedAt === null ? "capped" : "solved",
      solvedAt,
      sequences,
      parameters: 361,
      hidden: whole.hidden,
      describe: "LSTM(2, 8)",
      flop: 1e6 * sequences,
      seconds: sequences / 500,
      metric: "mean squared error",
      chance: 1 / 6,
      floor: 0,
      success: "a loss below 0.01",
      looks: Array.from({ length: 5 }, (_, k) => {
        const at = Math.round((k * sequences) / 4);
        const loss = solvedAt === null ? 0.17 : (1 / 6) * fall ** at;
        return { sequences: at, loss, accuracy: 1 - loss, trainingLoss: k === 0 ? null : loss };
      }),
      flows: [
        {
          sequences: 0,
          decayPerStep: 0.8,
          halfLife: Math.LN2 / -Math.log(0.8),
          r2: 0.99,
          log10: Array.from({ length: 31 }, (_, lag) => (lag === 0 ? 0 : lag * Math.log10(0.8))),
        },
      ],
      gradNorm: { median: 0.2, max: 3, clipped: 0.1 },
      ...outcome,
    },
  };
}
