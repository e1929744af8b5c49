import { defaultLabConfig, type LabConfig } from "@unroll/bench/lab";
import { describe, expect, it } from "vitest";
import { configOfParams, followHash, hashSignal, paramsOfConfig, readHash, writeHash } from "./hash.ts";

/** As much of a window as an address needs. */
function windowAt(hash: string) {
  const listeners = new Set<() => void>();
  const location = { hash };
  const target = {
    location,
    history: {
      state: null,
      replaceState: (_state: unknown, _title: string, next: string) => {
        location.hash = next;
      },
    },
    addEventListener: (_type: string, listener: () => void) => listeners.add(listener),
    removeEventListener: (_type: string, listener: () => void) => listeners.delete(listener),
  };
  const go = (next: string) => {
    location.hash = next;
    for (const listener of listeners) listener();
  };
  return { target: target as unknown as Window, location, go };
}

describe("a configuration in a link", () => {
  it("comes back as it was, and can be read", () => {
    const config: LabConfig = {
      ...defaultLabConfig,
      task: "copying",
      cells: ["lstm-w0-fb2.5", "rnn-orthogonal-b0"],
      lr: 1e-4,
      clip: null,
    };
    const hash = writeHash(paramsOfConfig(config));
    expect(hash).toBe(
      "#v=1&task=copying&cells=lstm-w0-fb2.5,rnn-orthogonal-b0&T=50&H=32&B=32&lr=0.0001&clip=none&seed=1&probe=task",
    );
    expect(configOfParams(readHash(hash))).toEqual({ config, problems: [] });
  });

  it("is the default where there is none", () => {
    expect(configOfParams({})).toEqual({ config: defaultLabConfig, problems: [] });
    expect(configOfParams({ section: "story", lag: "3" })).toEqual({ config: defaultLabConfig, problems: [] });
  });

  it("is not read from another version, or from none", () => {
    for (const hash of ["v=2&T=9", "T=9"]) {
      const { config, problems } = configOfParams(readHash(hash));
      expect(config).toEqual(defaultLabConfig);
      expect(problems).toMatchObject([{ kind: "version" }]);
    }
  });

  it("says what it could not take", () => {
    const { config, problems } = configOfParams(readHash("v=1&T=many&cells=rnn,spline&seed=7"));
    expect(config).toEqual({ ...defaultLabConfig, seed: 7 });
    expect(problems.map(({ field, got }) => [field, got])).toEqual([
      ["cells", '["rnn","spline"]'],
      ["T", '"many"'],
    ]);
  });
});

describe("the address", () => {
  it("follows what is put, and is followed", () => {
    const { target, location, go } = windowAt("#v=1&seed=2");
    const { params, put } = followHash(target);
    put({ lag: "5", seed: undefined });
    expect(location.hash).toBe("#v=1&lag=5");
    go("#v=1&seed=9");
    expect(params.value).toEqual({ v: "1", seed: "9" });
  });

  it("holds a view's setting, but not its fallback", () => {
    const { target, location, go } = windowAt("");
    const state = followHash(target);
    const lag = hashSignal(state, "lag", { parse: Number, format: String, fallback: 0 });
    lag.value = 12;
    expect(location.hash).toBe("#lag=12");
    lag.value = 0;
    expect(location.hash).toBe("#");
    go("#lag=7&x=y");
    expect(lag.value).toBe(7);
    expect(location.hash).toBe("#lag=7&x=y");
  });
});
