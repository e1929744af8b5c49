import { Generator, OptionError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { batchStream, mapStream, shuffleStream, takeStream } from "./streams.ts";

async function* counting(count: number, seen: number[] = []): AsyncIterableIterator<number> {
  for (let i = 0; i < count; i++) {
    seen.push(i);
    yield i;
  }
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const value of source) out.push(value);
  return out;
}

describe("streams", () => {
  it("are mapped, taken and batched, from either kind of iterable", async () => {
    expect(await collect(mapStream([1, 2], async (n, i) => n * 10 + i))).toEqual([10, 21]);
    expect(await collect(batchStream(counting(5), { batchSize: 2 }))).toEqual([[0, 1], [2, 3], [4]]);
    expect(await collect(batchStream(counting(5), { batchSize: 2, dropLast: true }))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(await collect(takeStream([1, 2], 5))).toEqual([1, 2]);
    expect(await collect(takeStream([1, 2], 0))).toEqual([]);
  });

  it("ask their source for no more than they need", async () => {
    const seen: number[] = [];
    expect(await collect(takeStream(counting(9, seen), 2))).toEqual([0, 1]);
    expect(seen).toEqual([0, 1]);
  });

  it("are shuffled through a buffer by seed", async () => {
    const run = (seed: number, bufferSize: number): Promise<number[]> =>
      collect(shuffleStream(counting(20), { bufferSize, generator: new Generator(seed) }));
    const order = await run(1, 8);
    expect(order).toEqual(await run(1, 8));
    expect(order).not.toEqual(await run(2, 8));
    expect(order.toSorted((a, b) => a - b)).toEqual(await run(1, 1));
    // A sample can come early by at most what the buffer holds.
    for (const [at, value] of order.entries()) expect(value).toBeLessThanOrEqual(at + 8);
  });

  it("check their options", async () => {
    await expect(collect(takeStream([1], -1))).rejects.toThrow(OptionError);
    await expect(collect(batchStream([1], { batchSize: 0 }))).rejects.toThrow("batchStream: batchSize");
    await expect(collect(shuffleStream([1], { buffer: 1 } as never))).rejects.toThrow("did you mean bufferSize");
  });
});
