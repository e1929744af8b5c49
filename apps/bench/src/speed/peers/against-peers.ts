import type { Absent, Row } from "../result.ts";
import type { Bench, Suite } from "../suite.ts";
import { peerAim } from "./aims.ts";
import { contest } from "./contest.ts";
import { type CellName, modelJob, nameOf, type Size, sequenceJob, sizes, titles } from "./job.ts";
import { type Peer, peers } from "./lineup.ts";
import { Trials } from "./trials.ts";

const faster = { kind: "times", against: "Unroll", head: "Unroll is faster by" } as const;

/** The LSTM first: what it reaches is the aim of others. */
const cells: readonly CellName[] = ["lstm", "rnn", "gru", "gru-before"];

const inTurns = `Every library in a process of its own, on one thread, in turns, with the same weights and data; results are compared first. GFLOP/s count the matrix products alone, a multiplication and an addition as two.`;

/** A training step of RNN, LSTM and GRU against other libraries. */
export const trainSuite: Suite = {
  suite: "train",
  title: "Training steps against peers",
  about: `Forward and the gradients of all weights and of the initial state, not of x, of one layer. ${inTurns} tfjs' GRU multiplies by the reset gate before the product, so it is compared with Unroll's of that kind.`,
  ratio: faster,
  weight: 50,
  run: (bench) => all(bench, "train"),
};

/** Inference of RNN, LSTM and GRU against other libraries. */
export const inferSuite: Suite = {
  suite: "infer",
  title: "Inference against peers",
  about: `The outputs of one layer, without gradients. ${inTurns}`,
  ratio: faster,
  weight: 30,
  run: (bench) => all(bench, "infer"),
};

async function* all(bench: Bench, kind: "train" | "infer"): AsyncGenerator<Row | Absent> {
  const entrants = peers.filter(({ trains }) => trains || kind === "infer");
  const lstm = new Map<string, number>();
  let parts = cells.length * sizes.length;
  for (const cell of cells) {
    const able = entrants.filter(({ resets }) =>
      cell === "gru" ? resets !== "before" : cell !== "gru-before" || resets !== "after",
    );
    const trials = new Trials();
    for (const [index, size] of sizes.entries()) {
      const what = nameOf(titles[cell], size);
      const aimOf = (peer: string) => {
        const aim = peerAim(kind, cell, size, peer, bench.kernels.build);
        return aim === "lstm" ? lstm.get(`${index} ${peer}`) : aim;
      };
      const job = sequenceJob(kind, cell, size, bench.generator);
      for await (const row of contest(bench, { what, job, peers: able, parts: parts--, trials, aimOf })) {
        if (cell === "lstm" && "ratio" in row && row.ratio !== undefined)
          lstm.set(`${index} ${row.way}`, Number(row.ratio.median.toPrecision(3)));
        yield row;
      }
    }
  }
}

const named = (...names: string[]): Peer[] => peers.filter(({ name }) => names.includes(name));

const modelSize: Size = { B: 32, T: 64, I: 64, H: 128 };
const symbols = 64;

/** One whole step of training a language model. */
export const modelSuite: Suite = {
  suite: "model",
  title: "A language model's training step against peers",
  about: `${symbols} symbols, embedded in ${modelSize.I} features, an LSTM, a linear layer, cross entropy, all gradients, and Adam. ${inTurns} The wasm backend of tfjs has no gradient of its embedding, so there a product with one-hot rows embeds.`,
  ratio: faster,
  weight: 6,
  run: (bench) =>
    contest(bench, {
      what: `${nameOf("LSTM", modelSize)}, V ${symbols}`,
      job: modelJob(symbols, modelSize, bench.generator),
      peers: named("PyTorch", "tfjs wasm", "tfjs cpu"),
      parts: 1,
    }),
};

const lengths = [100, 1000, 10_000];
const units = [16, 32, 64, 128, 256, 512];

/** How cost grows with length and size. */
export const scalingSuite: Suite = {
  suite: "scaling",
  title: "Cost against length and size",
  about: `Training steps of an LSTM: B 1, I 32, H 64 for ${lengths.map((T) => T.toLocaleString("en")).join(", ")} steps, and B 16, T 50 for ${units.join(", ")} units with as many features. ${inTurns}`,
  ratio: faster,
  weight: 14,
  run: scaling,
};

async function* scaling(bench: Bench): AsyncGenerator<Row | Absent> {
  const lists: Size[][] = [
    lengths.map((T) => ({ B: 1, T, I: 32, H: 64 })),
    units.map((H) => ({ B: 16, T: 50, I: H, H })),
  ];
  let parts = lists.flat().length;
  for (const list of lists) {
    const trials = new Trials();
    for (const size of list)
      yield* contest(bench, {
        what: nameOf("LSTM", size),
        job: sequenceJob("train", "lstm", size, bench.generator),
        peers: named("PyTorch", "tfjs wasm"),
        parts: parts--,
        trials,
      });
  }
}
