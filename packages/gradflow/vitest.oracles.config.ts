import { tests } from "@unroll/vitest";

// `pnpm oracles`: every oracle with its measured error, instead of the usual list of tests.
export default tests({
  include: ["src/oracles/registry.test.ts"],
  isolate: false,
  reporters: ["@unroll/vitest/oracles"],
});
