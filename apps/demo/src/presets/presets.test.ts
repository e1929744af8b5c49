import { parseLabConfig } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { forgetBiasOf, hasKeepGate, presetConfig, presetIds, presetOf, withForgetBias } from "./presets.ts";

describe("presets", () => {
  it.each(presetIds)("%s is a configuration, and is told by it", (id) => {
    const config = presetConfig(id, 7);
    expect(parseLabConfig({ ...config })).toEqual({ config, problems: [] });
    expect(presetOf(config)).toBe(id);
  });

  it("is none after a change, but for the gate's bias", () => {
    expect(presetOf({ ...presetConfig("start", 1), T: 51 })).toBeUndefined();
    const gate = presetConfig("gate", 1);
    expect(presetOf({ ...gate, cells: withForgetBias(gate.cells, 2.5) })).toBe("gate");
  });
});

describe("the forget bias", () => {
  it("is that of all cells that have one", () => {
    expect(forgetBiasOf(["rnn", "lstm-w0-fb2.5", "gru-fb2.5-eq"])).toBe(2.5);
    expect(forgetBiasOf(["lstm-fb1", "gru"])).toBeUndefined();
    expect(forgetBiasOf(["rnn"])).toBeUndefined();
  });

  it("is set where there is a gate that keeps", () => {
    expect(withForgetBias(["rnn", "lstm", "gru-chrono-eq", "lstm-w0-fb1"], 3)).toEqual([
      "rnn",
      "lstm-fb3",
      "gru-fb3-eq",
      "lstm-w0-fb3",
    ]);
    expect(withForgetBias(["lstm-fb0", "lstm-fb1"], 2)).toEqual(["lstm-fb2"]);
  });

  it("belongs to LSTM and GRU alone", () => {
    expect(["rnn", "relu-identity", "lstm-w0", "gru-eq", "nothing"].map(hasKeepGate)).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });
});
