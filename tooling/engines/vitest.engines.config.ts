import path from "node:path";
import { tests } from "@unroll/vitest";

const root = path.resolve(import.meta.dirname, "../..");

// safetensors moves bytes, and the kernels' own tests run both builds side by side.
const packages = ["tensor", "autograd", "nn", "cells", "optim", "data", "gradflow"];
// The reference engine compiles nothing.
if (process.env.UNROLL_TEST_ENGINE !== "reference") packages.push("compiler");

// What fails the same way on every engine is tested once, by `npm test`: calls with wrong arguments, whose errors come
// before any engine runs, and the examples of the documentation, which are compared to the digits that they print.
const exclude = ["**/docs.test.ts", "**/*arguments.test.ts", "**/every-argument.test.ts", "**/errors.test.ts"];

export default tests({
  projects: [
    path.join(import.meta.dirname, "vitest.config.ts"),
    ...packages.map((name) => {
      const folder = path.join(root, "packages", name);
      // Tests of process-wide state, of copies of a package and of replaced gradients need a process for each file.
      // Elsewhere files share one: loading the packages anew for each takes longer than testing them.
      const isolate = name === "tensor" || name === "autograd";
      const test = { name, root: folder, exclude, isolate };
      return { extends: path.join(folder, "vitest.config.ts"), test };
    }),
  ],
});
