import "./node-version.mjs";
import { createSteps } from "./steps.mjs";
import { install, main, runTurbo } from "./workspace.mjs";

/** `node turbo.mjs typecheck`: one task in every package, with what turbo needs to know around it. */
await main(async () => {
  await install(createSteps(2));
  return runTurbo(process.argv.slice(2));
});
