import "./node-version.mjs";
import path from "node:path";
import { runChild } from "./child.mjs";
import { createSteps } from "./steps.mjs";
import { build, install, main, root } from "./workspace.mjs";

/** `npm start -- --quick`: from a fresh clone to the gradient-flow benchmark. */
await main(async () => {
  const steps = createSteps(3);
  await install(steps);
  await build(steps, "@unroll/bench");
  const args = process.argv.slice(2);
  // Not what it will do: it may only print its help, or refuse an option.
  steps.ready(["bench gradflow", ...args].join(" "));
  // npm runs scripts in the root; a file named on the command line is relative to where it was typed.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const program = path.join(root, "apps", "bench", "dist", "cli.js");
  return runChild(process.execPath, [program, "gradflow", ...args], { cwd });
});
