import { defaultClientConditions, defineConfig } from "vite";
import { renderEquations } from "./build/equations.ts";
import { offline } from "./build/offline.ts";

/** With these, a page may share memory between threads. The built page asks for none of them. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  // The build works below any path.
  base: "./",
  // The packages as they are written: no build of theirs is needed.
  resolve: { conditions: ["@unroll/source", ...defaultClientConditions] },
  worker: { format: "es" },
  build: { target: "es2022", chunkSizeWarningLimit: 1000, modulePreload: { polyfill: false } },
  server: { headers: isolation },
  preview: { headers: isolation },
  plugins: [renderEquations(), offline()],
});
