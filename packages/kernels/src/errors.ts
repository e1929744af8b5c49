/** Thrown when the kernels' memory cannot grow as far as an operation needs. */
export class KernelMemoryError extends Error {
  override readonly name = "KernelMemoryError";
}

/** Thrown when a build of the kernels is asked for that cannot be had, or too late. */
export class KernelBuildError extends Error {
  override readonly name = "KernelBuildError";
}
