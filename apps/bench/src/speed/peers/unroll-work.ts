import { backward, noGrad, type Parameter } from "@unroll/autograd";
import { type Cell, GRUCell, LSTMCell, RNNCell, unroll } from "@unroll/cells";
import { crossEntropy, Embedding, Linear, type Module } from "@unroll/nn";
import { Adam } from "@unroll/optim";
import { assign, reshape, type Tensor, tensor } from "@unroll/tensor";
import type { Job, Result, Work } from "./protocol.ts";
import { Cannot } from "./serve.ts";
import { tensorOf, userCells, weightOf } from "./user-cells.ts";

type AnyState = Record<string, Tensor>;
type AnyCell = Module & Cell<AnyState>;

/** Unroll's own way to compute a job: its public functions, as a user calls them. */
export function unrollWork(job: Job): Work {
  return job.kind === "model" ? modelWork(job) : job.kind === "train" ? trainWork(job) : inferWork(job);
}

const ownCells: Readonly<Record<string, (job: Job) => Module>> = {
  rnn: ({ I, H }) => new RNNCell(I, H),
  lstm: ({ I, H }) => new LSTMCell(I, H),
  gru: ({ I, H }) => new GRUCell(I, H),
  "gru-before": ({ I, H }) => new GRUCell(I, H, { resetAfter: false }),
};

/** One of PyTorch's cells, or a user's, with the weights of the job. */
function cellOf(job: Job): AnyCell {
  const { cell, arrays } = job;
  if (Object.hasOwn(userCells, cell))
    return userCells[cell as keyof typeof userCells].make(arrays) as unknown as AnyCell;
  const made = ownCells[cell]?.(job);
  if (made === undefined) throw new Cannot(`there is no cell ${cell}`);
  for (const [name, weight] of made.namedParameters()) assign(weight, tensorOf(arrays[name]));
  return made as unknown as AnyCell;
}

function inferWork(job: Job): Work<Tensor> {
  const { arrays, compile = true } = job;
  const cell = cellOf(job);
  const x = tensorOf(arrays.x);
  const state: AnyState = {};
  for (const name of Object.keys(cell.initialState(job.B))) state[name] = tensorOf(arrays[name]);
  return {
    run: () => noGrad(() => unroll(cell, x, { state, compile }).output),
    result: ({ data }) => ({ output: data }),
  };
}

function trainWork(job: Job): Work<Tensor> {
  const { arrays, compile = true, pass } = job;
  const cell = cellOf(job);
  const x = tensorOf(arrays.x);
  const gradient = tensorOf(arrays.dy);
  const state: Record<string, Parameter> = {};
  for (const name of Object.keys(cell.initialState(job.B))) state[name] = weightOf(arrays[name]);
  const all = [...cell.parameters(), ...Object.values(state)];
  const tap = pass === "tapped" ? ("norms" as const) : undefined;
  return {
    run: () => {
      for (const one of all) one.zeroGrad();
      const { output, adjoints } = unroll(cell, x, { state, compile, tap });
      if (pass === "forward") return output;
      backward(output, { gradient });
      if (tap !== undefined) readNorms(adjoints?.states);
      return output;
    },
    result: ({ data }): Result => ({
      output: data,
      ...(pass === "forward" ? {} : gradientsOf([...cell.namedParameters(), ...Object.entries(state)])),
    }),
  };
}

interface TappedNorms {
  readonly state: { readonly log10: Float64Array };
  readonly total: { readonly log10: Float64Array };
}

let norms: Float64Array[] = [];

/** What is computed only when it is read, is part of the cost. */
function readNorms(states: Readonly<Record<string, TappedNorms>> | undefined): void {
  if (states === undefined) throw new Error("the sequence left no adjoints");
  norms = Object.values(states).flatMap(({ state, total }) => [state.log10, total.log10]);
  if (norms.some((one) => one.length === 0)) throw new Error("the sequence left no norms");
}

function gradientsOf(parameters: readonly (readonly [string, Parameter])[]): Record<string, ArrayLike<number>> {
  return Object.fromEntries(
    parameters.map(([name, { grad }]) => {
      if (grad === undefined) throw new Error(`no gradient reached ${name}`);
      return [name, grad.data];
    }),
  );
}

/** A language model: embedding, LSTM, linear, cross entropy, Adam. */
function modelWork(job: Job): Work<number> {
  const { V = 0, I, H, T, B, lr = 0, arrays, compile = true } = job;
  const cell = cellOf(job);
  const embedding = new Embedding(V, I);
  const head = new Linear(H, V);
  assign(embedding.weight, tensorOf(arrays.embedding));
  assign(head.weight, tensorOf(arrays.head));
  if (head.bias !== undefined) assign(head.bias, new Float32Array(V));
  const optimizer = new Adam([...embedding.parameters(), ...cell.parameters(), ...head.parameters()], { lr });
  const tokens = integers(job, "tokens");
  const targets = reshape(integers(job, "targets"), [T * B]);
  const run = () => {
    const { output } = unroll(cell, embedding.forward(tokens), { compile });
    const loss = crossEntropy(reshape(head.forward(output), [T * B, V]), targets);
    optimizer.zeroGrad();
    backward(loss);
    optimizer.step();
    return loss.item();
  };
  return { run, result: (loss) => ({ loss: [loss], next: [run()] }) };
}

function integers({ arrays }: Job, name: string): Tensor {
  const { shape, data } = arrays[name];
  return tensor(Int32Array.from(data), { shape });
}
