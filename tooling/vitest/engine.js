// Which engine computes float32 values while tests run: UNROLL_TEST_ENGINE names a build of the kernels ("simd",
// "relaxed-simd"), "stress" (the plain build, with memory that moves at every allocation and is spoilt when freed) or
// "reference". Set before any package is imported, in the place where the kernels look for their settings, since this
// preset lies below them and cannot import them.

/** @type {Record<string, object>} */
const settings = {
  simd: { build: "simd" },
  "relaxed-simd": { build: "relaxed-simd" },
  stress: { build: "simd", stress: true },
  reference: { disabled: "the tests ask for the reference engine" },
};

const engine = process.env.UNROLL_TEST_ENGINE;
if (engine !== undefined) {
  if (!Object.hasOwn(settings, engine))
    throw new Error(`UNROLL_TEST_ENGINE: expected one of ${Object.keys(settings).join(", ")}, got ${engine}`);
  Object.assign(globalThis, { [Symbol.for("unroll.kernels/v1")]: { settings: settings[engine], loaded: undefined } });
}
