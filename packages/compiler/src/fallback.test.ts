import { backward, grad, noGrad, parameter, requireGrad } from "@unroll/autograd";
import { withKernels } from "@unroll/kernels/testing";
import {
  add,
  apply,
  argmax,
  cast,
  concat,
  cumsum,
  defineOp,
  engineInfo,
  Generator,
  gather,
  matmul,
  max,
  mul,
  ones,
  randn,
  relu,
  reshape,
  select,
  slice,
  softmax,
  sum,
  type Tensor,
  tanh,
  transpose,
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
const square = ones([2, 4]);
let counter = 0;

const cubeOp = defineOp({
  name: "cube",
  dtype: (_, [x]) => x.dtype,
  shape: ([x]) => x.shape,
  forward: (out, [x]) => {
    for (let i = 0; i < out.length; i++) out[i] = x.data[i] * x.data[i] * x.data[i];
  },
});

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

let line = "";

/** Notes the line that calls it, as `file:line`: as it runs, which in a browser is not as it is written. */
function here(): undefined {
  line =
    new Error().stack
      ?.split("\n")[2]
      ?.match(/([^ (]+:\d+):\d+\)?$/)?.[1]
      ?.replace("file://", "") ?? "no stack";
}

function on(_: undefined, value: Tensor): Tensor {
  return value;
}

const reasons: readonly (readonly [string, (x: Tensor, h: Tensor) => Tensor, string])[] = [
  ["values that are read", (x, h) => on(here(), x.data[0] > 0 ? x : h), "it reads values (by item,"],
  [
    "a single value that is read",
    (x, h) => on(here(), mul(h, select(select(x, 0, 0), 0, 0).item())),
    "it reads values",
  ],
  [
    "random numbers",
    (x, h) => on(here(), add(mul(uniform([2, 4]), x), h)),
    "uniform draws random numbers at every step",
  ],
  ["an operation along a row", (x, h) => on(here(), add(cumsum(x, 1), h)), "cumsum adds up along a row"],
  [
    "an operation of one's own",
    (x, h) => on(here(), add(apply(cubeOp, [x], undefined), h)),
    "cube is not known to the compiler",
  ],
  ["a row function over the batch", (x, h) => on(here(), add(softmax(x, 0), h)), "softmax along axis 0 mixes rows"],
  ["a sum over the batch", (x, h) => on(here(), add(sum(x, 0, { keepDim: true }), h)), "sum over axis 0 mixes rows"],
  ["a largest row", (x, h) => on(here(), add(max(x), h)), "max over axis 0 mixes rows"],
  [
    "a transposed batch",
    (x, h) => on(here(), matmul(softmax(matmul(x, transpose(h)), 1), h)),
    "permute (or transpose) mixes rows",
  ],
  [
    "products within the batch",
    (x, h) => on(here(), matmul(matmul(x, h, { transposeB: true }), square)),
    "matmul mixes rows: it multiplies two",
  ],
  [
    "other rows in the place of rows",
    (x, h) => on(here(), add(h, concat([add(sum(x, 1), slice(h, 1, 0, 2)), slice(h, 1, 2, 4)], 1))),
    "add mixes rows: it lines up [2] with [2, 2]",
  ],
  [
    "a sample in the place of another",
    (x, h) => on(here(), add(h, slice(x, 0, 0, 1))),
    "slice along axis 0 mixes rows",
  ],
  [
    "rows in another shape",
    (x, h) => on(here(), add(h, reshape(sum(reshape(x, [4, 2]), 1), [1, 4]))),
    "reshape of [2, 4] to [4, 2] mixes rows",
  ],
  [
    "a tensor of the batch from outside",
    (x, h) => on(here(), add(add(x, h), inputs.states[0])),
    "add takes [2, 4] from outside",
  ],
  [
    "a count",
    (x, h) => on(here(), add(mul(x, counter++), h)),
    "the step is impure: mul differs from one run to the next",
  ],
  [
    "a random number of JavaScript's",
    (x, h) => on(here(), add(mul(x, Math.random()), h)),
    "the step is impure: mul differs",
  ],
  [
    "an operation now and then",
    (x, h) => on(here(), counter++ % 2 === 0 ? tanh(add(x, h)) : relu(add(x, h))),
    "the step is impure: ",
  ],
  ["an error", (x, h) => on(here(), matmul(x, h)), "the step throws: matmul: inner sizes differ"],
  ["an index", (x, h) => on(here(), add(gather(x, 1, zeros([2, 4], { dtype: "int32" })), h)), "gather works by index"],
  ["a choice", (x, h) => on(here(), add(cast(reshape(argmax(x, 1), [2, 1]), "float32"), h)), "argmax gives indices"],
  [
    "columns left out",
    (x, h) => on(here(), concat([slice(x, 1, 0, 4, 2), slice(h, 1, 0, 2)], 1)),
    "slice leaves out columns",
  ],
  ["another shape", (_, h) => on(here(), matmul(h, ones([4, 3]))), "a state changes its shape or dtype"],
];

describe("what cannot be compiled is said", () => {
  it.each(reasons)("%s", (_, next, reason) => {
    const result = runSequence({ ...jobOf(stepOf(next), inputs), inner: 1 });
    if (!("reason" in result)) throw new Error("it was compiled");
    expect(result.reason).toContain(reason);
    expect(result.expected).toBe(false);
    expect(result.where()?.replace(/:\d+$/, "")).toBe(line);
  });

  it("a tensor that comes from nowhere in the step", () => {
    const result = runSequence(jobOf((x) => ({ output: x, states: [inputs.states[0]] }), inputs));
    expect(result).toMatchObject({ reason: expect.stringContaining("depends on neither its input nor its state") });
  });

  it("whoever the step of a structure belongs to", () => {
    const other = () => stepOf((x, h) => add(mul(x, 0.25), h));
    const impure = () => stepOf((x, h) => add(mul(x, counter++), h));
    // Numbers are not part of a structure, so that all of these have one program.
    const compiled = [other(), impure(), other(), impure()].map(
      (step) => !("reason" in runSequence(jobOf(step, inputs))),
    );
    expect(compiled).toEqual([true, false, true, false]);
  });

  it("more memory than the kernels have", () => {
    const long = { x: ones([3000, 2, 4]), states: [ones([2, 4])] };
    // 4 MiB in all: what one sequence keeps for its gradient takes 0.1 MB, that of one with 32 times as many samples more
    // than half. Where nothing is kept, memory is that of a few steps.
    withKernels({ maximumPages: 64 }, () => {
      expect(runSequence(jobOf(simple, { ...long, x: requireGrad(long.x) }))).toHaveProperty("output");
      const wide = { x: ones([3000, 64, 4]), states: [ones([64, 4])] };
      expect(runSequence(jobOf(simple, wide))).toHaveProperty("output");
      expect(runSequence(jobOf(simple, { ...wide, x: requireGrad(wide.x) }))).toMatchObject({
        reason: expect.stringContaining("half of the kernels' memory"),
        expected: false,
      });
    });
  });

  it("the reference engine, float64 and an empty sequence", () => {
    const float64 = { x: ones([3, 2, 4], { dtype: "float64" }), states: [ones([2, 4], { dtype: "float64" })] };
    const results = [
      useEngine("reference", () => runSequence(jobOf(simple, inputs))),
      runSequence(jobOf(simple, float64)),
      runSequence(jobOf(simple, { x: ones([0, 2, 4]), states: [ones([2, 4])] })),
    ];
    for (const result of results) expect(result).toMatchObject({ reason: expect.any(String), expected: true });
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
      "  pass over [8]: add tanh (3 reads and writes)",
      "backward, in the loop",
      "  pass over [8]: add tanhGrad (4 reads and writes)",
      "  product [8] x [8, 8]",
      "backward, after the loop",
      "  sum over all steps and samples of products [4] x [8]",
      "  sum over all steps and samples of products [8] x [8]",
      "per step and sample: 512 FLOP in matrix products, 192 of them forward",
      "kept for the gradient, per step and sample: 32 bytes, 1 x [8]",
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
      "  product [8] x [8, 8] + [8]",
      "  pass over [8]: tanh (2 reads and writes)",
      "backward, in the loop",
      "  pass over [8]: add tanhGrad (4 reads and writes)",
      "  product [8] x [8, 8]",
      "backward, after the loop",
      "  product [8] x [8, 4]",
      "  sum over all steps and samples of products [4] x [8]",
      "  sum over all steps and samples of products [8] x [8]",
      "per step and sample: 576 FLOP in matrix products, 192 of them forward",
      "kept for the gradient, per step and sample: 32 bytes, 1 x [8]",
    ]);
  });

  it("says why there is no schedule", () => {
    const step = stepOf((x, h) => on(here(), add(cumsum(x, 1), h)));
    const text = explainStep({ step, ...inputs, rows: [], inner: 1 });
    expect(text.replace(/:\d+$/, "")).toBe(`plain ops, because cumsum adds up along a row, at ${line}`);
  });
});
