import { availableParallelism } from "node:os";
import path from "node:path";
import { tests } from "@unroll/vitest";

const root = path.resolve(import.meta.dirname, "../..");

// safetensors moves bytes, and the kernels' own tests run both builds side by side.
const packages = ["tensor", "autograd", "nn", "cells", "optim", "data", "gradflow"];
// The reference engine compiles nothing: it says of no cell why, and leaves no adjoints.
const compiles = process.env.UNROLL_TEST_ENGINE !== "reference";
if (compiles) packages.push("compiler");

// What fails the same way on every engine is tested once, by `npm test`: calls with wrong arguments, whose errors come
// before any engine runs, and the examples of the documentation, which are compared to the digits that they print.
// So are files and downloads.
const exclude = [
  ...["**/docs.test.ts", "**/*arguments.test.ts", "**/every-argument.test.ts", "**/errors.test.ts"],
  "src/node/**",
];
// How little long loops keep is counted by the same allocator with memory that moves at each of their allocations, which
// makes these loops several times as long.
if (process.env.UNROLL_TEST_ENGINE === "stress") exclude.push("src/memory.test.ts");

export default tests({
  // Vitest leaves one core of two to its own process, which has little to do here.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  projects: [
    path.join(import.meta.dirname, "vitest.config.ts"),
    ...packages.map((name) => {
      const folder = path.join(root, "packages", name);
      const uncompiled = name === "cells" && !compiles ? ["src/fallback.test.ts", "src/adjoints.test.ts"] : [];
      const test = { name, root: folder, exclude: [...exclude, ...uncompiled] };
      return { extends: path.join(folder, "vitest.config.ts"), test };
    }),
  ],
});
