import { grad, parameter, requireGrad } from "@unroll/autograd";
import { add, concat, Generator, identity, mul, randn, select, slice, sum, type Tensor } from "@unroll/tensor";
import { runSequence, type SequenceJob } from "../sequence.ts";
import type { StateAdjoints, Taps } from "../taps.ts";
import type { Sample, Size } from "./compare.ts";
import { jobOf } from "./plain.ts";

/** A sequence, and a gradient for everything that it gives. */
export interface RandomJob {
  readonly job: SequenceJob;
  readonly gradients: readonly Tensor[];
}

/** A job of random numbers that are always the same, and a gradient for everything that it gives. */
export function randomJob(sample: Sample, size: Size, options: object): RandomJob {
  const { steps, batch, inputSize, hiddenSize } = size;
  const generator = new Generator(7);
  const random = (shape: readonly number[]) => randn([...shape], { generator });
  const parameters = Object.fromEntries(
    Object.entries(sample.shapes(inputSize, hiddenSize)).map(([name, shape]) => [
      name,
      parameter(mul(random(shape), 0.5)),
    ]),
  );
  const states = Array.from({ length: sample.states }, () => requireGrad(random([batch, hiddenSize])));
  const rows = Array.from({ length: sample.rows ?? 0 }, () => random([batch, hiddenSize]));
  const job = jobOf(sample.step(parameters), { x: random([steps, batch, inputSize]), states, rows }, options);
  const outputs = job.plain(job.step, job);
  return { job, gradients: [outputs.output, ...outputs.states].map(({ shape }) => random(shape)) };
}

export type Norms = Record<"state" | "total", number[][]>;

/** Both adjoints of every state by plain ops: log10 of the norms, by step and active row. */
export function byGrad({ job, gradients }: RandomJob): Norms[] {
  const values: Tensor[][] = [];
  const handed: Tensor[][] = [];
  const terms: Tensor[] = [];
  const [steps] = job.x.shape;
  let states = [...job.states];
  for (let s = 0; s < steps; s++) {
    const t = job.reverse ? steps - 1 - s : s;
    const count = job.active[t];
    const narrow = (value: Tensor) => slice(value, 0, 0, count);
    const result = job.step(narrow(select(job.x, 0, t)), states.map(narrow), job.rows.map(narrow));
    values[t] = [...result.states];
    handed[t] = result.states.map((state) => identity(state));
    const shared = result.states.indexOf(result.output);
    const output = shared === -1 ? result.output : handed[t][shared];
    terms.push(sum(mul(output, narrow(select(gradients[0], 0, t)))));
    states = handed[t].map((state, i) => concat([state, slice(states[i], 0, count)], 0));
  }
  states.forEach((state, i) => {
    terms.push(sum(mul(state, gradients[1 + i])));
  });
  const loss = terms.reduce((total, term) => add(total, term));
  const normsOf = (tensors: Tensor[]): number[][] =>
    grad(loss, tensors, { unused: "zeros" }).map(({ shape: [count, width], data }) =>
      Array.from({ length: count }, (_, row) =>
        Math.log10(Math.hypot(...data.subarray(row * width, (row + 1) * width))),
      ),
    );
  const column = (all: Tensor[][], i: number) => all.map((own) => own[i]);
  return job.states.map((_, i) => ({ state: normsOf(column(handed, i)), total: normsOf(column(values, i)) }));
}

/** The same from the compiled loops. */
export function byTaps({ job, gradients }: RandomJob, taps: Taps): readonly StateAdjoints[] {
  const result = runSequence({ ...job, taps });
  if ("reason" in result) throw new Error(result.reason);
  grad([result.output, ...result.states], [taps.handle], { gradOutputs: gradients });
  return taps.adjoints as readonly StateAdjoints[];
}
