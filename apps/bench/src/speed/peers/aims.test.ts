import { describe, expect, it } from "vitest";
import { peerAim } from "./aims.ts";
import { sizes } from "./job.ts";

const [tiny, , middle, , huge] = sizes;

describe("peerAim", () => {
  it("depends on the build where relaxed SIMD helps", () => {
    expect(peerAim("train", "lstm", middle, "PyTorch", "simd")).toBe(0.85);
    expect(peerAim("train", "lstm", middle, "PyTorch", "relaxed-simd")).toBe(1);
    expect(peerAim("train", "lstm", tiny, "tfjs wasm", "relaxed-simd")).toBe(200);
    expect(peerAim("infer", "lstm", huge, "onnxruntime-web", "simd")).toBe(1.3);
  });

  it("of RNN and GRU against tfjs is what the LSTM reaches", () => {
    expect(peerAim("train", "rnn", middle, "tfjs wasm", "simd")).toBe("lstm");
    expect(peerAim("train", "gru-before", middle, "tfjs wasm", "simd")).toBe("lstm");
  });

  it("is nothing for what was never aimed at", () => {
    expect(peerAim("train", "lstm", middle, "brain.js", "simd")).toBeUndefined();
    expect(peerAim("infer", "rnn", middle, "onnxruntime-web", "simd")).toBeUndefined();
  });
});
