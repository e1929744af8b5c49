/** Something that the user gave is not usable: one clear line, exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}
