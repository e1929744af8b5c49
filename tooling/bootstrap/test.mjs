import "./node-version.mjs";
import { createSteps } from "./steps.mjs";
import { install, main, runTurbo } from "./workspace.mjs";

/**
 * `npm test -- --force`: the tests of every package, against the sources; arguments go to `turbo run test`.
 *
 * One package at a time on two cores: vitest itself uses both, and tests that compare times want a quiet machine.
 * A package that fails does not keep the others from being tested.
 */
await main(async () => {
  const steps = createSteps(2);
  await install(steps);
  steps.ready("running the tests of every package");
  return runTurbo(["test", "--continue", "--concurrency=50%", ...process.argv.slice(2)]);
});
