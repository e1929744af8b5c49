import { mul, OptionError, runtime, sum, tensor } from "@unroll/tensor";
import { afterEach, describe, expect, it, vi } from "vitest";
import { backward } from "./backward.ts";
import { defineFunction } from "./function.ts";
import { grad } from "./grad.ts";
import { type Parameter, parameter, requireGrad } from "./parameter.ts";
import { autogradState, enableGrad, installRecorder, isRecording, noGrad } from "./state.ts";

describe("noGrad", () => {
  it("makes no nodes, and recording is on again afterwards", () => {
    const w = parameter([1]);
    expect(noGrad(() => mul(w, 2)).node).toBeUndefined();
    expect(mul(w, 2).node).toBeDefined();
  });

  it("nests, and lets enableGrad record inside", () => {
    const seen: boolean[] = [];
    noGrad(() => {
      seen.push(isRecording());
      noGrad(() => seen.push(isRecording()));
      enableGrad(() => {
        seen.push(isRecording());
        noGrad(() => seen.push(isRecording()));
        seen.push(isRecording());
      });
      seen.push(isRecording());
    });
    seen.push(isRecording());
    expect(seen).toEqual([false, false, true, false, true, false, true]);
  });

  it("returns what the function returns", () => {
    expect(noGrad(() => 7)).toBe(7);
    expect(enableGrad(() => "seven")).toBe("seven");
  });

  it.each([
    ["noGrad", noGrad],
    ["enableGrad", enableGrad],
  ])("%s restores what was when the function throws", (_, run) => {
    const before = isRecording();
    expect(() =>
      run(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(isRecording()).toBe(before);
    noGrad(() => {
      expect(() =>
        run(() => {
          throw new Error("inside");
        }),
      ).toThrow("inside");
      expect(isRecording()).toBe(false);
    });
  });

  it.each([
    ["noGrad", noGrad],
    ["enableGrad", enableGrad],
  ])("%s refuses a promise, and restores what was", async (name, run) => {
    let work: Promise<number> | undefined;
    const start = () =>
      run(() => {
        work = Promise.resolve(1);
        return work;
      });
    expect(start).toThrow(OptionError);
    expect(start).toThrow(`${name}: the function returned a promise`);
    expect(isRecording()).toBe(true);
    await work;
  });

  it("covers a backward pass, also one that throws", () => {
    const seen: boolean[] = [];
    const breaks = defineFunction<void, undefined>({
      name: "breaks",
      forward: ([x]) => ({ outputs: [mul(x, 2)], saved: undefined }),
      backward: () => {
        seen.push(isRecording());
        throw new Error("broken rule");
      },
    });
    const [loss] = breaks([parameter([1])]);
    expect(() => backward(loss)).toThrow("broken rule");
    expect(seen).toEqual([false]);
    expect(isRecording()).toBe(true);
  });
});

describe("recording", () => {
  it("starts with the first tensor that needs a gradient, not with an import", async () => {
    const state = autogradState();
    const before = { own: state.recorder, slot: runtime().recorder };
    vi.resetModules();
    state.recorder = undefined;
    runtime().recorder = undefined;
    try {
      const copy = await import("./index.ts");
      expect(runtime().recorder).toBeUndefined();
      copy.requireGrad(tensor([1]));
      expect(runtime().recorder).toBeDefined();
    } finally {
      state.recorder = before.own;
      runtime().recorder = before.slot;
    }
  });

  it("refuses to run beside a foreign recorder, whose nodes it could not read", () => {
    const state = autogradState();
    const before = { own: state.recorder, slot: runtime().recorder };
    state.recorder = undefined;
    runtime().recorder = () => {};
    try {
      expect(() => parameter([1])).toThrow("something else already records operations");
    } finally {
      state.recorder = before.own;
      runtime().recorder = before.slot;
    }
  });

  it("goes on when someone puts a recorder around its own", () => {
    const slot = runtime();
    const own = slot.recorder;
    const seen: string[] = [];
    slot.recorder = (op, inputs, attrs, output) => {
      seen.push(op.name);
      own?.(op, inputs, attrs, output);
    };
    try {
      const w = parameter([3]);
      backward(mul(w, w));
      expect(w.grad?.toArray()).toEqual([6]);
      expect(seen).toContain("mul");
    } finally {
      slot.recorder = own;
    }
  });

  it("is installed once, by whoever comes first", () => {
    const installed = runtime().recorder;
    installRecorder(() => {
      throw new Error("never called");
    });
    expect(runtime().recorder).toBe(installed);
  });
});

describe("a second copy of the package", () => {
  afterEach(() => vi.resetModules());

  async function secondCopy() {
    vi.resetModules();
    return { autograd: await import("./index.ts"), tensor: await import("@unroll/tensor") };
  }

  it("is another copy indeed, of the tensor package too", async () => {
    const other = await secondCopy();
    expect(other.autograd.parameter).not.toBe(parameter);
    expect(other.tensor.mul).not.toBe(mul);
  });

  it("shares the graph: parameters, ops and passes of either work with those of the other", async () => {
    const other = await secondCopy();
    const mine = parameter([2, 3]);
    const theirs = other.autograd.parameter([5, 7]);
    const loss = other.tensor.sum(mul(mine, other.tensor.mul(theirs as Parameter, mine)));
    other.autograd.backward(loss);
    expect(mine.grad?.toArray()).toEqual([20, 42]);
    expect(theirs.grad?.toArray()).toEqual([4, 9]);
    const x = other.autograd.requireGrad(tensor([1, 2]));
    expect(grad(sum(mul(x, x)), [x])[0].toArray()).toEqual([2, 4]);
  });

  it("shares noGrad", async () => {
    const other = await secondCopy();
    const x = requireGrad(tensor([1]));
    other.autograd.noGrad(() => {
      expect(isRecording()).toBe(false);
      expect(mul(x, 2).node).toBeUndefined();
    });
    expect(other.autograd.isRecording()).toBe(true);
  });

  it("knows the parameters and errors of the first", async () => {
    const other = await secondCopy();
    expect(other.autograd.Parameter.is(parameter([1]))).toBe(true);
    const loss = mul(parameter([1, 2]), 2);
    let error: unknown;
    try {
      backward(sum(loss), { gradient: tensor([1]) });
    } catch (caught) {
      error = caught;
    }
    expect(other.tensor.ShapeError.is(error)).toBe(true);
    try {
      backward(tensor(1));
    } catch (caught) {
      error = caught;
    }
    expect(other.autograd.GradientError.is(error)).toBe(true);
    expect(other.autograd.StaleTensorError.is(error)).toBe(false);
  });

  it("with another tensor format is refused, not misread", () => {
    const foreign = tensor([1]);
    Object.assign(foreign, { [Symbol.for("unroll.tensor")]: { format: 99, version: "9.9.9", path: "elsewhere" } });
    expect(() => mul(parameter([1]), foreign)).toThrow(/mul: got a tensor of format 99 from @unroll\/tensor 9\.9\.9/);
  });
});
