import { describe } from "./describe.ts";
import { OptionError } from "./errors.ts";
import { checkFunction } from "./options.ts";
import { type Engine, type Evaluator, runtime } from "./runtime.ts";

/**
 * Runs `fn` with `evaluator` in place of the default one, and restores the previous one afterwards, also after an error. With
 * {@link abstractOutput}, `fn` runs on shapes alone.
 *
 * @example
 * ```ts
 * withEvaluator(abstractOutput, () => matmul(zeros([2, 3]), zeros([3, 4])).shape); // [2, 4]
 * ```
 * @throws {OptionError} when `fn` returns a promise: the switch would end before the work does
 */
export function withEvaluator<T>(evaluator: Evaluator | undefined, fn: () => T): T {
  if (evaluator !== undefined && typeof evaluator !== "function")
    throw new OptionError(`withEvaluator: expected an evaluator function, got ${describe(evaluator)}`);
  checkFunction("withEvaluator", "fn", fn);
  const state = runtime();
  const previous = state.evaluator;
  state.evaluator = evaluator;
  try {
    return refusePromise("withEvaluator", fn());
  } finally {
    state.evaluator = previous;
  }
}

/**
 * Runs `fn` with `engine` computing the values in place of the current one, and restores that afterwards, also after an
 * error; `undefined` stands for {@link referenceEngine}.
 *
 * @example
 * ```ts
 * const ran: string[] = [];
 * const noting: Engine = {
 *   name: "noting",
 *   run: (op, out, output, inputs, attrs) => {
 *     ran.push(op.name);
 *     referenceEngine.run(op, out, output, inputs, attrs);
 *   },
 * };
 * withEngine(noting, () => add(tensor([1]), 1).toArray()); // [2]
 * ran; // ["add"]
 * ```
 * @throws {OptionError} when `engine` is none, or `fn` returns a promise: the switch would end before the work does
 */
export function withEngine<T>(engine: Engine | undefined, fn: () => T): T {
  if (engine !== undefined && typeof engine?.run !== "function")
    throw new OptionError(`withEngine: expected an engine with a method run, got ${describe(engine)}`);
  checkFunction("withEngine", "fn", fn);
  const state = runtime();
  const previous = state.engine;
  state.engine = engine;
  try {
    return refusePromise("withEngine", fn());
  } finally {
    state.engine = previous;
  }
}

/** Returns `value`, or throws when it is a promise: process-wide switches cover synchronous code only. */
export function refusePromise<T>(fn: string, value: T): T {
  if (typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function") {
    throw new OptionError(
      `${fn}: the function returned a promise, but the switch lasts only while it runs; pass a synchronous function`,
    );
  }
  return value;
}
