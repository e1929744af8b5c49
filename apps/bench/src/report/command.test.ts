import { describe, expect, it } from "vitest";
import { configOf, type GradflowOptions } from "../gradflow/config.ts";
import { commandOf } from "./command.ts";
import { sampleResult } from "./sample-result.ts";

describe("commandOf", () => {
  const cases: [GradflowOptions, string][] = [
    [{}, "npm start"],
    [{ quick: true }, "npm start -- --quick"],
    [{ full: true, seeds: 2 }, "npm start -- --full --seeds 2"],
    [{ task: "adding", cells: "rnn,gru", seed: 7 }, "npm start -- --task adding --cells rnn,gru --seed 7"],
    [{ hidden: 8, steps: 12, lr: 0.01, clip: 5 }, "npm start -- --hidden 8 --steps 12 --lr 0.01 --clip 5"],
    [{ quick: true, data: "my book.txt" }, 'npm start -- --quick --data "my book.txt"'],
  ];
  it.each(cases)("repeats %j", (options, command) => {
    expect(commandOf(configOf(options))).toBe(command);
  });

  it("repeats a configuration that has been a file", () => {
    expect(commandOf(JSON.parse(JSON.stringify(configOf({ quick: true }))))).toBe("npm start -- --quick");
  });

  it("knows when no command gives the settings", () => {
    expect(commandOf(sampleResult().config)).toBeUndefined();
  });
});
