import { InputError } from "../input-error.ts";
import { names, positive, whole } from "../options.ts";
import { type SpeedConfig, type SuiteName, suiteNames } from "./result.ts";

/** The options of `bench speed` as they come from the command line. */
export interface SpeedOptions {
  only?: unknown;
  seconds?: unknown;
  seed?: unknown;
  out?: unknown;
  quick?: boolean;
  markdown?: boolean;
  from?: unknown;
}

const defaultSeconds = 60;
const quickSeconds = 12;

/**
 * The settings of a run.
 *
 * @throws {InputError} when an option has a wrong value
 */
export function speedConfigOf({ only, seconds, seed, quick }: SpeedOptions): SpeedConfig {
  if (quick && seconds !== undefined) throw new InputError("--quick and --seconds exclude each other");
  return {
    suites: names("only", only, suiteNames) as readonly SuiteName[],
    seconds: positive("seconds", seconds, quick ? quickSeconds : defaultSeconds, 86_400),
    seed: whole("seed", seed, 1, 0),
  };
}
