import { grad, noGrad, type Parameter, parameter, requireGrad } from "@unroll/autograd";
import { Generator, mul, randn, sameShape, type Tensor } from "@unroll/tensor";
import { runSequence, type SequenceJob, type SequenceResult } from "../sequence.ts";
import type { Step } from "../trace.ts";
import { jobOf } from "./plain.ts";

/** A cell for the tests: what it is made of, and its step. */
export interface Sample {
  readonly name: string;
  readonly states: number;
  /** How many masks it takes, one row for each sample. */
  readonly rows?: number;
  /** What needs no gradient, of everything that is given to the cell. */
  readonly constant?: readonly ("x" | "states" | "rows")[];
  readonly shapes: (inputSize: number, hiddenSize: number) => Record<string, number[]>;
  readonly step: (parameters: Record<string, Parameter>) => Step;
}

/** How long and wide a sequence is. */
export interface Size {
  readonly steps: number;
  readonly batch: number;
  readonly inputSize: number;
  readonly hiddenSize: number;
}

interface Everything {
  readonly values: readonly Tensor[];
  /** Again, while nothing is recorded. */
  readonly alone: readonly Tensor[];
  readonly gradients: readonly Tensor[];
}

/** Outputs, final states, and the gradients of everything that has one, from random numbers that are always the same. */
function everything(
  sample: Sample,
  size: Size,
  run: (job: SequenceJob) => SequenceResult,
  options: object,
): Everything {
  const { steps, batch, inputSize, hiddenSize } = size;
  const generator = new Generator(3);
  const random = (shape: readonly number[]) => randn([...shape], { generator });
  const parameters = Object.fromEntries(
    Object.entries(sample.shapes(inputSize, hiddenSize)).map(([name, shape]) => [
      name,
      parameter(mul(random(shape), 0.5)),
    ]),
  );
  const given = (name: "x" | "states" | "rows", shape: readonly number[]) =>
    sample.constant?.includes(name) ? random(shape) : requireGrad(random(shape));
  const x = given("x", [steps, batch, inputSize]);
  const states = Array.from({ length: sample.states }, () => given("states", [batch, hiddenSize]));
  const rows = Array.from({ length: sample.rows ?? 0 }, () => given("rows", [batch, hiddenSize]));
  const job = jobOf(sample.step(parameters), { x, states, rows }, options);
  const valuesOf = ({ output, states: after }: SequenceResult) => [output, ...after];
  const values = valuesOf(run(job));
  const alone = noGrad(() => valuesOf(run(job)));
  // Some have no gradient by plain ops, where nothing that needs one leads to them.
  const reached = values
    .map((value) => ({ value, gradient: random(value.shape) }))
    .filter(({ value }) => value.node !== undefined);
  const gradients = grad(
    reached.map(({ value }) => value),
    [x, ...states, ...rows, ...Object.values(parameters)],
    { gradOutputs: reached.map(({ gradient }) => gradient), unused: "zeros" },
  );
  return { values, alone, gradients };
}

/**
 * Demands of a compiled sequence what plain ops give, to float32 rounding, and of one that keeps states only now and then the
 * same bits; gives the largest difference.
 */
export function compareWithPlain(
  sample: Sample,
  size: Size,
  { checkpoint, ...options }: { active?: number[]; reverse?: boolean; checkpoint?: number } = {},
  tolerance = 2e-5,
): number {
  const plain = everything(sample, size, (job) => job.plain(job.step, job), options);
  const byLoops = (more: Partial<SequenceJob>) =>
    everything(
      sample,
      size,
      (job) => {
        const result = runSequence({ ...job, ...more });
        if ("reason" in result) throw new Error(result.reason);
        return result;
      },
      options,
    );
  const compiled = byLoops({});
  if (!compiled.values.every((value, i) => sameBits(value, compiled.alone[i])))
    throw new Error("a sequence that records nothing gives something else");
  if (checkpoint !== undefined) {
    const { values, gradients } = byLoops({ checkpoint });
    const same = (own: Tensor[], others: readonly Tensor[]) => own.every((value, i) => sameBits(value, others[i]));
    if (!same([...values, ...gradients], [...compiled.values, ...compiled.gradients]))
      throw new Error(`checkpoint ${checkpoint} changes a number`);
  }
  const differences = [
    ...compiled.values.map((value, i) => differenceOf(value, plain.values[i], tolerance)),
    ...compiled.gradients.map((value, i) => differenceOf(value, plain.gradients[i], tolerance)),
  ];
  return Math.max(...differences);
}

/** Differences beside the largest value, which rounding leaves behind wherever terms cancel. */
function differenceOf(got: Tensor, expected: Tensor, tolerance: number): number {
  if (!sameShape(got.shape, expected.shape)) throw new Error(`got shape [${got.shape}], expected [${expected.shape}]`);
  const scale = Math.max(1e-3, ...Array.from(expected.data, Math.abs));
  let worst = 0;
  expected.data.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - got.data[i]) / scale);
  });
  // Written so that NaN fails too.
  if (!(worst < tolerance)) throw new Error(`differs by ${worst} of the largest value`);
  return worst;
}

function sameBits(a: Tensor, b: Tensor): boolean {
  return sameShape(a.shape, b.shape) && a.data.every((value, i) => Object.is(value, b.data[i]));
}
