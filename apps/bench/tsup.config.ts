import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    cli: "src/cli.ts",
    worker: "src/gradflow/worker.ts",
    plain: "src/speed/plain-worker.ts",
    "grid-worker": "src/grid/worker.ts",
    serve: "src/speed/peers/serve.ts",
    "unroll-peer": "src/speed/peers/unroll-peer.ts",
  },
  format: ["esm"],
  target: "node20",
  clean: true,
  sourcemap: true,
});
