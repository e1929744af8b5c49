import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { backward } from "@unroll/autograd";
import { engineInfo, Generator, mutate, randn, sum } from "@unroll/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LSTM } from "./lstm.ts";
import { RNN } from "./rnn.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

// Optimized code lies in V8's heap, too, and comes when V8 sees fit: 2,000 models grow the heap by 0.7 MB of it after the
// first tenth, by 0.06 MB without these compilers. Maglev is one by default from V8 11.7 on.
const compilers = ["opt", "sparkplug", ...(Number.parseInt(process.versions.v8, 10) > 11 ? ["maglev"] : [])];
beforeAll(() => {
  for (const name of compilers) setFlagsFromString(`--no-${name}`);
});
afterAll(() => {
  for (const name of compilers) setFlagsFromString(`--${name}`);
});

/**
 * Bytes that are in use after full collections: what one of them frees of array buffers is counted only when the next one
 * begins, later on a busy machine, so the least of several is what is held. No finalizer gets to run in between, as all
 * of this is synchronous. The kernels' memory is no array buffer to Node; what is used of it is counted by its allocator.
 */
function inUse(): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 6; i++) {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    least = Math.min(least, heapUsed + arrayBuffers);
  }
  return least + (engineInfo().memory?.used ?? 0);
}

/** How much more is in use after `count` rounds than after the first tenth of them. */
function growth(count: number, round: (i: number) => void): number {
  for (let i = 0; i < count / 10; i++) round(i);
  const before = inUse();
  for (let i = count / 10; i < count; i++) round(i);
  return inUse() - before;
}

const megabyte = 1 << 20;

// Seconds on an idle machine, but loops of a fixed length must not fail on a busy one.
describe("memory stays flat without any dispose", { timeout: 120_000 }, () => {
  it("over 2,000 models that are made, trained once and dropped", () => {
    // 16 rows of 8 units are 128 values: from there on elementwise ops are computed by the kernels, too.
    const x = randn([2, 16, 4], { generator: new Generator(1) });
    const generator = new Generator(2);
    let parameters = 0;
    const bytes = growth(2000, () => {
      const model = new LSTM(4, 8, { generator });
      parameters = model.parameters().reduce((total, { size }) => total + size, 0);
      backward(sum(model.forward(x).output));
    });
    // Values and gradients of all models would be far more.
    expect(2000 * parameters * 8).toBeGreaterThan(5 * megabyte);
    expect(bytes).toBeLessThan(megabyte / 2);
  });

  it("over a synchronous loop of 10,000 training steps", () => {
    const model = new RNN(2, 4, { generator: new Generator(3) });
    const x = randn([2, 32, 2], { generator: new Generator(4) });
    const first = sum(model.forward(x).output).item();
    const bytes = growth(10_000, () => {
      model.zeroGrad();
      backward(sum(model.forward(x).output));
      for (const parameter of model.parameters()) {
        const gradient = parameter.grad?.data ?? [];
        mutate(parameter, (data) => {
          for (let k = 0; k < data.length; k++) data[k] -= 1e-3 * gradient[k];
        });
      }
    });
    expect(sum(model.forward(x).output).item()).toBeLessThan(first);
    expect(bytes).toBeLessThan(megabyte / 2);
  });

  it("over 10,000 evaluation steps that forget noGrad", () => {
    const model = new LSTM(2, 4, { generator: new Generator(5) }).eval();
    const x = randn([2, 32, 2], { generator: new Generator(6) });
    const bytes = growth(10_000, () => {
      expect(model.forward(x).output.data[0]).not.toBeNaN();
    });
    expect(bytes).toBeLessThan(megabyte / 2);
  });

  it("is measured by something that sees a leak", () => {
    const kept: unknown[] = [];
    const model = new LSTM(2, 4);
    const x = randn([2, 2, 2]);
    expect(growth(1000, () => kept.push(model.forward(x)))).toBeGreaterThan(megabyte);
    expect(kept).toHaveLength(1000);
  });
});
