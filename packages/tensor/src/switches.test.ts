import { describe, expect, it } from "vitest";
import {
  abstractOutput,
  add,
  type Engine,
  OptionError,
  referenceEngine,
  refusePromise,
  runtime,
  tensor,
  useEngine,
  withEvaluator,
} from "./index.ts";

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

describe("useEngine", () => {
  const doubling: Engine = {
    name: "doubling",
    run: (op, out, output, inputs, attrs) => {
      referenceEngine.run(op, out, output, inputs, attrs);
      for (let i = 0; i < out.length; i++) out[i] *= 2;
    },
  };

  it("puts another engine in place, for as long as the function runs", () => {
    expect(useEngine(doubling, () => add(tensor([1]), 1)).toArray()).toEqual([4]);
    expect(runtime().engine).toBeUndefined();
    expect(add(tensor([1]), 1).toArray()).toEqual([2]);
  });

  it("nests, and knows the engines of the package by name", () => {
    useEngine(doubling, () => {
      expect(useEngine("wasm", () => add(tensor([1]), 1)).toArray()).toEqual([2]);
      expect(useEngine("reference", () => add(tensor([1]), 1)).toArray()).toEqual([2]);
      expect(runtime().engine).toBe(doubling);
    });
  });

  it("restores the previous one after an error", () => {
    expect(() =>
      useEngine(doubling, () => {
        throw new RangeError("inside");
      }),
    ).toThrow("inside");
    expect(runtime().engine).toBeUndefined();
  });

  it("refuses a promise and anything that is no engine", () => {
    expect(() => useEngine(doubling, async () => 1)).toThrow(new OptionError(`useEngine: ${message}`));
    expect(runtime().engine).toBeUndefined();
    for (const [wrong, got] of [
      [null, "null"],
      [5, "number 5"],
      [{ name: "idle" }, "an object with keys name"],
      ["cuda", '"cuda"'],
    ])
      expect(() => useEngine(wrong as never, () => 1)).toThrow(
        new OptionError(`useEngine: expected "wasm", "reference" or an engine with a method run, got ${got}`),
      );
    expect(() => useEngine(doubling, 5 as never)).toThrow(
      new OptionError("useEngine: fn must be a function, got number 5"),
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
