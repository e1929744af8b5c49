import "./node-version.mjs";
import { createSteps } from "./steps.mjs";
import { install, main, runTurbo } from "./workspace.mjs";

/**
 * `npm test -- --force`: the tests of every package, against the sources; arguments go to `turbo run test`.
 *
 * As many packages at a time as there are cores: on two cores vitest starts one worker for each. A package that fails
 * does not keep the others from being tested.
 */
await main(async () => {
  const steps = createSteps(2);
  await install(steps);
  steps.ready("running the tests of every package");
  return runTurbo(["test", "--continue", "--concurrency=100%", ...process.argv.slice(2)]);
});
