import { tests } from "@unroll/vitest";

// One file at a time: each builds the page and starts a browser.
export default tests({
  include: ["browser/**/*.browser.ts"],
  testTimeout: 120_000,
  hookTimeout: 180_000,
  fileParallelism: false,
});
