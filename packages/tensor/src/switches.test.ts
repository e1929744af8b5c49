import { describe, expect, it } from "vitest";
import { abstractOutput, add, OptionError, refusePromise, runtime, tensor, withEvaluator } from "./index.ts";

const message = "the function returned a promise, but the switch lasts only while it runs; pass a synchronous function";

describe("withEvaluator", () => {
  it("puts another evaluator in place, for as long as the function runs", () => {
    const seen: string[] = [];
    const out = withEvaluator(
      (op, inputs, attrs) => {
        seen.push(op.name);
        return abstractOutput(op, inputs, attrs);
      },
      () => add(tensor([1]), 1),
    );
    expect([seen, out.shape]).toEqual([["add"], [1]]);
    expect(runtime().evaluator).toBeUndefined();
    expect(add(tensor([1]), 1).toArray()).toEqual([2]);
  });

  it("nests, and undefined stands for the default one", () => {
    withEvaluator(abstractOutput, () => {
      expect(withEvaluator(undefined, () => add(tensor([1]), 1)).toArray()).toEqual([2]);
      expect(runtime().evaluator).toBe(abstractOutput);
    });
  });

  it("restores the previous one after an error", () => {
    expect(() =>
      withEvaluator(abstractOutput, () => {
        throw new RangeError("inside");
      }),
    ).toThrow("inside");
    expect(runtime().evaluator).toBeUndefined();
  });

  it("refuses a promise and anything that is no evaluator", () => {
    expect(() => withEvaluator(abstractOutput, async () => 1)).toThrow(new OptionError(`withEvaluator: ${message}`));
    expect(runtime().evaluator).toBeUndefined();
    expect(() => withEvaluator({} as never, () => 1)).toThrow(
      new OptionError("withEvaluator: expected an evaluator function, got an empty object"),
    );
    expect(() => withEvaluator(abstractOutput, 5 as never)).toThrow(
      new OptionError("withEvaluator: fn must be a function, got number 5"),
    );
  });
});

describe("refusePromise", () => {
  it("passes everything else through", () => {
    const object = { a: 1 };
    expect(refusePromise("f", object)).toBe(object);
    expect(refusePromise("f", null)).toBeNull();
    // Anything with such a method is awaited like a promise.
    const key = "then";
    expect(refusePromise("f", { [key]: 3 })).toEqual({ [key]: 3 });
    expect(() => refusePromise("f", { [key]: () => {} })).toThrow(new OptionError(`f: ${message}`));
  });
});
