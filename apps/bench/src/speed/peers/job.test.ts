import { Generator } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { flopsOf, modelJob, nameOf, sequenceJob, sizeIn } from "./job.ts";
import { decodeJob, encodeJob } from "./protocol.ts";

const size = { B: 2, T: 3, I: 4, H: 5 };
const generator = () => new Generator(5);

describe("a job", () => {
  it("has the arrays that its cell needs, in PyTorch's layout", () => {
    const shapes = ({ arrays }: ReturnType<typeof sequenceJob>) =>
      Object.entries(arrays).map(([name, { shape, data }]) => {
        expect(data).toHaveLength(shape.reduce((product, n) => product * n, 1));
        return `${name} ${shape.join(" ")}`;
      });
    expect(shapes(sequenceJob("train", "lstm", size, generator()))).toEqual([
      "weight_ih 20 4",
      "weight_hh 20 5",
      "bias_ih 20",
      "bias_hh 20",
      "x 3 2 4",
      "h 2 5",
      "c 2 5",
      "dy 3 2 5",
    ]);
    expect(shapes(sequenceJob("infer", "gru", size, generator()))).not.toContain("c 2 5");
  });

  it("draws weights as PyTorch does, the same for the same seed", () => {
    const { arrays } = sequenceJob("train", "rnn", { ...size, H: 64 }, generator());
    const most = Math.max(...arrays.weight_hh.data.map(Math.abs));
    expect(most).toBeLessThanOrEqual(1 / 8);
    expect(most).toBeGreaterThan(0.99 / 8);
    expect(sequenceJob("train", "rnn", { ...size, H: 64 }, generator()).arrays).toEqual(arrays);
  });

  it("comes through JSON unchanged", () => {
    const job = modelJob(7, size, generator());
    expect(decodeJob(JSON.parse(JSON.stringify(encodeJob(job))))).toEqual(job);
    // A view into a larger buffer is not its whole buffer.
    const x = { shape: [2], data: Float32Array.of(1, 2, 3).subarray(1) };
    expect(decodeJob(encodeJob({ ...job, arrays: { x } })).arrays.x.data).toEqual(Float32Array.of(2, 3));
  });

  it("is named by its size", () => {
    expect(nameOf("LSTM", size)).toBe("LSTM B 2, T 3, I 4, H 5");
    expect(sizeIn(`${nameOf("GRU reset before", size)}, backward pass`)).toEqual(size);
    expect(sizeIn("tanh")).toBeUndefined();
  });
});

describe("flopsOf", () => {
  it("counts products: forward, and the gradients of both weights and of h", () => {
    const of = (kind: "train" | "infer", cell: "rnn" | "lstm") => flopsOf(sequenceJob(kind, cell, size, generator()));
    // By hand, for 3 steps of 2 samples: [2, 4] x [4, 5] and [2, 5] x [5, 5], two operations each.
    expect(of("infer", "rnn")).toBe(3 * (2 * 2 * 4 * 5 + 2 * 2 * 5 * 5));
    expect(of("infer", "lstm")).toBe(4 * of("infer", "rnn"));
    expect(of("train", "rnn")).toBe(3 * (2 * (2 * 2 * 4 * 5) + 3 * (2 * 2 * 5 * 5)));
  });

  it("adds the gradient of the embedding and the head for a model", () => {
    const layer = flopsOf(sequenceJob("train", "lstm", size, generator()));
    expect(flopsOf(modelJob(7, size, generator()))).toBe(layer + 3 * 2 * 2 * 4 * 20 + 3 * 3 * 2 * 2 * 5 * 7);
  });
});
