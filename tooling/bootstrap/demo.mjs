import "./node-version.mjs";
import path from "node:path";
import { runChild } from "./child.mjs";
import { createSteps } from "./steps.mjs";
import { build, install, main, root } from "./workspace.mjs";

/** `npm run demo`: from a fresh clone to the demo app, served with the headers that let a page share memory between threads. */
await main(async () => {
  const steps = createSteps(3);
  await install(steps);
  await build(steps, "@unroll/demo");
  const args = process.argv.slice(2);
  steps.ready("the demo app; Ctrl-C ends it");
  const cwd = path.join(root, "apps", "demo");
  const program = path.join(cwd, "node_modules", "vite", "bin", "vite.js");
  return runChild(process.execPath, [program, "preview", ...args], { cwd });
});
