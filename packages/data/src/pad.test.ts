import { DTypeError, OptionError, ShapeError, tensor, zeros } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { padSequences, unpadSequences } from "./pad.ts";

describe("padSequences", () => {
  const [a, b] = [tensor([1, 2, 3]), tensor([4])];

  it("puts time first and carries the lengths", () => {
    const { data, lengths } = padSequences([a, b]);
    expect(data.toArray()).toEqual([
      [1, 4],
      [2, 0],
      [3, 0],
    ]);
    expect(lengths.dtype).toBe("int32");
    expect(lengths.toArray()).toEqual([3, 1]);
  });

  it("puts the batch first when asked, and pads with what is asked", () => {
    expect(padSequences([a, b], { batchFirst: true, padValue: -1 }).data.toArray()).toEqual([
      [1, 2, 3],
      [4, -1, -1],
    ]);
  });

  it("keeps the axes beyond time, the dtype, and sequences of length 0", () => {
    const ids = tensor(new Int32Array([1, 2, 3, 4]), { shape: [2, 2] });
    const { data, lengths } = padSequences([ids, tensor(new Int32Array(0), { shape: [0, 2] })], { padValue: 9 });
    expect(data.dtype).toBe("int32");
    expect(data.toArray()).toEqual([
      [
        [1, 2],
        [9, 9],
      ],
      [
        [3, 4],
        [9, 9],
      ],
    ]);
    expect(lengths.toArray()).toEqual([2, 0]);
    expect(padSequences([zeros([0, 3]), zeros([0, 3])]).data.shape).toEqual([0, 2, 3]);
    expect(padSequences([tensor([true]), tensor([false, true])], { padValue: 1 }).data.toArray()).toEqual([
      [true, false],
      [true, true],
    ]);
  });

  it("is undone by unpadSequences", () => {
    // Steps of few numbers are copied one by one, others at once.
    const sequences = fc.constantFrom(1, 2, 16, 17, 40).chain((width) =>
      fc
        .array(fc.array(fc.array(fc.integer(), { minLength: width, maxLength: width }), { maxLength: 4 }), {
          minLength: 1,
          maxLength: 5,
        })
        .map((rows) => ({ width, rows })),
    );
    fc.assert(
      fc.property(sequences, fc.boolean(), ({ width, rows }, batchFirst) => {
        const items = rows.map((row) => tensor(row.flat(), { dtype: "float64", shape: [row.length, width] }));
        const { data, lengths } = padSequences(items, { batchFirst, padValue: Number.NaN });
        expect(unpadSequences(data, lengths, { batchFirst }).map((x) => x.toArray())).toEqual(rows);
      }),
      { seed: 1 },
    );
  });

  it("refuses what does not fit together", () => {
    expect(() => padSequences([])).toThrow(ShapeError);
    expect(() => padSequences([tensor(1)])).toThrow("expected sequences [t, …], got a scalar");
    expect(() => padSequences([zeros([2, 3]), zeros([2, 4])])).toThrow("got [2, 3] and [2, 4]");
    expect(() => padSequences([a, tensor([true])])).toThrow(DTypeError);
    expect(() => padSequences([[1, 2]] as never)).toThrow("padSequences: expected tensors, got [1, 2]");
    expect(() => padSequences([tensor(new Int32Array(1))], { padValue: 0.5 })).toThrow(OptionError);
    expect(() => padSequences([tensor([true])], { padValue: 2 })).toThrow("padValue must be a value of bool, got 2");
    expect(() => padSequences([a], { padding: 1 } as never)).toThrow("unknown option padding");
    expect(() => unpadSequences(zeros([3, 2]), tensor([1]))).toThrow(ShapeError);
    expect(() => unpadSequences(zeros([3, 2]), tensor([1, 4]))).toThrow("expected lengths in [0, 3], got 4");
  });
});
