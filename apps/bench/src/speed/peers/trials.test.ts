import { describe, expect, it } from "vitest";
import { Trials } from "./trials.ts";

describe("trials at smaller sizes", () => {
  it("leave out who had no time for one", () => {
    const trials = new Trials();
    trials.late("a");
    expect(trials.hopeless("a", 1, 1, 1e9)).toBe("a smaller one did");
    expect(trials.hopeless("b", 1, 1, 1e9)).toBeUndefined();
  });

  it("leave out whose calls were so long that more operations cannot fit", () => {
    const trials = new Trials();
    trials.called("a", 2, 1e9);
    // Nine times the operations take three times as long at least.
    expect(trials.hopeless("a", 9e9, 7, 42)).toBeUndefined();
    expect(trials.hopeless("a", 9e9, 7, 41)).toBe("one call takes at least 6.0 s");
    // Fewer operations say nothing.
    expect(trials.hopeless("a", 1e8, 7, 1)).toBeUndefined();
  });
});
