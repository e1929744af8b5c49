import { backward, grad, noGrad, parameter, requireGrad } from "@unroll/autograd";
import { withKernels } from "@unroll/kernels/testing";
import {
  add,
  concat,
  engineInfo,
  Generator,
  gather,
  matmul,
  mul,
  ones,
  randn,
  sin,
  softmax,
  sum,
  type Tensor,
  tanh,
  uniform,
  useEngine,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { explainStep } from "./explain.ts";
import { runSequence, type SequenceResult } from "./sequence.ts";
import { jobOf } from "./testing/plain.ts";
import type { Step } from "./trace.ts";

const inputs = { x: ones([3, 2, 4]), states: [ones([2, 4])] };
let counter = 0;

function stepOf(next: (x: Tensor, h: Tensor) => Tensor): Step {
  return (x, [h]) => {
    const value = next(x, h);
    return { output: value, states: [value] };
  };
}

const simple = stepOf((x, h) => tanh(add(x, h)));

function compiled(step: Step, from: typeof inputs = inputs): SequenceResult {
  const result = runSequence(jobOf(step, from));
  if ("reason" in result) throw new Error(result.reason);
  return result;
}

describe("what cannot be compiled is said", () => {
  const reasons: [string, Step, string][] = [
    ["values that are read", stepOf((x, h) => (x.data[0] > 0 ? x : h)), "reads values"],
    ["random numbers", stepOf((x, h) => add(mul(uniform([2, 4]), x), h)), "uniform draws random numbers"],
    ["an unknown operation", stepOf((x, h) => add(sin(x), h)), "sin is not compiled"],
    ["mixed rows", stepOf((x, h) => add(softmax(x, 0), h)), "softmax mixes rows"],
    ["a sum over rows", stepOf((x, h) => add(sum(x, 0, { keepDim: true }), h)), "sum mixes rows"],
    [
      "a tensor with rows from outside",
      stepOf((x, h) => add(add(x, ones([2, 4])), add(h, inputs.states[0]))),
      "add takes [2, 4]",
    ],
    ["a count", stepOf((x, h) => add(mul(x, counter++), h)), "impure"],
    ["an error", stepOf((x, h) => matmul(x, h)), "the step throws: matmul: inner sizes differ"],
    ["an output without rows", () => ({ output: ones([2, 4]), states: [ones([2, 4])] }), "does not depend"],
    ["another shape", (x, [h]) => ({ output: x, states: [matmul(h, ones([4, 3]))] }), "a state changes its shape"],
    ["an index", stepOf((x, h) => add(gather(x, 1, zeros([2, 4], { dtype: "int32" })), h)), "int32"],
  ];

  it.each(reasons)("%s", (_, step, reason) => {
    const result = runSequence(jobOf(step, inputs));
    expect(result).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  it("more memory than the kernels have", () => {
    const long = { x: ones([3000, 2, 4]), states: [ones([2, 4])] };
    // 4 MiB in all: the sequence's input, output and states take 0.3 MB, one of 16 times as many samples more than half.
    withKernels({ maximumPages: 64 }, () => {
      expect(runSequence(jobOf(simple, long))).toHaveProperty("output");
      const wide = { x: ones([3000, 32, 4]), states: [ones([32, 4])] };
      expect(runSequence(jobOf(simple, wide))).toEqual({
        reason: expect.stringContaining("half of the kernels' memory"),
      });
    });
  });

  it("the reference engine, float64 and an empty sequence", () => {
    expect(useEngine("reference", () => runSequence(jobOf(simple, inputs)))).toHaveProperty("reason");
    const float64 = { x: ones([3, 2, 4], { dtype: "float64" }), states: [ones([2, 4], { dtype: "float64" })] };
    expect(runSequence(jobOf(simple, float64))).toHaveProperty("reason");
    expect(runSequence(jobOf(simple, { x: ones([0, 2, 4]), states: [ones([2, 4])] }))).toHaveProperty("reason");
  });
});

describe("what changes between calls", () => {
  it("is seen by the next one: numbers, branches, masks and parameters", () => {
    const settings = { scale: 1, training: true, mask: ones([4]), w: parameter(ones([4, 4])) };
    const step = stepOf((x, h) => {
      const z = mul(add(x, matmul(h, settings.w)), mul(settings.mask, settings.scale));
      return settings.training ? tanh(z) : z;
    });
    const same = () => {
      const job = jobOf(step, inputs);
      expect(compiled(step).output.toArray()).toEqual(job.plain(step, { ...inputs, rows: [] }).output.toArray());
      return compiled(step).output.data[0];
    };
    const seen = [same()];
    settings.scale = 0.5;
    seen.push(same());
    settings.training = false;
    seen.push(same());
    settings.mask = zeros([4]);
    seen.push(same());
    settings.mask = ones([4]);
    settings.w = parameter(zeros([4, 4]));
    seen.push(same());
    expect(new Set(seen).size).toBe(5);
  });
});

describe("the graph of a sequence", () => {
  const generator = new Generator(1);
  const w = parameter(randn([4, 4], { generator }));
  const step = stepOf((x, h) => tanh(add(x, matmul(h, w))));

  it("is walked twice, with the forward pass run again, to the same bits", () => {
    const { output } = compiled(step);
    const first = grad(sum(output), [w])[0];
    const second = grad(sum(output), [w], { retain: true })[0];
    const third = grad(sum(output), [w])[0];
    expect(second.toArray()).toEqual(first.toArray());
    expect(third.toArray()).toEqual(first.toArray());
  });

  it("outlives its memory: more sequences than may hold some", () => {
    const outputs = Array.from({ length: 100 }, () => compiled(step).output);
    const all = outputs.map((output) => grad(sum(output), [w])[0].toArray());
    for (const one of all) expect(one).toEqual(all[0]);
  });

  it("is differentiated twice, by plain ops", () => {
    const x = requireGrad(randn([3, 2, 4], { generator }));
    const second = (output: Tensor) => {
      const [g] = grad(sum(mul(output, output)), [x], { createGraph: true });
      return grad(sum(mul(g, g)), [w])[0];
    };
    const from = { x, states: [zeros([2, 4])] };
    const expected = second(jobOf(step, from).plain(step, { ...from, rows: [] }).output);
    const got = second(compiled(step, from).output);
    got.data.forEach((value, i) => {
      expect(value).toBeCloseTo(expected.data[i], 4);
    });
  });

  it("gives back all memory after each step of training, and takes none without recording", () => {
    const used = () => engineInfo().memory?.used ?? 0;
    backward(sum(compiled(step).output));
    const before = used();
    for (let k = 0; k < 50; k++) backward(sum(compiled(step).output));
    expect(used()).toBe(before);
    noGrad(() => compiled(step));
    expect(used()).toBe(before);
    compiled(step);
    expect(used()).toBeGreaterThan(before);
  });
});

describe("explainStep", () => {
  it("lists the calls of each phase", () => {
    const [u, v] = [parameter(ones([4, 8])), parameter(ones([8, 8]))];
    const step = stepOf((x, h) => tanh(add(matmul(x, u), matmul(h, v))));
    expect(explainStep({ step, x: ones([3, 2, 4]), states: [ones([2, 8])], rows: [] }).split("\n")).toEqual([
      "before the loop",
      "  product [4] x [4, 8]",
      "in the loop",
      "  product [8] x [8, 8]",
      "  pass over [8]: add tanh (3 operands)",
      "backward, in the loop",
      "  pass over [8]: add tanhGrad (4 operands)",
      "  product [8] x [8, 8]",
      "backward, after the loop",
      "  sum over all rows of products [4] x [8]",
      "  sum over all rows of products [8] x [8]",
      "per step and sample: 512 FLOP in matrix products, 48 bytes kept for the gradient",
    ]);
  });

  it("multiplies what is joined part by part, so that the input's part leaves the loop", () => {
    const w = parameter(ones([12, 8]));
    const step = stepOf((x, h) => tanh(matmul(concat([x, h], -1), w)));
    expect(
      explainStep({ step, x: requireGrad(ones([3, 2, 4])), states: [ones([2, 8])], rows: [] }).split("\n"),
    ).toEqual([
      "before the loop",
      "  product [4] x [4, 8]",
      "in the loop",
      "  product [8] x [8, 8], added to what is there",
      "  pass over [8]: tanh (2 operands)",
      "backward, in the loop",
      "  pass over [8]: add tanhGrad (4 operands)",
      "  product [8] x [8, 8]",
      "backward, after the loop",
      "  product [8] x [8, 4]",
      "  sum over all rows of products [4] x [8]",
      "  sum over all rows of products [8] x [8]",
      "per step and sample: 576 FLOP in matrix products, 48 bytes kept for the gradient",
    ]);
  });

  it("says why there is no schedule", () => {
    const step = stepOf((x, h) => add(sin(x), h));
    expect(explainStep({ step, ...inputs, rows: [] })).toBe("plain ops, because sin is not compiled");
  });
});
