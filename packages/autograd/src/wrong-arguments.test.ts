import { DTypeError, mul, OptionError, sum, type Tensor, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import {
  backward,
  checkpoint,
  defineFunction,
  enableGrad,
  GradientError,
  grad,
  jacobian,
  noGrad,
  parameter,
  parametersOf,
  requireGrad,
} from "./index.ts";

function wrong(value: unknown): never {
  return value as never;
}

const w = parameter([2, 3]);
const loss = sum(mul(w, w));
const twice = {
  name: "twice",
  forward: ([x]: readonly Tensor[]) => ({ outputs: [mul(x, 2)], saved: undefined }),
  backward: (_: undefined, [g]: readonly (Tensor | undefined)[]) => [g && mul(g, 2)],
};

describe("a wrong argument", () => {
  it.each<[string, () => unknown, Error]>([
    ["number to grad", () => grad(wrong(5), [w]), new DTypeError("grad: expected a tensor, got number 5")],
    ["null to grad", () => grad(wrong([null]), [w]), new DTypeError("grad: expected a tensor, got null")],
    [
      "tensor as inputs",
      () => grad(loss, wrong(w)),
      new DTypeError("grad: expected an array of input tensors, got a tensor"),
    ],
    ["input", () => grad(loss, [wrong(5)]), new DTypeError("grad: inputs: expected a tensor, got number 5")],
    [
      "list of gradients",
      () => grad(loss, [w], { gradOutputs: wrong(5) }),
      new OptionError("grad: gradOutputs must be an array, one for each output, got number 5"),
    ],
    [
      "gradient of an output",
      () => grad(loss, [w], { gradOutputs: [wrong(5)] }),
      new DTypeError("grad: gradOutputs: expected a tensor, got number 5"),
    ],
    [
      "createGraph",
      () => grad(loss, [w], { createGraph: wrong("no") }),
      new OptionError('grad: createGraph must be true or false, got string "no"'),
    ],
    [
      "retain",
      () => grad(loss, [w], { retain: wrong(1) }),
      new OptionError("grad: retain must be true or false, got number 1"),
    ],
    [
      "unused",
      () => grad(loss, [w], { unused: wrong(0) }),
      new OptionError('grad: unused must be "error" or "zeros", got number 0'),
    ],
    ["number to backward", () => backward(wrong(5)), new DTypeError("backward: expected a tensor, got number 5")],
    [
      "gradient of a loss",
      () => backward(loss, { gradient: wrong(5) }),
      new DTypeError("backward: gradient: expected a tensor, got number 5"),
    ],
    [
      "retain of backward",
      () => backward(loss, { retain: wrong("x") }),
      new OptionError('backward: retain must be true or false, got string "x"'),
    ],
    ["number to noGrad", () => noGrad(wrong(5)), new OptionError("noGrad: fn must be a function, got number 5")],
    [
      "number to enableGrad",
      () => enableGrad(wrong(5)),
      new OptionError("enableGrad: fn must be a function, got number 5"),
    ],
    [
      "number to checkpoint",
      () => checkpoint(wrong(5)),
      new OptionError("checkpoint: fn must be a function, got number 5"),
    ],
    [
      "input of checkpoint",
      () => checkpoint((x) => x, wrong(5)),
      new DTypeError("checkpoint: expected a tensor, got number 5"),
    ],
    [
      "output of checkpoint",
      () => checkpoint(() => wrong(5)),
      new DTypeError("checkpoint: the function's outputs: expected a tensor, got number 5"),
    ],
    [
      "number to jacobian",
      () => jacobian(wrong(5), w),
      new OptionError("jacobian: fn must be a function, got number 5"),
    ],
    [
      "place of a Jacobian",
      () => jacobian((x) => x, wrong(5)),
      new DTypeError("jacobian: expected a tensor, got number 5"),
    ],
    [
      "value of jacobian's function",
      () => jacobian(() => wrong(5), w),
      new DTypeError("jacobian: expected a function to a tensor, got number 5"),
    ],
    [
      "createGraph of jacobian",
      () => jacobian((x) => x, w, { createGraph: wrong(1) }),
      new OptionError("jacobian: createGraph must be true or false, got number 1"),
    ],
    [
      "number to parametersOf",
      () => parametersOf(wrong(5)),
      new DTypeError("parametersOf: expected a tensor, got number 5"),
    ],
    [
      "list to parametersOf",
      () => parametersOf([wrong(5)]),
      new DTypeError("parametersOf: expected a tensor, got number 5"),
    ],
    [
      "number to requireGrad",
      () => requireGrad(wrong(5)),
      new DTypeError("requireGrad: expected a tensor, got number 5"),
    ],
    [
      "definition",
      () => defineFunction(wrong(null)),
      new OptionError("defineFunction: expected a definition { name, forward, backward }, got null"),
    ],
    [
      "empty definition",
      () => defineFunction(wrong({})),
      new OptionError("defineFunction: name must be a string, got undefined"),
    ],
    [
      "definition without forward",
      () => defineFunction(wrong({ name: "f" })),
      new OptionError("defineFunction: forward must be a function, got undefined"),
    ],
    [
      "definition without backward",
      () => defineFunction(wrong({ name: "f", forward: () => {} })),
      new OptionError("defineFunction: backward must be a function, got undefined"),
    ],
    [
      "plain form",
      () => defineFunction({ ...twice, plain: wrong(5) }),
      new OptionError("defineFunction: plain must be a function, got number 5"),
    ],
    [
      "tensor to a defined function",
      () => defineFunction(twice)(wrong(w), undefined),
      new DTypeError("twice: inputs must be an array of tensors, got a tensor"),
    ],
    [
      "input of a defined function",
      () => defineFunction(twice)([wrong(5)], undefined),
      new DTypeError("twice: inputs: expected a tensor, got number 5"),
    ],
    ...[undefined, null, 5].map((result): [string, () => unknown, Error] => [
      `result ${result} of forward`,
      () => defineFunction({ ...twice, forward: () => wrong(result) })([w], undefined),
      new DTypeError(`twice: forward must give { outputs, saved }, got ${result === 5 ? "number 5" : result}`),
    ]),
    [
      "plain form that gives no array",
      () =>
        grad(sum(defineFunction({ ...twice, plain: () => wrong(5) })([w], undefined)[0]), [w], { createGraph: true }),
      new DTypeError("twice: outputs of plain must be an array of tensors, got number 5"),
    ],
    [
      "output of a defined function",
      () =>
        defineFunction({ ...twice, forward: () => ({ outputs: wrong(tensor(1)), saved: undefined }) })([w], undefined),
      new DTypeError("twice: outputs of forward must be an array of tensors, got a tensor"),
    ],
    [
      "list of gradients of a defined function",
      () => grad(sum(defineFunction({ ...twice, backward: () => wrong(tensor(1)) })([w], undefined)[0]), [w]),
      new GradientError("twice: expected 1 gradients, one per input, got a tensor"),
    ],
    [
      "gradient of a defined function",
      () => grad(sum(defineFunction({ ...twice, backward: () => [wrong(5)] })([w], undefined)[0]), [w]),
      new DTypeError("twice: gradients of backward: expected a tensor, got number 5"),
    ],
  ])("%s is named", (_, call, error) => {
    expect(call).toThrow(error);
  });
});
