import { grad, parameter, requireGrad } from "@unroll/autograd";
import type { Kernels } from "@unroll/kernels";
import { withKernels } from "@unroll/kernels/testing";
import { activeKernels, Generator, mul, randn, type Tensor } from "@unroll/tensor";
import { describe, expect, it, vi } from "vitest";
import { runSequence, type SequenceJob } from "./sequence.ts";
import { Taps } from "./taps.ts";
import type { Sample, Size } from "./testing/compare.ts";
import { jobOf } from "./testing/plain.ts";
import { samples } from "./testing/samples.ts";

/** A job of random numbers that are always the same. */
function randomJob(sample: Sample, { steps, batch, inputSize, hiddenSize }: Size, options: object = {}) {
  const generator = new Generator(7);
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
  return { job, inputs: [x, ...states, ...rows, ...Object.values(parameters)] };
}

/** Everything that a job gives, and all its gradients. */
function everything(
  { job, inputs }: { job: SequenceJob; inputs: Tensor[] },
  checkpoint: number | boolean,
  taps?: Taps,
) {
  const result = runSequence({ ...job, checkpoint, taps });
  if ("reason" in result) throw new Error(result.reason);
  const values = [result.output, ...result.states];
  const generator = new Generator(9);
  const gradients = grad(values, inputs, {
    gradOutputs: values.map(({ shape }) => randn([...shape], { generator })),
    unused: "zeros",
  });
  return { values: values.map(({ data }) => data), gradients: gradients.map(({ data }) => data) };
}

// Blocks have 256 rows: here two steps.
const size = { steps: 13, batch: 100, inputSize: 3, hiddenSize: 5 };
const lengths = Array.from({ length: size.steps }, (_, t) => size.batch - 7 * t);

describe.each(samples)("$name with states kept now and then", (sample) => {
  it.each([
    { checkpoint: 1 },
    { checkpoint: 5 },
    { checkpoint: 100 },
    { checkpoint: true },
    { checkpoint: 3, reverse: true },
    { checkpoint: 3, active: lengths },
    { checkpoint: 3, active: lengths, reverse: true },
  ])("gives the same bits: $checkpoint $reverse", ({ checkpoint, ...options }) => {
    const job = randomJob(sample, size, options);
    expect(everything(job, checkpoint)).toEqual(everything(job, false));
  });

  it("leaves the same adjoints", () => {
    const job = randomJob(sample, size, { active: lengths });
    const [plain, segmented] = [new Taps("values"), new Taps("values")];
    everything(job, false, plain);
    everything(job, 4, segmented);
    plain.adjoints?.forEach(({ state, total }, i) => {
      expect(segmented.adjoints?.[i].state.log10).toEqual(state.log10);
      expect(segmented.adjoints?.[i].total.values?.data).toEqual(total.values?.data);
    });
  });
});

describe("the kernels' memory", () => {
  /** The most that a run and its gradients have of it at any time. */
  function mostOf(steps: number, checkpoint: boolean): number {
    const lstm = samples.find(({ name }) => name === "LSTM") as Sample;
    let most = 0;
    withKernels({ build: "simd" }, () => {
      const { memory } = activeKernels("float32") as Kernels;
      const allocate = memory.allocate.bind(memory);
      vi.spyOn(memory, "allocate").mockImplementation((bytes, label) => {
        const at = allocate(bytes, label);
        most = Math.max(most, memory.use().used);
        return at;
      });
      const before = memory.use().used;
      everything(randomJob(lstm, { steps, batch: 32, inputSize: 4, hiddenSize: 16 }), checkpoint);
      expect(memory.use().used).toBe(before);
      most -= before;
    });
    return most;
  }

  it("that a sequence takes grows with the root of its steps, and without that with the steps", () => {
    const [short, long] = [mostOf(400, false), mostOf(1600, false)];
    expect(long / short).toBeGreaterThan(3.5);
    const [shortRoot, longRoot] = [mostOf(400, true), mostOf(1600, true)];
    expect(longRoot / shortRoot).toBeLessThan(2);
    expect(longRoot).toBeLessThan(long / 8);
  });
});
