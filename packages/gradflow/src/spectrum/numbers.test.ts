import { GRUCell } from "@unroll/cells";
import { orthogonal } from "@unroll/nn";
import { Generator, mul, slice, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { weightSpectrum } from "./numbers.ts";

describe("the spectrum of a weight", () => {
  it("of [[.9, 1], [0, .9]]: eigenvalues .9, singular values from the roots of det(UᵀU - s²)", () => {
    const found = weightSpectrum(
      tensor(
        [
          [0.9, 1],
          [0, 0.9],
        ],
        { dtype: "float64" },
      ),
    );
    expect(found.spectralRadius).toBeCloseTo(0.9, 7);
    const root = Math.sqrt(2.62 * 2.62 - 4 * 0.6561);
    expect(found.singularValues[0]).toBeCloseTo(Math.sqrt((2.62 + root) / 2), 14);
    expect(found.singularValues[1]).toBeCloseTo(Math.sqrt((2.62 - root) / 2), 14);
    // U Uᵀ - Uᵀ U = [[1, 0], [0, -1]], and ‖U‖_F² = 2.62.
    expect(found.nonNormality).toBeCloseTo(Math.SQRT2 / 2.62, 14);
  });

  it("of a scaled orthogonal matrix: all values g, normal, rank N", () => {
    const { spectralRadius, conditionLog10, effectiveRank, nonNormality, eigenvalues } = weightSpectrum(
      mul(orthogonal([7, 7], { dtype: "float64", generator: new Generator(1) }), 0.7),
    );
    expect(spectralRadius).toBeCloseTo(0.7, 13);
    for (const { re, im } of eigenvalues) expect(Math.hypot(re, im)).toBeCloseTo(0.7, 12);
    expect(conditionLog10).toBeCloseTo(0, 13);
    expect(effectiveRank).toBeCloseTo(7, 12);
    expect(nonNormality).toBeLessThan(1e-14);
  });

  it("of a rotation has complex eigenvalues; of a nilpotent matrix none but 0", () => {
    const [a, b] = weightSpectrum(
      tensor([
        [0, -1],
        [1, 0],
      ]),
    ).eigenvalues;
    expect([a.re, Math.abs(a.im), b.re, Math.abs(b.im)].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([
      0, 1, 0, 1,
    ]);
    const nilpotent = weightSpectrum(
      tensor([
        [0, 1],
        [0, 0],
      ]),
    );
    expect(nilpotent.spectralRadius).toBe(0);
    expect(nilpotent.conditionLog10).toBe(Infinity);
    expect(
      weightSpectrum(
        tensor([
          [0, 0],
          [0, 0],
        ]),
      ).nonNormality,
    ).toBe(0);
  });

  it("takes one gate's block of a gated cell", () => {
    const cell = new GRUCell(2, 4, { generator: new Generator(2) });
    const block = weightSpectrum(slice(cell.weight_hh, 0, 8, 12));
    expect(weightSpectrum(cell.weight_hh, 2)).toEqual(block);
    expect(() => weightSpectrum(cell.weight_hh, 3)).toThrow(/expected a block from 0 to 2, got 3/);
    expect(() => weightSpectrum(tensor([[Number.NaN]]))).toThrow(/not finite/);
  });
});
