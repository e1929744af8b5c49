import { describe, expect, it } from "vitest";
import type { KernelFunctions } from "./generated/functions.ts";
import { bytesOf, kernels, kernelsProblem, setDeterministic } from "./load.ts";
import { type KernelSettings, withKernels } from "./testing.ts";
import { webAssembly } from "./web-assembly.ts";

const wasm = started();

function started(): NonNullable<ReturnType<typeof webAssembly>> {
  const api = webAssembly();
  if (api === undefined) throw new Error("Node has WebAssembly");
  return api;
}

describe("kernels", () => {
  it("start once", () => {
    withKernels({}, () => {
      expect(kernels()).toBeDefined();
      expect(kernels()).toBe(kernels());
      expect(kernelsProblem()).toBeUndefined();
    });
  });

  it("take the relaxed build exactly where the machine accepts it", () => {
    const accepted = wasm.validate(bytesOf("relaxed-simd"));
    withKernels({}, () => expect(kernels()?.build).toBe(accepted ? "relaxed-simd" : "simd"));
  });

  it("take the plain build when results must be the same everywhere", () => {
    const settings: KernelSettings = { disabled: "not yet" };
    withKernels(settings, () => {
      setDeterministic(true);
      expect(settings.build).toBe("simd");
    });
    withKernels({ build: settings.build }, () => {
      expect(kernels()?.build).toBe("simd");
      // Too late to take the other one: it runs.
      expect(() => setDeterministic(false)).toThrow("setDeterministic: the simd build already runs");
    });
  });

  it("do not change their build once they run", () => {
    withKernels({}, () => {
      if (kernels()?.build === "simd") expect(() => setDeterministic(true)).not.toThrow();
      else expect(() => setDeterministic(true)).toThrow("setDeterministic: the relaxed-simd build already runs");
    });
  });

  it("say why there are none", () => {
    withKernels({ disabled: "not wanted" }, () => {
      expect(kernels()).toBeUndefined();
      expect(kernelsProblem()).toBe("not wanted");
    });
  });

  it.each(["simd", "relaxed-simd"] as const)("import a memory with a maximum and own none: %s", (build) => {
    const bytes = bytesOf(build);
    if (!wasm.validate(bytes)) return;
    const module = new wasm.Module(bytes);
    expect(wasm.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(wasm.Module.exports(module).every(({ kind }) => kind === "function")).toBe(true);
  });

  it("share their memory between threads after a change of one flag", () => {
    const bytes = bytesOf("simd");
    // Import section: "env" "memory", kind 2 (memory), limits flag 1 (a maximum), 3 (a maximum, shared).
    const name = [..."memory"].map((character) => character.charCodeAt(0));
    const at = bytes.findIndex((_, i) => name.every((code, k) => bytes[i + k] === code));
    expect([bytes[at + 6], bytes[at + 7]]).toEqual([2, 1]);
    bytes[at + 7] = 3;
    const memory = new wasm.Memory({ initial: 1, maximum: 32_768, shared: true });
    const instance = new wasm.Instance(new wasm.Module(bytes), { env: { memory } });
    const values = new Float32Array(memory.buffer, 0, 1);
    values[0] = 9;
    (instance.exports as KernelFunctions).sqrt(0, 0, 1);
    expect(values[0]).toBe(3);
  });
});
