import { backward } from "@unroll/autograd";
import { GRU, LSTM, RNN } from "@unroll/cells";
import { observe } from "@unroll/gradflow";
import { Linear, Module, mse } from "@unroll/nn";
import { Adam, clipGradNorm } from "@unroll/optim";
import { Generator, randn, select, type Tensor } from "@unroll/tensor";
import { median, min } from "simple-statistics";
import { measure } from "../speed/measure.ts";

const cells = { RNN, LSTM, GRU } as const;

/** A training that an observer watches. */
export interface Watched {
  readonly cell: keyof typeof cells;
  readonly batch: number;
  readonly steps: number;
  readonly hidden: number;
}

/** Batches as in training, and single samples, for which a measurement of two weighs most. */
export const watchedTrainings: readonly Watched[] = [
  { cell: "LSTM", batch: 32, steps: 100, hidden: 32 },
  { cell: "LSTM", batch: 16, steps: 100, hidden: 32 },
  { cell: "LSTM", batch: 32, steps: 64, hidden: 128 },
  { cell: "GRU", batch: 16, steps: 100, hidden: 32 },
  { cell: "RNN", batch: 16, steps: 100, hidden: 32 },
  { cell: "LSTM", batch: 1, steps: 100, hidden: 32 },
  { cell: "LSTM", batch: 1, steps: 20, hidden: 16 },
];

/** Steps between two measurements. */
export const every = 50;

export interface ObserverCost {
  readonly watched: Watched;
  /** Seconds of a training step that nobody watches: the fastest, and the median. */
  readonly plain: Fastest;
  /** Of a step that is measured. */
  readonly measured: Fastest;
  /** What watching adds to the training when every 50th step is measured, as a share of it. */
  readonly share: Fastest;
}

/** By the fastest samples, since whatever else runs only adds, and by the medians. */
export interface Fastest {
  readonly least: number;
  readonly median: number;
}

/**
 * What an observer costs. Steps that nobody watches and steps of which each is measured take turns. Between two measurements
 * an observer makes one comparison a step, which is left out: it is far below what two equal steps differ by.
 */
export async function observerCost(watched: Watched, seconds: number): Promise<ObserverCost> {
  const candidates = [trainer(watched, undefined), trainer(watched, 1)];
  const timings = await measure(candidates, { seconds, generator: new Generator(1) });
  const [plain, measured] = timings.map(
    ({ samples }): Fastest => ({ least: min([...samples]), median: median([...samples]) }),
  );
  const share = (of: keyof Fastest): number => (measured[of] / plain[of] - 1) / every;
  return { watched, plain, measured, share: { least: share("least"), median: share("median") } };
}

const inputs = 16;

/** A training step: forward, a loss after the last step, backward, clipping, Adam; observed at every n-th step. */
function trainer({ cell, batch, steps, hidden }: Watched, n: number | undefined): () => number {
  const generator = new Generator(1);
  const model = new Predictor(cell, hidden, generator);
  const parameters = model.parameters();
  const optimizer = new Adam(parameters, { lr: 1e-3 });
  const observer = n === undefined ? undefined : observe(model, { every: n });
  const x = randn([steps, batch, inputs], { generator });
  const y = randn([batch, 1], { generator });
  return () => {
    const loss = mse(model.forward(x), y);
    optimizer.zeroGrad();
    backward(loss);
    observer?.step();
    clipGradNorm(parameters, 1);
    optimizer.step();
    return loss.item();
  };
}

class Predictor extends Module {
  readonly recurrent: RNN | LSTM | GRU;
  readonly output: Linear;

  constructor(cell: keyof typeof cells, hidden: number, generator: Generator) {
    super();
    this.recurrent = new cells[cell](inputs, hidden, { generator });
    this.output = new Linear(hidden, 1, { generator });
  }

  forward(x: Tensor): Tensor {
    return this.output.forward(select(this.recurrent.forward(x).state.h, 0, 0));
  }
}
