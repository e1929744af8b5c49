import { describe, expect, it } from "vitest";
import { renderSpeedReport } from "./report.ts";
import { samplePeers, sampleSpeed } from "./sample-result.ts";

const html = renderSpeedReport(sampleSpeed());

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

describe("renderSpeedReport", () => {
  it("has a section for each suite and one about the run", () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect([...html.matchAll(/<h2 id="(\w+)"/g)].map(([, id]) => id)).toEqual([
      "gemm",
      "elementwise",
      "eager",
      "training",
      "about",
    ]);
  });

  it("describes every chart to those who do not see it, sizes of ops in charts of their own", () => {
    expect(count(html, /<svg viewBox="[^"]+" role="img" aria-label="[^"]{20,}">/g)).toBe(5);
    expect(count(html, /<svg/g)).toBe(5);
    expect(html).toContain('aria-label="One op: time of one call for add [16]"');
  });

  it("draws every number of the tables that is compared", () => {
    for (const words of ["92.4 %, 46.2 GFLOP/s", "12.0 ×, 20.0 µs", "400 ns", "6.25 ×, 40.0 ms"])
      expect(html).toContain(words);
    // The ticks of the axis below ops of 16 elements.
    expect(html).toMatch(/>200 ns</);
    // One thick red mark for each aim.
    expect(count(html, /stroke="#b3261e"/g)).toBe(6);
  });

  it("says how many aims are met and which are not", () => {
    expect(html).toContain('<p class="finding">1 of 1 aims met.</p>');
    expect(html).toContain("1 of 2 aims met. Short of theirs: tanh by op (7.50 ×, aim ≥ 8 ×).");
    expect(html).toContain("add [32, 128] by recorded (9.00 µs, aim ≤ 8 µs)");
    expect(count(html, /<span class="warn">falls short<\/span>/g)).toBe(2);
  });

  it("asks nothing of a network and runs no script", () => {
    expect(html.match(/https?:|\/\/|@import|<script|<link|<iframe|\bon\w+=/i)).toBeNull();
  });

  it("gives every element a name of its own, and shows no number that is none", () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(html.match(/.{30}(NaN|undefined|Infinity|\[object)/)).toBeNull();
  });

  it("repeats the command, and escapes what comes from outside", () => {
    expect(html).toContain("pnpm bench speed --seconds 60 --only gemm,elementwise,eager,training --seed 7");
    const { environment } = sampleSpeed();
    const text = renderSpeedReport(sampleSpeed({ environment: { ...environment, cpu: "<b>fast</b>" } }));
    expect(text).toContain("&lt;b&gt;fast&lt;/b&gt;");
    expect(text).not.toContain("<b>fast");
  });

  it("says when a run was stopped or other programs were running", () => {
    const { environment } = sampleSpeed();
    const text = renderSpeedReport(
      sampleSpeed({ complete: false, suites: [], environment: { ...environment, load: { before: 3, after: 3 } } }),
    );
    expect(text).toContain("stopped before its end");
    expect(text).toContain("Other programs are running (load 3.00 on 2 cores)");
    expect(text).toContain("Nothing was measured.");
    expect(html).not.toContain('banner" role');
  });
});

describe("renderSpeedReport of peers", () => {
  const text = renderSpeedReport(samplePeers());

  it("draws how many times faster Unroll is on a logarithmic axis, to the left where it is slower", () => {
    expect(count(text, /<svg/g)).toBe(1);
    for (const words of ["250 ×", "16.0 ×", "0.700 ×", "Unroll is faster by"]) expect(text).toContain(words);
    // Ticks at powers of ten alone.
    for (const tick of ["0.1 ×", "1 ×", "10 ×", "100 ×"]) expect(text).toContain(`>${tick}<`);
    expect(text).toContain('aria-label="Training steps against peers: Unroll is faster by, for LSTM B 1');
  });

  it("names what was not measured and why, and who took part", () => {
    expect(text).toContain("<li>jax-js: not installed (LSTM B 1, T 100, I 8, H 16)</li>");
    expect(text).toContain("PyTorch 1.13.0, OpenBLAS (one thread; AVX2); not judged: made up");
    expect(text).toContain("88 MB");
    expect(text.match(/.{30}(NaN|undefined|Infinity|\[object)/)).toBeNull();
  });
});
