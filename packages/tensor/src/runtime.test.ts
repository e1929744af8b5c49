import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as first from "./index.ts";
import { ownOrigin } from "./origin.ts";

const key = Symbol.for("unroll.tensor/v1");
const shared = globalThis as { [key]?: first.Runtime };

/** A second copy of the package, as a second installed version would be. */
async function secondCopy(): Promise<typeof first> {
  vi.resetModules();
  return import("./index.ts");
}

/** A copy whose tensors have another format. */
async function foreignCopy(): Promise<typeof first> {
  vi.resetModules();
  vi.doMock("./origin.ts", () => ({ ownOrigin: { format: 2, version: "9.1.0", path: "file:///elsewhere/tensor.js" } }));
  try {
    return await import("./index.ts");
  } finally {
    vi.doUnmock("./origin.ts");
  }
}

describe("importing the package", () => {
  it("does nothing: the shared state appears at first use", async () => {
    const state = shared[key];
    delete shared[key];
    try {
      const before = Reflect.ownKeys(globalThis);
      const copy = await secondCopy();
      expect(Reflect.ownKeys(globalThis)).toEqual(before);
      copy.zeros([1]);
      expect(shared[key]?.origin).toEqual({ format: 1, version: ownOrigin.version, path: ownOrigin.path });
    } finally {
      shared[key] = state;
    }
  });
});

describe("two copies of one format", () => {
  let second: typeof first;
  beforeEach(async () => {
    first.manualSeed(0);
    second = await secondCopy();
  });

  it("are two indeed", () => {
    expect(second.Tensor).not.toBe(first.Tensor);
    expect(second.ShapeError).not.toBe(first.ShapeError);
  });

  it("share tensors", () => {
    const x = second.tensor([1, 2]);
    expect(x).not.toBeInstanceOf(first.Tensor);
    expect(first.Tensor.is(x)).toBe(true);
    expect(first.add(x, first.tensor([10, 20])).toArray()).toEqual([11, 22]);
    expect(second.mul(first.tensor([3]), x).toArray()).toEqual([3, 6]);
  });

  it("recognise each other's errors", () => {
    let error: unknown;
    try {
      second.zeros([-1]);
    } catch (caught) {
      error = caught;
    }
    expect(error).not.toBeInstanceOf(first.ShapeError);
    expect(first.ShapeError.is(error)).toBe(true);
    expect(first.UnrollError.is(error)).toBe(true);
    expect(first.DTypeError.is(error)).toBe(false);
  });

  it("share the default generator", () => {
    second.manualSeed(77);
    const expected = first.uniform([3], { generator: new first.Generator(77) }).toArray();
    expect(first.uniform([3]).toArray()).toEqual(expected);
    expect(second.defaultGenerator()).toBe(first.defaultGenerator());
    expect(second.uniform([2], { generator: new first.Generator(1) }).toArray()).toEqual(
      first.uniform([2], { generator: new first.Generator(1) }).toArray(),
    );
  });

  it("share the evaluator, the recorder and the engine", () => {
    expect(second.runtime()).toBe(first.runtime());
    const traced = first.withEvaluator(first.abstractOutput, () => second.exp(second.tensor([1])));
    expect(traced.storage.data).toBeUndefined();
    const seen: string[] = [];
    first.runtime().recorder = (op) => seen.push(op.name);
    try {
      second.exp(second.tensor([1]));
    } finally {
      first.runtime().recorder = undefined;
    }
    expect(seen).toEqual(["exp"]);
  });

  it("share the engine, which fills every output", () => {
    const ran: string[] = [];
    const noting: first.Engine = {
      name: "noting",
      run(op, out, output, inputs, attrs) {
        ran.push(op.name);
        first.referenceEngine.run(op, out, output, inputs, attrs);
      },
    };
    expect(first.useEngine(noting, () => second.sum(second.tensor([1, 2])).item())).toBe(3);
    expect(ran).toEqual(["sum"]);
  });
});

describe("a copy of another format", () => {
  let foreign: typeof first;
  beforeEach(async () => {
    foreign = await foreignCopy();
  });
  afterEach(() => {
    delete (globalThis as { [k: symbol]: unknown })[Symbol.for("unroll.tensor/v2")];
  });

  const theirs = "@unroll/tensor 9.1.0 at file:///elsewhere/tensor.js";
  const ours = `@unroll/tensor ${ownOrigin.version} at ${ownOrigin.path}`;

  it("keeps state of its own", () => {
    expect(foreign.runtime()).not.toBe(first.runtime());
    expect(foreign.runtime().origin.format).toBe(2);
  });

  it.each([
    ["an op", (x: first.Tensor) => first.add(x, 1), "add"],
    ["an op of two tensors", (x: first.Tensor) => first.matmul(first.tensor([1]), x), "matmul"],
    ["a function that reads the shape first", (x: first.Tensor) => first.softmax(x, 0), "softmax"],
    ["a reduction", (x: first.Tensor) => first.mean(x), "mean"],
    ["a list of tensors", (x: first.Tensor) => first.stack([x]), "stack"],
    ["an assignment", (x: first.Tensor) => first.assign(first.tensor([1]), x), "assign"],
  ])("is refused by %s, naming both versions and places", (_, call, fn) => {
    const x = foreign.tensor([1, 2]);
    expect(() => call(x)).toThrow(
      new first.FormatError(
        `${fn}: got a tensor of format 2 from ${theirs}, but ${ours} works with format 1; install one version only`,
      ),
    );
  });

  it("refuses ours in the same words", () => {
    expect(() => foreign.neg(first.tensor([1]))).toThrow(
      `neg: got a tensor of format 1 from ${ours}, but ${theirs} works with format 2; install one version only`,
    );
  });
});
