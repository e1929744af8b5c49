import { Parameter } from "@unroll/autograd";
import {
  checkFunction,
  checkTensor,
  DTypeError,
  describe,
  formatShape,
  OptionError,
  ShapeError,
  sameShape,
  Tensor,
} from "@unroll/tensor";
import type { CellContext } from "./cell.ts";

// Every check throws an error that names the function, what it expected and what it got.

/** What came instead of what was expected. */
export function got(value: unknown): string {
  if (Tensor.is(value)) return formatShape(value.shape);
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" || typeof value === "function" ? typeof value : `${typeof value} ${String(value)}`;
}

/** Throws unless `value` is a whole number >= 1. */
export function checkSize(fn: string, name: string, value: unknown): void {
  if (!Number.isInteger(value) || (value as number) < 1)
    throw new OptionError(`${fn}: ${name} must be a whole number >= 1, got ${String(value)}`);
}

/** Throws unless `value` says whether to checkpoint, or every how many steps. */
export function checkCheckpoint(fn: string, value: unknown): void {
  if (typeof value === "boolean" || (Number.isInteger(value) && (value as number) >= 1)) return;
  throw new OptionError(`${fn}: checkpoint must be true, false or a whole number of steps >= 1, got ${got(value)}`);
}

/** Throws unless `value` is one of the words. */
export function checkWord(fn: string, name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  throw new OptionError(
    `${fn}: ${name} must be ${words.map((word) => `"${word}"`).join(" or ")}, got ${String(value)}`,
  );
}

/** Throws unless `cell` has what a {@link Cell} must have. */
export function checkCell(fn: string, cell: unknown): void {
  const { step, initialState, begin } = (cell ?? {}) as Record<string, unknown>;
  if (typeof step !== "function" || typeof initialState !== "function")
    throw new OptionError(`${fn}: expected a cell with step and initialState, got ${describe(cell)}`);
  if (begin !== undefined) checkFunction(fn, "begin of the cell", begin);
}

/** Throws unless a cell's initial state is one. */
export function checkInitial(fn: string, state: unknown): void {
  if (typeof state !== "object" || state === null || Tensor.is(state))
    throw new OptionError(`${fn}: initialState must give named tensors, got ${describe(state)}`);
  for (const [name, value] of Object.entries(state)) checkTensor(`${fn}: initialState ${name}`, value);
}

/** The tensor `name` of a state that a step was given, checked to be one. */
export function partOf<Name extends string>(fn: string, state: Readonly<Record<Name, Tensor>>, name: Name): Tensor {
  const part: unknown = state?.[name];
  if (!Tensor.is(part))
    throw new OptionError(`${fn}: expected a state with a tensor ${name}, got ${describe(part ?? state)}`);
  return part;
}

/** Throws unless `x` has a time and a batch axis. */
export function checkSequence(fn: string, x: Tensor): void {
  if (!Tensor.is(x) || x.shape.length < 2) throw new ShapeError(`${fn}: expected x of shape [T, B, …], got ${got(x)}`);
}

/** Throws unless `state` has the names, shapes and dtypes of `expected`. */
export function checkState(
  fn: string,
  state: object,
  expected: Readonly<Record<string, Pick<Tensor, "shape" | "dtype">>>,
): void {
  const names = Object.keys(expected).join(", ");
  if (typeof state !== "object" || state === null || Tensor.is(state))
    throw new OptionError(`${fn}: expected a state { ${names} }, got ${Tensor.is(state) ? "a tensor" : got(state)}`);
  checkNames(fn, state, expected);
  for (const [name, like] of Object.entries(expected)) {
    const value = (state as Record<string, Tensor>)[name];
    if (!Tensor.is(value) || !sameShape(value.shape, like.shape))
      throw new ShapeError(`${fn}: expected state ${name} of shape ${formatShape(like.shape)}, got ${got(value)}`);
    if (value.dtype !== like.dtype)
      throw new DTypeError(`${fn}: expected state ${name} of ${like.dtype}, got ${value.dtype}; use cast`);
  }
}

function checkNames(fn: string, state: object, expected: object): void {
  const [names, given] = [Object.keys(expected), Object.keys(state)];
  if (names.length !== given.length || names.some((name) => !given.includes(name)))
    throw new OptionError(`${fn}: expected a state { ${names.join(", ")} }, got { ${given.join(", ")} }`);
}

/** Throws unless `reset` is bool and has the given shape. */
export function checkReset(fn: string, reset: Tensor, shape: readonly number[]): void {
  if (!Tensor.is(reset) || !sameShape(reset.shape, shape))
    throw new ShapeError(`${fn}: expected reset of shape ${formatShape(shape)}, got ${got(reset)}`);
  if (reset.dtype !== "bool") throw new DTypeError(`${fn}: expected reset of bool, got ${reset.dtype}`);
}

/** Throws unless the per-sample part of a cell's context has a row for each sample. */
export function checkRows(fn: string, context: unknown, batch: number): void {
  for (const [name, value] of Object.entries((context as CellContext | undefined)?.rows ?? {})) {
    if (!Tensor.is(value) || value.shape[0] !== batch)
      throw new ShapeError(`${fn}: begin must give row ${name} of shape [${batch}, …], got ${got(value)}`);
  }
}

/** Throws unless a step gave an output and a state of the names that it was given, with a row for each of its rows. */
export function checkStep(fn: string, result: { output: Tensor; state: object }, rows: number, before: object): void {
  const { output, state } = result;
  if (!Tensor.is(output) || output.shape[0] !== rows)
    throw new ShapeError(`${fn}: the step must give an output of shape [${rows}, …], got ${got(output)}`);
  if (typeof state !== "object" || state === null)
    throw new OptionError(`${fn}: the step must give a state { ${Object.keys(before).join(", ")} }, got ${got(state)}`);
  checkNames(`${fn}: after a step`, state, before);
  for (const [name, value] of Object.entries(state)) {
    if (!Tensor.is(value) || value.shape[0] !== rows)
      throw new ShapeError(`${fn}: the step must give state ${name} of shape [${rows}, …], got ${got(value)}`);
  }
}

/** Throws unless `value` can stand in for the parameter `like`. */
export function checkParameter(fn: string, name: string, value: unknown, like: Parameter): void {
  if (!Parameter.is(value) || !sameShape(value.shape, like.shape))
    throw new ShapeError(
      `${fn}: expected ${name} to be a parameter of shape ${formatShape(like.shape)}, got ${got(value)}`,
    );
  if (value.dtype !== like.dtype)
    throw new DTypeError(`${fn}: expected ${name} of ${like.dtype}, got ${value.dtype}; use cast`);
}
