import { availableParallelism, cpus } from "node:os";

/** The machine and the runtime that a result comes from. */
export interface Environment {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  readonly cores: number;
  readonly unroll: string;
}

/** Where this program runs; `version` is its own. */
export function environment(version: string): Environment {
  return {
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    unroll: version,
  };
}
