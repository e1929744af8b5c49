import { tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jointNorms, rowNorms } from "./norms.ts";

const rows = (values: number[][], dtype: "float64" | "float32" = "float64") => tensor(values, { dtype });

describe("rowNorms", () => {
  it("agrees with Math.hypot, whatever the size of the entries", () => {
    const entry = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }),
      fc.double({ noNaN: true, min: -1e-200, max: 1e-200 }),
      fc.double({ noNaN: true, min: -10, max: 10 }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(entry, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
        (values) => {
          rowNorms(rows(values)).forEach((norm, r) => {
            const expected = Math.hypot(...values[r]);
            expect(Math.abs(norm - expected)).toBeLessThanOrEqual(4e-16 * expected);
          });
        },
      ),
      { seed: 7 },
    );
  });

  it("does not lose squares that underflow or overflow", () => {
    const [small, large] = rowNorms(
      rows([
        [3e-200, 4e-200],
        [3e200, 4e200],
      ]),
    );
    expect(small / 5e-200).toBeCloseTo(1, 15);
    expect(large / 5e200).toBeCloseTo(1, 15);
    // The naive way does.
    expect(Math.sqrt(3e-200 * 3e-200 + 4e-200 * 4e-200)).toBe(0);
    expect(rowNorms(rows([[5e-324, 0]]))[0]).toBe(5e-324);
  });

  it("sums float32 rows in float64", () => {
    const wide = rows([new Array<number>(1_000).fill(0.1)], "float32");
    expect(rowNorms(wide)[0]).toBeCloseTo(Math.fround(0.1) * Math.sqrt(1_000), 12);
    expect(rowNorms(rows([[3e38, 3e38]], "float32"))[0]).toBeGreaterThan(4e38);
  });

  it("keeps a NaN and an infinity, wherever they stand", () => {
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    expect(
      Array.from(
        rowNorms(
          rows([
            [nan, 0],
            [0, nan],
            [1, nan],
            [nan, 1],
            [-infinity, 0],
            [0, 0],
          ]),
        ),
      ),
    ).toEqual([nan, nan, nan, nan, infinity, 0]);
  });

  it("takes any number of axes, and no rows", () => {
    expect(
      Array.from(
        rowNorms(
          tensor(
            [
              [
                [1, 2],
                [2, 4],
              ],
            ],
            { dtype: "float64" },
          ),
        ),
      ),
    ).toEqual([5]);
    expect(rowNorms(tensor([], { shape: [0, 3], dtype: "float64" }))).toHaveLength(0);
  });
});

it("jointNorms is the norm of the rows side by side", () => {
  const joint = jointNorms([
    rows([[3e-200], [1]]),
    rows([
      [0, 4e-200],
      [2, 2],
    ]),
  ]);
  expect(Array.from(joint)).toEqual([5e-200, 3]);
});
