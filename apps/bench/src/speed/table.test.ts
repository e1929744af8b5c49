import { describe, expect, it } from "vitest";
import { samplePeers, sampleSpeed } from "./sample-result.ts";
import { aimText, loadWarning, ratioText, renderMarkdown, renderTables, roundTimeText, timeText } from "./table.ts";

describe("timeText", () => {
  it.each([
    [2.5, "2.50 s"],
    [0.0312, "31.2 ms"],
    [8.314e-6, "8.31 µs"],
    [2.5e-7, "250 ns"],
    [4e-10, "0.400 ns"],
  ])("writes %d s as %s", (seconds, text) => {
    expect(timeText(seconds)).toBe(text);
  });
});

describe("roundTimeText", () => {
  it.each([
    [3e-7, "300 ns"],
    [8e-6, "8 µs"],
    [1.5e-3, "1.5 ms"],
    [0.25, "250 ms"],
    [1.25, "1.25 s"],
  ])("writes %d s as %s", (seconds, text) => {
    expect(roundTimeText(seconds)).toBe(text);
  });
});

describe("texts", () => {
  it("write ratios and aims in the unit of the suite", () => {
    const [share, times] = [
      { kind: "share", against: "the peak" },
      { kind: "times", against: "the loop" },
    ] as const;
    expect(ratioText(0.9312, share)).toBe("93.1 %");
    expect(ratioText(8.423, times)).toBe("8.42 ×");
    expect(aimText({ of: "ratio", bound: "least", value: 0.9, met: true }, share)).toBe("≥ 90 %");
    expect(aimText({ of: "ratio", bound: "least", value: 8, met: true }, times)).toBe("≥ 8 ×");
    expect(aimText({ of: "seconds", bound: "most", value: 1e-6, met: true }, undefined)).toBe("≤ 1 µs");
    expect(aimText(undefined, share)).toBe("");
  });
});

describe("renderTables", () => {
  const text = renderTables(sampleSpeed());

  it("puts the aim and whether it is met beside every number that has one", () => {
    const lines = text.split("\n").map((line) => line.replaceAll(/[│\s]+/g, " ").trim());
    const line = (start: string) => lines.find((candidate) => candidate.startsWith(start));
    expect(line("256 × 256 × 256 kernel")).toMatch(/700 µs .*46\.2 .*92\.4 % .*83\.2 % – 110\.9 % .*≥ 90 % .*met/);
    expect(line("256 × 256 × 256 op")).not.toMatch(/met|short|≥/);
    expect(line("tanh op")).toMatch(/7\.50 × .*≥ 8 × .*falls short/);
    expect(line("add [16] not recorded")).toMatch(/250 ns/);
    expect(line("add [32, 128]")).toMatch(/9\.00 µs .*≤ 8 µs .*falls short/);
    expect(line("LSTM wasm")).toMatch(/40\.0 ms .*6\.25 × .*≥ 5 × .*met/);
  });

  it("fits in 120 columns and says on what machine", () => {
    expect(
      Math.max(
        ...text
          .split("\n")
          .filter((line) => /[│─]/.test(line))
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(120);
    expect(text).toContain("Made-up CPU @ 2.50GHz, 2 cores, linux x64, Node 20.20.0, V8 11.3.244.8, plain SIMD build");
    expect(text).toContain("seed 7");
    expect(text).not.toContain("Warning");
  });

  it("warns of other programs", () => {
    const { environment } = sampleSpeed();
    const busy = { ...environment, load: { before: 1.5, after: 2 } };
    expect(loadWarning(busy)).toContain("load 1.50 on 2 cores");
    expect(renderTables(sampleSpeed({ environment: busy }))).toContain("Warning: other programs are running");
  });

  it("takes a run that measured nothing", () => {
    expect(renderTables(sampleSpeed({ suites: [], complete: false }))).toContain("Made-up CPU");
  });
});

describe("renderMarkdown", () => {
  it("has a line for every aim and a column for every run", () => {
    const first = sampleSpeed();
    const second = sampleSpeed({
      environment: { ...first.environment, node: "v24.1.0", build: "relaxed-simd" },
      suites: first.suites.filter(({ suite }) => suite !== "eager"),
    });
    expect(renderMarkdown([first, second]).split("\n")).toEqual([
      "| what | Node 20.20.0, plain SIMD | Node 24.1.0, relaxed SIMD |",
      "|---|---|---|",
      "| product 256 × 256 × 256, of the peak | 92.4 % (≥ 90 %) | 92.4 % (≥ 90 %) |",
      "| tanh, kernel, against a loop | 12.0 × (≥ 8 ×) | 12.0 × (≥ 8 ×) |",
      "| tanh, op, against a loop | 7.50 × (≥ 8 ×, falls short) | 7.50 × (≥ 8 ×, falls short) |",
      "| add [16], recorded | 400 ns (≤ 1 µs) | – |",
      "| add [32, 128], recorded | 9.00 µs (≤ 8 µs, falls short) | – |",
      "| training step, LSTM, against the reference engine | 6.25 × (≥ 5 ×) | 6.25 × (≥ 5 ×) |",
      "",
      "Node 20.20.0, plain SIMD: 2024-05-01, Made-up CPU @ 2.50GHz, 2 cores, linux x64, Node 20.20.0, V8 11.3.244.8, plain SIMD build, Unroll 0.0.0, load 0.05.",
      "Node 24.1.0, relaxed SIMD: 2024-05-01, Made-up CPU @ 2.50GHz, 2 cores, linux x64, Node 24.1.0, V8 11.3.244.8, relaxed SIMD build, Unroll 0.0.0, load 0.05.",
    ]);
  });
});

describe("tables of peers", () => {
  it("name what was not measured below the table, and the peers below all", () => {
    const text = renderTables(samplePeers());
    expect(text).toContain("Unroll is faster by");
    expect(text).toMatch(/tfjs wasm .* 250 × .* ≥ 200 × .* met/);
    expect(text).toContain("\n  jax-js: not installed (LSTM B 1, T 100, I 8, H 16)\n");
    expect(text).toContain("\nPyTorch 1.13.0, OpenBLAS (one thread; AVX2); not judged: made up");
  });

  it("stay out of the Markdown of the other suites, which has a table of its own for them", () => {
    expect(renderMarkdown([samplePeers()]).split("\n").slice(2)[0]).toBe("");
  });
});
