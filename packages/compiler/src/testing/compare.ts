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
  const x = requireGrad(random([steps, batch, inputSize]));
  const states = Array.from({ length: sample.states }, () => requireGrad(random([batch, hiddenSize])));
  const rows = Array.from({ length: sample.rows ?? 0 }, () => requireGrad(random([batch, hiddenSize])));
  const job = jobOf(sample.step(parameters), { x, states, rows }, options);
  const valuesOf = ({ output, states: after }: SequenceResult) => [output, ...after];
  const values = valuesOf(run(job));
  const alone = noGrad(() => valuesOf(run(job)));
  const gradients = grad(values, [x, ...states, ...rows, ...Object.values(parameters)], {
    gradOutputs: values.map(({ shape }) => random(shape)),
    unused: "zeros",
  });
  return { values, alone, gradients };
}

/** Demands of a compiled sequence what plain ops give, to float32 rounding. */
export function compareWithPlain(
  sample: Sample,
  size: Size,
  options: { active?: number[]; reverse?: boolean } = {},
  tolerance = 2e-5,
): void {
  const plain = everything(sample, size, (job) => job.plain(job.step, job), options);
  const compiled = everything(
    sample,
    size,
    (job) => {
      const result = runSequence(job);
      if ("reason" in result) throw new Error(result.reason);
      return result;
    },
    options,
  );
  compiled.values.forEach((value, i) => {
    expectClose(value, plain.values[i], tolerance);
    if (!sameBits(value, compiled.alone[i])) throw new Error("a sequence that records nothing gives something else");
  });
  compiled.gradients.forEach((value, i) => {
    expectClose(value, plain.gradients[i], tolerance);
  });
}

/** Differences beside the largest value, which rounding leaves behind wherever terms cancel. */
function expectClose(got: Tensor, expected: Tensor, tolerance: number): void {
  if (!sameShape(got.shape, expected.shape)) throw new Error(`got shape [${got.shape}], expected [${expected.shape}]`);
  const scale = Math.max(1e-3, ...Array.from(expected.data, Math.abs));
  let worst = 0;
  expected.data.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - got.data[i]) / scale);
  });
  // Written so that NaN fails too.
  if (!(worst < tolerance)) throw new Error(`differs by ${worst} of the largest value`);
}

function sameBits(a: Tensor, b: Tensor): boolean {
  return sameShape(a.shape, b.shape) && a.data.every((value, i) => Object.is(value, b.data[i]));
}
