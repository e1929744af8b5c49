import { version } from "../package.json";

/** Which copy of the package made something. Every tensor carries its maker's. */
export interface Origin {
  /** Rises when a field of `Tensor` or `Storage` changes its meaning, so that two copies never misread each other. */
  readonly format: number;
  readonly version: string;
  readonly path: string;
}

/** The copy of the package that this code belongs to. */
export const ownOrigin: Origin = { format: 1, version, path: import.meta.url };
