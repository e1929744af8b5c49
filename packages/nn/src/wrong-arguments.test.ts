import { DTypeError, OptionError, tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import {
  binaryCrossEntropyWithLogits,
  checkModule,
  crossEntropy,
  Dropout,
  Embedding,
  huber,
  LayerNorm,
  Linear,
  l1,
  Module,
  mse,
  nll,
} from "./index.ts";

function wrong(value: unknown): never {
  return value as never;
}

const x = zeros([2, 3]);
const classes = tensor([0, 1], { dtype: "int32" });
const linear = new Linear(3, 2);

describe("a wrong argument", () => {
  it.each<[string, () => unknown, Error]>([
    ["input of mse", () => mse(wrong(5), x), new DTypeError("mse: input: expected a tensor, got number 5")],
    ["target of mse", () => mse(x, wrong(undefined)), new DTypeError("mse: target: expected a tensor, got undefined")],
    [
      "target of l1",
      () => l1(x, wrong([1])),
      new DTypeError("l1: target: expected a tensor, got an array; use tensor(values)"),
    ],
    ["input of huber", () => huber(wrong(null), x), new DTypeError("huber: input: expected a tensor, got null")],
    [
      "target of a binary loss",
      () => binaryCrossEntropyWithLogits(x, wrong(1)),
      new DTypeError("binaryCrossEntropyWithLogits: target: expected a tensor, got number 1"),
    ],
    [
      "weight of a binary loss",
      () => binaryCrossEntropyWithLogits(x, x, { posWeight: wrong(3) }),
      new DTypeError("binaryCrossEntropyWithLogits: posWeight: expected a tensor, got number 3"),
    ],
    [
      "logits",
      () => crossEntropy(wrong(5), classes),
      new DTypeError("crossEntropy: logits: expected a tensor, got number 5"),
    ],
    [
      "targets",
      () => crossEntropy(x, wrong(undefined)),
      new DTypeError("crossEntropy: targets: expected a tensor, got undefined"),
    ],
    [
      "weight of classes",
      () => crossEntropy(x, classes, { weight: wrong([1, 2, 3]) }),
      new DTypeError("crossEntropy: weight: expected a tensor, got an array; use tensor(values)"),
    ],
    [
      "ignored class",
      () => crossEntropy(x, classes, { ignoreIndex: wrong("0") }),
      new OptionError('crossEntropy: ignoreIndex must be a whole number, got string "0"'),
    ],
    [
      "log-probabilities",
      () => nll(wrong(undefined), classes),
      new DTypeError("nll: logProbs: expected a tensor, got undefined"),
    ],
    ["targets of nll", () => nll(x, wrong(0)), new DTypeError("nll: targets: expected a tensor, got number 0")],
    [
      "input of Linear",
      () => linear.forward(wrong(5)),
      new DTypeError("Linear.forward: expected a tensor, got number 5"),
    ],
    [
      "weight of Linear",
      () => new Linear(3, 2, { weight: wrong(x) }),
      new DTypeError("Linear: expected a parameter as weight, got a tensor"),
    ],
    [
      "bias of Linear",
      () => new Linear(3, 2, { bias: wrong("no") }),
      new OptionError('Linear: bias must be true or false, got string "no"'),
    ],
    [
      "shape of LayerNorm",
      () => new LayerNorm(wrong(undefined)),
      new OptionError("LayerNorm: normalizedShape must be a size or an array of sizes, got undefined"),
    ],
    [
      "affine part of LayerNorm",
      () => new LayerNorm(3, { elementwiseAffine: wrong(0) }),
      new OptionError("LayerNorm: elementwiseAffine must be true or false, got number 0"),
    ],
    [
      "bias of LayerNorm",
      () => new LayerNorm(3, { bias: wrong(null) }),
      new OptionError("LayerNorm: bias must be true or false, got null"),
    ],
    [
      "input of LayerNorm",
      () => new LayerNorm(3).forward(wrong(5)),
      new DTypeError("LayerNorm.forward: expected a tensor, got number 5"),
    ],
    [
      "input of Dropout",
      () => new Dropout(0).forward(wrong(5)),
      new DTypeError("Dropout.forward: expected a tensor, got number 5"),
    ],
    [
      "input of Embedding",
      () => new Embedding(3, 2).forward(wrong(1)),
      new DTypeError("Embedding.forward: expected a tensor, got number 1"),
    ],
    [
      "weight of Embedding",
      () => new Embedding(3, 2, { weight: wrong(null) }),
      new DTypeError("Embedding: expected a parameter as weight, got null"),
    ],
    [
      "module",
      () => checkModule(wrong(5)),
      new OptionError("checkModule: expected a module with forward, got number 5"),
    ],
    [
      "module without forward",
      () => checkModule(wrong(new Module())),
      new OptionError("checkModule: expected a module with forward, got an object with keys training"),
    ],
    [
      "state dict",
      () => linear.loadStateDict(wrong(null)),
      new OptionError("loadStateDict: expected an object of named tensors, got null"),
    ],
    [
      "strictness",
      () => linear.loadStateDict({}, { strict: wrong(0) }),
      new OptionError("loadStateDict: strict must be true or false, got number 0"),
    ],
    [
      "renaming",
      () => linear.loadStateDict({}, { rename: wrong("a") }),
      new OptionError('loadStateDict: rename must be a function, got string "a"'),
    ],
    ["mode", () => linear.train(wrong("yes")), new OptionError('train: on must be true or false, got string "yes"')],
  ])("%s is named", (_, call, error) => {
    expect(call).toThrow(error);
  });
});
