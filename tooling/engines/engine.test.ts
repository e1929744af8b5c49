import { activeKernels, add, engineInfo, ones } from "@unroll/tensor";
import { describe, expect, it } from "vitest";

// That the tests of the other packages run on the engine that their run is meant for.

const asked = process.env.UNROLL_TEST_ENGINE;

/** Node 20 has relaxed SIMD behind a flag, later ones without. */
const own = process.version.startsWith("v20.") ? "simd" : "relaxed-simd";
const builds: Record<string, string | undefined> = { reference: undefined, stress: "simd" };

describe("the engine of this run", () => {
  it("is the one that was asked for", () => {
    const { engine, build } = engineInfo();
    expect(engine).toBe(asked === "reference" ? "reference" : "wasm");
    expect(build).toBe(asked === undefined ? own : asked in builds ? builds[asked] : asked);
  });

  it("moves its memory at every op exactly under stress", () => {
    const x = ones([200]);
    add(x, x);
    const before = activeKernels("float32")?.memory.f32;
    add(x, x);
    expect(activeKernels("float32")?.memory.f32 !== before).toBe(asked === "stress");
  });
});
