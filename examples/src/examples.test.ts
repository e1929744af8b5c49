import { describe, expect, it } from "vitest";
import { main as addingProblem } from "./adding-problem.js";
import { main as gradientFlow } from "./gradient-flow.js";

describe("examples", () => {
  it("the adding problem beats the best constant answer", () => {
    const lines: string[] = [];
    const error = addingProblem({ log: (line) => lines.push(line) });
    expect(error).toBeLessThan(0.1);
    expect(lines.at(-1)).toContain("on new sequences");
  }, 60_000);

  it("a larger forget bias lets gradients reach further, and the simple cell is the shortest", () => {
    const halfLives = gradientFlow({ log: () => {} });
    expect(halfLives["RNN"]).toBeLessThan(halfLives["LSTM, forget bias 0"]);
    expect(halfLives["LSTM, forget bias 0"]).toBeLessThan(halfLives["LSTM, forget bias 1"]);
    expect(halfLives["LSTM, forget bias 1"]).toBeLessThan(halfLives["LSTM, forget bias 3"]);
  });
});
