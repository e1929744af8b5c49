import { describe, expect, it } from "vitest";
import { cellText, csvOf, sorted } from "./table-data.ts";

const rows = [
  [0, 2],
  [1, Number.NaN],
  [2, -1],
];

describe("a table", () => {
  it("sorts both ways, and leaves what is no number at the end", () => {
    expect(sorted(rows, 1, false).map(([lag]) => lag)).toEqual([2, 0, 1]);
    expect(sorted(rows, 1, true).map(([lag]) => lag)).toEqual([0, 2, 1]);
  });

  it("is written with all digits, and quotes names with a comma", () => {
    expect(csvOf({ columns: ["steps", "LSTM, forget bias 1"], rows: [[1, 0.1 + 0.2], rows[1]] })).toBe(
      'steps,"LSTM, forget bias 1"\r\n1,0.30000000000000004\r\n1,\r\n',
    );
  });

  it("shows six digits", () => {
    expect([1234, -0.123456789, Number.NaN, Number.NEGATIVE_INFINITY].map(cellText)).toEqual([
      "1234",
      "−0.123457",
      "–",
      "−∞",
    ]);
  });
});
