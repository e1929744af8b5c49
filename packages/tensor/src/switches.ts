import { describe } from "./describe.ts";
import { OptionError } from "./errors.ts";
import { checkFunction } from "./options.ts";
import { referenceEngine } from "./reference.ts";
import { type Engine, type Evaluator, runtime } from "./runtime.ts";
import { wasmEngine } from "./wasm/engine.ts";

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
 * error. `"wasm"` is the default: float32 by WebAssembly, everything else by `"reference"`, plain TypeScript, which takes
 * over where WebAssembly cannot start ({@link engineInfo} says whether). An engine of one's own is an object with a name
 * and a method `run`.
 *
 * @example
 * ```ts
 * useEngine("reference", () => tanh(tensor([0.5])).toArray()); // [0.46211…]
 *
 * const ran: string[] = [];
 * const noting: Engine = {
 *   name: "noting",
 *   run: (op, out, output, inputs, attrs) => {
 *     ran.push(op.name);
 *     referenceEngine.run(op, out, output, inputs, attrs);
 *   },
 * };
 * useEngine(noting, () => add(tensor([1]), 1).toArray()); // [2]
 * ran; // ["add"]
 * ```
 * @throws {OptionError} when there is no such engine, or `fn` returns a promise: the switch would end before the work does
 */
export function useEngine<T>(engine: EngineName | Engine, fn: () => T): T {
  const chosen = typeof engine === "string" ? builtIn(engine) : engine;
  if (typeof chosen?.run !== "function")
    throw new OptionError(
      `useEngine: expected "wasm", "reference" or an engine with a method run, got ${typeof engine === "string" ? `"${engine}"` : describe(engine)}`,
    );
  checkFunction("useEngine", "fn", fn);
  const state = runtime();
  const previous = state.engine;
  state.engine = chosen;
  try {
    return refusePromise("useEngine", fn());
  } finally {
    state.engine = previous;
  }
}

/** The engines that come with the package. */
export type EngineName = "wasm" | "reference";

function builtIn(name: string): Engine | undefined {
  if (name === "wasm") return wasmEngine;
  return name === "reference" ? referenceEngine : undefined;
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
