import { describe, expect, it } from "vitest";
import { defaultLabConfig, parseLabConfig } from "./config.ts";

describe("parseLabConfig", () => {
  it("takes back what JSON holds, whatever else is there", () => {
    const config = { ...defaultLabConfig, cells: ["lstm-w0-fb2.5", "rnn-orthogonal-b0"], clip: null, T: 7 };
    expect(parseLabConfig(JSON.parse(JSON.stringify({ ...config, view: { lag: 3 } })))).toEqual({
      config,
      problems: [],
    });
  });

  it("puts the default where a field is missing", () => {
    expect(parseLabConfig({ v: 1, seed: 7 })).toEqual({ config: { ...defaultLabConfig, seed: 7 }, problems: [] });
  });

  it.each([
    ["cells", ["rnn", "no-such-cell"], '["rnn","no-such-cell"]'],
    ["cells", ["rnn", "rnn"], '["rnn","rnn"]'],
    ["cells", ["rnn-fb1"], '["rnn-fb1"]'],
    ["cells", [], "[]"],
    ["T", 2.5, "2.5"],
    ["H", 0, "0"],
    ["lr", "fast", '"fast"'],
    ["clip", 0, "0"],
    ["task", "chess", '"chess"'],
    ["probe", true, "true"],
  ])("says what is wrong with %s = %j, and goes on without it", (field, got, shown) => {
    const { config, problems } = parseLabConfig({ v: 1, seed: 7, [field]: got });
    expect(config).toEqual({ ...defaultLabConfig, seed: 7 });
    expect(problems).toMatchObject([{ kind: "value", field, got: shown }]);
  });

  it("lengthens what is too short for its task", () => {
    const { config, problems } = parseLabConfig({ v: 1, task: "temporal-order", T: 5 });
    expect(config.T).toBe(20);
    expect(problems).toMatchObject([{ field: "T", got: "5", expected: "at least 20 for temporal-order" }]);
  });

  it("does not read another version, or what is no object", () => {
    expect(parseLabConfig({ v: 2, seed: 7 })).toMatchObject({
      config: defaultLabConfig,
      problems: [{ kind: "version" }],
    });
    expect(parseLabConfig("a").problems).toMatchObject([{ kind: "value", field: "config" }]);
  });
});
