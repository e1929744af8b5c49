import { InputError } from "../input-error.ts";
import { names, positive, whole } from "../options.ts";
import { peerSuites, type SpeedConfig, type SuiteName, suiteNames } from "./result.ts";

/** The options of `bench speed` as they come from the command line. */
export interface SpeedOptions {
  only?: unknown;
  seconds?: unknown;
  seed?: unknown;
  out?: unknown;
  quick?: boolean;
  markdown?: boolean;
  from?: unknown;
  installPeers?: boolean;
}

/** For the kernels and ops alone, and with the suites that compare with peers. */
const defaultSeconds = { own: 60, peers: 900 };
const quickSeconds = { own: 12, peers: 120 };

/**
 * The settings of a run.
 *
 * @throws {InputError} when an option has a wrong value
 */
export function speedConfigOf({ only, seconds, seed, quick }: SpeedOptions): SpeedConfig {
  if (quick && seconds !== undefined) throw new InputError("--quick and --seconds exclude each other");
  const suites = names("only", only, suiteNames) as readonly SuiteName[];
  const scope = suites.some((name) => (peerSuites as readonly SuiteName[]).includes(name)) ? "peers" : "own";
  return {
    suites,
    seconds: positive("seconds", seconds, (quick ? quickSeconds : defaultSeconds)[scope], 86_400),
    seed: whole("seed", seed, 1, 0),
  };
}
