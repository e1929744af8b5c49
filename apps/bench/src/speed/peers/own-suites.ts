import { orthogonal } from "@unroll/nn";
import type { Generator } from "@unroll/tensor";
import { noMoreThan } from "../aims.ts";
import { Stopped } from "../measure.ts";
import type { Absent, Row } from "../result.ts";
import { ratios, spreadOf } from "../spread.ts";
import { type Bench, type Suite, timingOf } from "../suite.ts";
import { concatAim, oneStepAim, plainAim, tapAims, userCellAim, vanishingAim } from "./aims.ts";
import { checkEqual } from "./compare-results.ts";
import { remote } from "./contest.ts";
import { flopsOf, nameOf, type Size, sequenceJob, sizes } from "./job.ts";
import { CannotDo } from "./peer-process.ts";
import type { Job } from "./protocol.ts";
import { type UserCell, userCells } from "./user-cells.ts";

const [tiny, , middle] = sizes;

/** One of several jobs of Unroll's that take turns. */
interface Entry {
  readonly way: string;
  readonly job: Job;
  /** Times are divided by it before they are compared: operations, or steps. */
  readonly unit: number;
  /** The entry whose time is no part of what is compared. */
  readonly less?: string;
  readonly aim?: number;
}

/** Cells as a user writes them against the built-in LSTM. */
export const cellsSuite: Suite = {
  suite: "cells",
  title: "A user's cell against the built-in LSTM",
  about: `Training steps of an LSTM with a change that a user might make, written in plain ops, in turns in one process. Times are compared per operation of the matrix products, so that the coupled gate, which has three blocks of weights instead of four, gains nothing by that. Each cell is checked against its plain ops first. "Plain ops" is the built-in LSTM with { compile: false }.`,
  ratio: { kind: "times", against: "the built-in", head: "time of the built-in" },
  weight: 5,
  run: userCellTimes,
};

async function* userCellTimes(bench: Bench): AsyncGenerator<Row | Absent> {
  const builtIn = sequenceJob("train", "lstm", middle, bench.generator);
  const own = Object.entries(userCells).map(([name, { gates }]) => {
    const cell = name as UserCell;
    // A cell of three gates takes the first three blocks of each weight.
    const job = gates === 4 ? { ...builtIn, cell } : { ...builtIn, cell, arrays: firstBlocks(builtIn, gates) };
    return { way: name, job, unit: flopsOf(job), aim: cell === "concat([x, h])" ? concatAim : userCellAim };
  });
  const wrong = await checkCells(bench, builtIn, own);
  yield* wrong;
  const right = own.filter(({ way }) => !wrong.some(({ detail }) => detail?.startsWith(`${way}: `)));
  yield* together(bench, nameOf("LSTM", middle), 1, [
    { way: "built-in", job: builtIn, unit: flopsOf(builtIn) },
    ...right,
    { way: "plain ops", job: { ...builtIn, compile: false }, unit: flopsOf(builtIn), aim: plainAim },
  ]);
}

function firstBlocks({ H, arrays }: Job, gates: number): Job["arrays"] {
  const cut = Object.entries(arrays).map(([name, { shape, data }]) => {
    if (!/^(weight|bias)/.test(name)) return [name, { shape, data }];
    const [, ...columns] = shape;
    return [name, { shape: [gates * H, ...columns], data: data.slice(0, (data.length / shape[0]) * gates * H) }];
  });
  return Object.fromEntries(cut);
}

/** Compiled cells against their plain ops, and the one that joins x and h against the built-in LSTM; returns what is wrong. */
async function checkCells(bench: Bench, builtIn: Job, own: readonly Entry[]): Promise<Absent[]> {
  const process = await bench.peers.own();
  const compute = async (job: Job) => (await process.prepare("check", job, 120)).result;
  const { output, h, c } = await compute(builtIn);
  const wrong: Absent[] = [];
  for (const { way, job } of own) {
    bench.note(`checking ${way}`);
    try {
      const [compiled, plain] = [await compute(job), await compute({ ...job, compile: false })];
      const kind = { kind: "infer", cell: "lstm" } as const;
      checkEqual(kind, plain, compiled);
      if (way === "concat([x, h])") checkEqual(kind, { output, h, c }, compiled);
    } catch (error) {
      wrong.push({ what: "LSTM", way: "Unroll", why: "failed", detail: `${way}: ${(error as Error).message}` });
    }
  }
  await process.drop("check");
  return wrong;
}

/** What single calls, vanishing gradients and taps cost. */
export const callsSuite: Suite = {
  suite: "calls",
  title: "Single steps, vanishing gradients, taps",
  about: `One step: inference of an LSTM of 512 units and as many features with B 1, one call of one step against a step of a call of a hundred. Vanishing: a training step of an RNN of 64 units over a thousand steps with an orthogonal recurrent weight times 0.5 against one times 1, the gradient coming in at the last step alone, so that adjoints become denormal. Taps: training steps whose backward pass also leaves the norm of every state's adjoint, per sample, which are read; the times of the forward pass alone are subtracted before backward passes are compared.`,
  ratio: { kind: "times", against: "the first", head: "time of the first" },
  weight: 4,
  run: calls,
};

async function* calls(bench: Bench): AsyncGenerator<Row | Absent> {
  const { generator } = bench;
  const steps = (T: number) => sequenceJob("infer", "lstm", { B: 1, T, I: 512, H: 512 }, generator);
  yield* together(bench, "LSTM B 1, I 512, H 512, inference", 0.25, [
    { way: "a step of a hundred", job: steps(100), unit: 100 },
    { way: "a call of one step", job: steps(1), unit: 1, aim: oneStepAim },
  ]);
  const long: Size = { B: 16, T: 1000, I: 16, H: 64 };
  yield* together(bench, nameOf("RNN", long), 0.25, [
    { way: "gain 1", job: vanishing(long, 1, generator), unit: 1 },
    { way: "gain 0.5", job: vanishing(long, 0.5, generator), unit: 1, aim: vanishingAim },
  ]);
  for (const [size, aim] of [
    [tiny, tapAims.small],
    [middle, tapAims.middle],
  ] as const) {
    const job = sequenceJob("train", "lstm", size, generator);
    yield* together(bench, `${nameOf("LSTM", size)}, backward pass`, 0.25, [
      { way: "not tapped", job, unit: 1, less: "forward alone" },
      { way: "norms tapped", job: { ...job, pass: "tapped" }, unit: 1, less: "forward alone", aim },
      { way: "forward alone", job: { ...job, pass: "forward" }, unit: 1 },
    ]);
  }
}

/** States that stay small, so that tanh takes nothing away, and a gradient that comes in at the end. */
function vanishing(size: Size, gain: number, generator: Generator): Job {
  const job = sequenceJob("train", "rnn", size, generator);
  const { H, B, T } = size;
  const weight = orthogonal([H, H], { generator });
  const scaled = (name: string, factor: number) => ({
    shape: job.arrays[name].shape,
    data: job.arrays[name].data.map((value) => factor * value),
  });
  const { data, shape } = job.arrays.dy;
  return {
    ...job,
    arrays: {
      ...job.arrays,
      weight_hh: { shape: [H, H], data: Float32Array.from(weight.data, (value) => gain * value) },
      bias_ih: scaled("bias_ih", 0),
      bias_hh: scaled("bias_hh", 0),
      x: scaled("x", 1e-3),
      h: scaled("h", 1e-3),
      dy: { shape, data: data.map((value, i) => (i < (T - 1) * B * H ? 0 : value)) },
    },
  };
}

/** Times jobs in turns in one process of Unroll's; ratios are to the first, per unit. */
async function* together(
  bench: Bench,
  what: string,
  share: number,
  entries: readonly Entry[],
): AsyncGenerator<Row | Absent> {
  const process = await bench.peers.own();
  const ready: Entry[] = [];
  try {
    for (const entry of entries) {
      bench.note(`${what}: ${entry.way} prepares`);
      try {
        await process.prepare(entry.way, entry.job, 300);
        ready.push(entry);
      } catch (error) {
        const { message } = error as Error;
        yield error instanceof CannotDo
          ? { what, way: entry.way, why: `cannot: ${message}` }
          : { what, way: "Unroll", why: "failed", detail: `${entry.way}: ${message}` };
      }
    }
    const [base] = ready;
    if (base === undefined || ready.length < 2) return;
    let failure: string | undefined;
    const fail = (why: string) => {
      failure = why;
    };
    const timings = await bench.measure(
      what,
      share,
      Object.fromEntries(ready.map(({ way }) => [way, remote(process, fail, way)])),
    );
    if (failure !== undefined) throw new Error(failure);
    /** What a job's time is compared by: per unit, without what is left out of it. */
    const compared = ({ way, unit, less }: Entry) =>
      timings[way].samples.map(
        (seconds, round) => (seconds - (less === undefined ? 0 : timings[less].samples[round])) / unit,
      );
    for (const entry of ready) {
      const { way, job, aim } = entry;
      const timing = timings[way];
      const gigaflops = spreadOf(timing.samples.map((seconds) => flopsOf(job) / seconds / 1e9));
      const row = { what, way, ...timingOf(timing), gigaflops };
      if (way === base.way || entry.less !== base.less) {
        yield row;
        continue;
      }
      const ratio = spreadOf(ratios(compared(entry), compared(base)));
      yield { ...row, ratio, ...(aim === undefined ? {} : { aim: noMoreThan(aim, ratio) }) };
    }
  } catch (error) {
    if (error instanceof Stopped) throw error;
    yield { what, way: "Unroll", why: "failed", detail: (error as Error).message };
  } finally {
    await Promise.allSettled(ready.map(({ way }) => process.drop(way)));
  }
}
