import { defineConfig } from "tsup";

export default defineConfig({
  entry: { cli: "src/cli.ts", worker: "src/gradflow/worker.ts", plain: "src/speed/plain-worker.ts" },
  format: ["esm"],
  target: "node20",
  clean: true,
  sourcemap: true,
});
