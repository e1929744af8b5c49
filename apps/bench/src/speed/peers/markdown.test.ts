import { describe, expect, it } from "vitest";
import { samplePeers } from "../sample-result.ts";
import { renderPeerTables } from "./markdown.ts";

describe("renderPeerTables", () => {
  const lines = renderPeerTables(samplePeers()).split("\n");

  it("has a row for each size and a column for each peer, with aims where there are any", () => {
    expect(lines.slice(0, 5)).toEqual([
      "**Training steps against peers**",
      "",
      "| | Unroll | faster than tfjs wasm by | faster than PyTorch by |",
      "|---|---|---|---|",
      "| LSTM B 1, T 100, I 8, H 16 | 400 µs | 250 × (≥ 200 ×) | 16.0 × (≥ 20 ×, falls short) |",
    ]);
  });

  it("shows no number for what was not measured, says why, and names the peers", () => {
    expect(lines).toContain("| LSTM B 16, T 100, I 16, H 32 | 3.00 ms | – | 0.700 × |");
    expect(lines).toContain(
      "- tfjs wasm: over budget: it needs more --seconds (LSTM B 16, T 100, I 16, H 32: one call takes 9 s)",
    );
    expect(lines).toContain("- jax-js: not installed (LSTM B 1, T 100, I 8, H 16)");
    expect(lines).toContain("- PyTorch 1.13.0, OpenBLAS (one thread; AVX2); not judged: made up");
  });
});
