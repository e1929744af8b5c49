import { parameter } from "@unroll/autograd";
import { OptionError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import {
  Adam,
  applySchedule,
  clipGradNorm,
  clipGradValue,
  constant,
  cosine,
  gradNorm,
  linearWarmup,
  oneCycle,
  product,
  SGD,
  sequence,
  stepDecay,
} from "./index.ts";

function wrong(value: unknown): never {
  return value as never;
}

const w = parameter([1]);
const adam = new Adam([w]);
const saved = adam.stateDict();

describe("a wrong argument", () => {
  it.each<[string, () => unknown, string]>([
    ["number to clipGradNorm", () => clipGradNorm(wrong(5), 1), "clipGradNorm: expected parameters, got number 5"],
    ["list to clipGradNorm", () => clipGradNorm([wrong(5)], 1), "clipGradNorm: expected parameters, got number 5"],
    [
      "object to clipGradValue",
      () => clipGradValue(wrong({}), 1),
      "clipGradValue: expected parameters, got an empty object",
    ],
    ["nothing to gradNorm", () => gradNorm(wrong(undefined)), "gradNorm: expected parameters, got undefined"],
    [
      "cosine without options",
      () => cosine(wrong(undefined)),
      "cosine: steps must be a whole number >= 1, got undefined",
    ],
    ["number to cosine", () => cosine(wrong(5)), "cosine: options must be an object, got number 5"],
    [
      "stepDecay without options",
      () => stepDecay(wrong(undefined)),
      "stepDecay: every must be a whole number >= 1, got undefined",
    ],
    [
      "linearWarmup without options",
      () => linearWarmup(wrong(undefined)),
      "linearWarmup: steps must be a whole number >= 1, got undefined",
    ],
    [
      "oneCycle without options",
      () => oneCycle(wrong(undefined)),
      "oneCycle: steps must be a whole number >= 1, got undefined",
    ],
    ["number to sequence", () => sequence(wrong(5), []), "sequence: expected an array of schedules, got number 5"],
    [
      "milestones",
      () => sequence([constant()], wrong(undefined)),
      "sequence: expected an array of milestones, got undefined",
    ],
    ["schedule of sequence", () => sequence([wrong(1)], []), "sequence: a schedule must be a function, got number 1"],
    ["schedule of product", () => product(constant(), wrong(null)), "product: a schedule must be a function, got null"],
    [
      "number to applySchedule",
      () => applySchedule(wrong(5), constant(), 0),
      "applySchedule: expected an optimizer, got number 5",
    ],
    [
      "groups",
      () => applySchedule(wrong({ groups: [null] }), constant(), 0),
      "applySchedule: expected an optimizer, got an object with keys groups",
    ],
    [
      "schedule",
      () => applySchedule(adam, wrong(undefined), 0),
      "applySchedule: schedule must be a function, got undefined",
    ],
    [
      "group of a state",
      () => adam.loadStateDict({ ...saved, groups: [wrong(null)] }),
      "Adam.loadStateDict: expected options as group 0, got null",
    ],
    [
      "state of a parameter",
      () => adam.loadStateDict({ ...saved, state: { 0: wrong(5) } }),
      "Adam.loadStateDict: expected the state of parameter 0, got number 5",
    ],
    [
      "lacking state",
      () => adam.loadStateDict({ ...saved, state: wrong(null) }),
      "Adam.loadStateDict: expected what stateDict() gives",
    ],
    [
      "nesterov",
      () => new SGD([w], { momentum: 0.9, nesterov: wrong("no") }),
      'SGD: nesterov must be true or false, got string "no"',
    ],
  ])("%s is named", (_, call, message) => {
    expect(call).toThrow(new OptionError(message));
  });
});
