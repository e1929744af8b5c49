import { describe, expect, it } from "vitest";
import { abstractOutput, cast, isFloat, type Op, runtime, type Tensor, withEvaluator } from "../index.ts";
import { composedSamples, type OpSample, opSamples } from "./index.ts";

/** Runs a sample and tells which ops ran, with the output of each. */
function record({ call, inputs }: OpSample): { output: Tensor; ran: { op: Op; output: Tensor }[] } {
  const ran: { op: Op; output: Tensor }[] = [];
  const state = runtime();
  state.recorder = (op, _, __, output) => ran.push({ op, output });
  try {
    return { output: call(...inputs), ran };
  } finally {
    state.recorder = undefined;
  }
}

function shapeAndDtype({ shape, dtype }: Tensor): { shape: readonly number[]; dtype: string } {
  return { shape, dtype };
}

const ops = Object.entries(opSamples());
const all: [string, readonly OpSample[]][] = [...ops, ...Object.entries(composedSamples())];
const cases = all.flatMap(([name, samples]) =>
  samples.map((sample): [string, OpSample] => [`${name}: ${sample.label}`, sample]),
);

describe("every op", () => {
  it.each(ops)("%s has samples that run it", (name, samples) => {
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples) expect(record(sample).ran.map(({ op }) => op.name)).toContain(name);
  });
});

describe("every sample", () => {
  it("says what is special in words of its own", () => {
    for (const [, samples] of all) {
      const labels = samples.map(({ label }) => label);
      expect(new Set(labels).size).toBe(labels.length);
    }
  });

  it.each(cases)("%s: values fill the shape that its rules foretell", (_, { call, inputs }) => {
    const output = call(...inputs);
    const traced = withEvaluator(abstractOutput, () => call(...inputs));
    expect(shapeAndDtype(traced)).toEqual(shapeAndDtype(output));
    expect(traced.storage.data).toBeUndefined();
    expect(output.data.length).toBe(output.shape.reduce((a, b) => a * b, 1));
  });

  it.each(cases)("%s: each op on the way has the shape that its rules foretell", (_, sample) => {
    const steps = record(sample).ran.map(({ op, output }) => [op.name, shapeAndDtype(output)]);
    const traced = withEvaluator(abstractOutput, () => record(sample)).ran;
    expect(traced.map(({ op, output }) => [op.name, shapeAndDtype(output)])).toEqual(steps);
  });

  it.each(cases.filter(([, sample]) => sample.differentiable))(
    "%s: a gradient needs a float64 input and finite values",
    (_, sample) => {
      expect(sample.inputs.some((input) => input.dtype === "float64")).toBe(true);
      const output = sample.call(...sample.inputs);
      expect(output.dtype).toBe("float64");
      for (const value of output.data) expect(Number.isFinite(value)).toBe(true);
    },
  );

  it.each(cases)("%s: float32 agrees with float64 to its precision", (_, { call, inputs }) => {
    const exact = call(...inputs);
    const single = call(...inputs.map((input) => (input.dtype === "float64" ? cast(input, "float32") : input)));
    expect(single.shape).toEqual(exact.shape);
    for (const [i, value] of single.data.entries()) {
      const expected = exact.data[i];
      if (!isFloat(exact.dtype) || !Number.isFinite(expected)) expect(value).toBe(expected);
      // The inputs are rounded to 6e-8; the worst of these calls magnifies that tenfold.
      else expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(expected)));
    }
  });

  it.each(cases)("%s: the same call gives the same numbers and leaves its inputs alone", (_, { call, inputs }) => {
    const before = inputs.map((input) => Array.from(input.data));
    expect(Array.from(call(...inputs).data)).toEqual(Array.from(call(...inputs).data));
    expect(inputs.map((input) => Array.from(input.data))).toEqual(before);
    expect(inputs.map((input) => input.storage.version)).toEqual(inputs.map(() => 0));
  });
});
