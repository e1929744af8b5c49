import { DTypeError, OptionError, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import {
  concatDatasets,
  DataLoader,
  defaultCollate,
  fromArray,
  padSequences,
  randomSplit,
  sequentialSplit,
  subset,
  unpadSequences,
  windows,
} from "./index.ts";

function wrong(value: unknown): never {
  return value as never;
}

const dataset = fromArray([1, 2, 3]);
const x = tensor([[1], [2]]);

describe("a wrong argument", () => {
  it.each<[string, () => unknown, Error]>([
    [
      "number to padSequences",
      () => padSequences(wrong(5)),
      new OptionError("padSequences: expected an array of tensors, got 5"),
    ],
    ["list to padSequences", () => padSequences([wrong(5)]), new DTypeError("padSequences: expected tensors, got 5")],
    [
      "data of unpadSequences",
      () => unpadSequences(wrong(5), x),
      new DTypeError("unpadSequences: data: expected a tensor, got number 5"),
    ],
    [
      "lengths of unpadSequences",
      () => unpadSequences(x, wrong([1])),
      new DTypeError("unpadSequences: lengths: expected a tensor, got an array; use tensor(values)"),
    ],
    [
      "samples",
      () => defaultCollate(wrong(undefined)),
      new OptionError("defaultCollate: expected an array of samples, got undefined"),
    ],
    [
      "lengths of randomSplit",
      () => randomSplit(dataset, wrong(2)),
      new OptionError("randomSplit: expected an array of lengths, got 2"),
    ],
    [
      "lengths of sequentialSplit",
      () => sequentialSplit(dataset, wrong(null)),
      new OptionError("sequentialSplit: expected an array of lengths, got null"),
    ],
    ["indices", () => subset(dataset, wrong("12")), new OptionError('subset: expected an array of indices, got "12"')],
    [
      "datasets",
      () => concatDatasets(wrong(5)),
      new OptionError("concatDatasets: expected an array of datasets, got 5"),
    ],
    [
      "windows without options",
      () => windows(dataset, wrong(undefined)),
      new OptionError("windows: options must be an object, got undefined"),
    ],
    [
      "generator",
      () => new DataLoader({ dataset, shuffle: true, generator: wrong(5) }),
      new OptionError("DataLoader: generator must be a Generator, got 5"),
    ],
  ])("%s is named", (_, call, error) => {
    expect(call).toThrow(error);
  });
});
