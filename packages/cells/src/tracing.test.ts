import { grad, requireGrad } from "@unroll/autograd";
import { abstractOutput, type Evaluator, type Tensor, TracedValueError, withEvaluator, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { kinds, type Named } from "./testing/kinds.ts";
import { unroll } from "./unroll.ts";

const [batch, inputSize, hiddenSize] = [2, 3, 4];

/** Runs `fn` with an evaluator that knows shapes only, and lists the operations. */
function traced<T>(fn: () => T): { value: T; ops: string[] } {
  const ops: string[] = [];
  const tracer: Evaluator = (op, inputs, attrs) => {
    ops.push(op.name);
    return abstractOutput(op, inputs, attrs);
  };
  return { value: withEvaluator(tracer, fn), ops };
}

/** Traces one step and its gradient with respect to input, state and parameters. */
function traceStep(kind: (typeof kinds)[number], bias: boolean) {
  // Made by the tracer, the parameters have no values that could be read.
  const { value: cell } = traced(() => kind.cell(inputSize, hiddenSize, { bias }));
  const inputs = traced(() => ({
    x: requireGrad(zeros([batch, inputSize])),
    state: Object.fromEntries(
      Object.entries(cell.initialState(batch)).map(([name, value]) => [name, requireGrad(value)]),
    ) as Named,
  })).value;
  const forward = traced(() => cell.step(inputs.x, inputs.state));
  // All outputs have a gradient of their own, as in the middle of a sequence.
  const outputs = Object.values(forward.value.state);
  const gradOutputs = outputs.map((output) => traced(() => zeros(output.shape)).value);
  const wanted = [inputs.x, ...Object.values(inputs.state), ...cell.parameters()];
  const backward = traced(() => grad(outputs, wanted, { gradOutputs }));
  return { forward, backward, wanted, everything: [...wanted, ...outputs, ...backward.value] };
}

// The two biases become one; products of the gradient and the bias's sum over the batch (`sum reshape`) come last.
const expected: Record<string, { forward: string[]; backward: string[] }> = {
  "RNN, tanh": {
    forward: ["add addmm addmm tanh"],
    backward: ["tanhGrad matmul matmul sum reshape matmul matmul"],
  },
  "RNN, relu": {
    forward: ["add addmm addmm relu"],
    backward: ["lessEqual where matmul matmul sum reshape matmul matmul"],
  },
  LSTM: {
    forward: ["add addmm addmm slice slice slice slice sigmoid mul sigmoid tanh mul add sigmoid tanh mul"],
    backward: [
      "mul mul tanhGrad add sigmoidGrad mul mul tanhGrad sigmoidGrad mul mul sigmoidGrad pad pad add pad add pad add",
      "matmul matmul sum reshape matmul matmul",
    ],
  },
  GRU: {
    forward: ["addmm slice slice slice addmm slice slice slice add sigmoid add sigmoid mul add tanh sub mul mul add"],
    backward: [
      "mul mul mul mul neg add tanhGrad mul mul sigmoidGrad sigmoidGrad pad pad add pad add sum reshape",
      "matmul add matmul pad pad add pad add sum reshape matmul matmul",
    ],
  },
  "GRU, reset before": {
    forward: [
      "addmm slice slice addmm slice add sigmoid slice slice mul slice slice addmm slice add tanh sub mul mul add",
    ],
    backward: [
      "mul mul mul mul neg add tanhGrad pad sum reshape matmul matmul pad pad mul mul add pad pad add sigmoidGrad pad",
      "add sum reshape matmul add matmul pad add pad add sum reshape matmul matmul",
    ],
  },
};

describe.each(kinds)("a trace of $name", (kind) => {
  it("lists the operations of a step, and of its gradient", () => {
    const { forward, backward } = traceStep(kind, true);
    expect(forward.ops.join(" ")).toBe(expected[kind.name].forward.join(" "));
    expect(backward.ops.join(" ")).toBe(expected[kind.name].backward.join(" "));
  });

  it.each([true, false])("has every shape and no values, bias %s", (bias) => {
    const { wanted, backward, everything } = traceStep(kind, bias);
    expect(backward.value.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
    expect(everything.length).toBeGreaterThan(5);
    for (const tensor of everything) expect(() => tensor.data).toThrow(TracedValueError);
  });

  it("costs a bias no more than its own sum or slices: products start from it", () => {
    const [withBias, without] = [true, false].map((bias) =>
      traceStep(kind, bias).forward.ops.map((op) => (op === "addmm" ? "matmul" : op)),
    );
    const added = kind.name === "GRU" ? [] : kind.name === "GRU, reset before" ? ["slice", "slice"] : ["add"];
    expect([...withBias].sort()).toEqual([...without, ...added].sort());
  });

  it("covers whole sequences, with lengths, in both directions", () => {
    const { value: cell } = traced(() => kind.cell(inputSize, hiddenSize));
    for (const reverse of [false, true]) {
      const { value } = traced(() => {
        const x = requireGrad(zeros([3, batch, inputSize]));
        const { output, state } = unroll<Named, void>(cell, x, { lengths: [1, 3], reverse });
        const outputs = [output, ...Object.values(state)];
        return { outputs, dx: grad(outputs, [x], { gradOutputs: outputs.map(({ shape }) => zeros(shape)) })[0] };
      });
      expect(value.outputs[0].shape).toEqual([3, batch, hiddenSize]);
      expect(value.dx.shape).toEqual([3, batch, inputSize]);
      expect(() => value.dx.data).toThrow(TracedValueError);
    }
  });

  it("leaves nothing behind", () => {
    const cell = kind.cell(inputSize, hiddenSize);
    const step = () => cell.step(zeros([batch, inputSize]), cell.initialState(batch)).output.toArray();
    const before = step();
    traced(() => cell.step(zeros([batch, inputSize]), cell.initialState(batch)));
    expect(step()).toEqual(before);
  });
});

describe("a cell that reads values", () => {
  it("is found out", () => {
    const step = (x: Tensor, { h }: Named) => {
      const next = x.data[0] > 0 ? x : h;
      return { output: next, state: { h: next } };
    };
    const x = traced(() => zeros([batch, 2])).value;
    expect(() => traced(() => step(x, { h: x }))).toThrow(TracedValueError);
  });
});
