import { InputError } from "../input-error.ts";
import { needsDigits, type Sources } from "../races/tasks.ts";
import type { RunSpec } from "./spec.ts";

/**
 * What runs need beside their settings: MNIST, where one of them is about digits. It is installed into the user's cache
 * folder on first use, after a line on the error stream that says how much that fetches.
 *
 * @throws {InputError} when it can be neither found nor installed
 */
export async function sourcesOf(specs: readonly RunSpec[]): Promise<Sources> {
  if (!specs.some((spec) => spec.kind === "race" && needsDigits(spec.task))) return {};
  const { DataError, loadMnist } = await import("@unroll/data/node");
  try {
    return { digits: await loadMnist() };
  } catch (error) {
    if (error instanceof DataError) throw new InputError(error.message);
    throw error;
  }
}
