import { watchField } from "./fields.ts";
import { Uncompilable } from "./graph.ts";
import { type Step, type StepInputs, type TraceObserver, traceStep } from "./trace.ts";

/**
 * The line of a step that gives a value, assigns to a field, or else ends the trace, as `file:line:column`. The step is
 * traced once more for it, so that traces that succeed never ask for a stack.
 *
 * @param inner how many functions stand between `step` and the one that is wanted
 */
export function locate(
  step: Step,
  inputs: StepInputs,
  { value, field }: { readonly value: number | undefined; readonly field?: OwnField | undefined },
  inner: number,
): string | undefined {
  const settings = Error as { stackTraceLimit?: number };
  const limit = settings.stackTraceLimit;
  settings.stackTraceLimit = Number.POSITIVE_INFINITY;
  let below = 0;
  let found: readonly string[] | undefined;
  const observer: TraceObserver = {
    begin: () => {
      // Without this function itself.
      below = linesOf(new Error()).length - 1;
    },
    added: (id) => {
      if (id === value) found = linesOf(new Error());
    },
  };
  const trace = () => void traceStep(step, inputs, observer);
  const assigned = () => {
    found ??= linesOf(new Error());
  };
  try {
    if (field === undefined) trace();
    else watchField(field.owner, field.name, assigned, trace);
  } catch (error) {
    if (!(error instanceof Uncompilable)) throw error;
    if (value === undefined && field === undefined) found = linesOf(error.cause ?? error);
  } finally {
    if (limit === undefined) delete settings.stackTraceLimit;
    else settings.stackTraceLimit = limit;
  }
  // Counted from below: above are the operations, whose number depends on what the step calls.
  return found && placeOf(found[found.length - below - 1 - inner]);
}

/** A field of the object whose step it is. */
export interface OwnField {
  readonly owner: object;
  readonly name: string | symbol;
}

/** A line for each function of a stack, the innermost first; those of V8 begin with the error's message. */
function linesOf(error: unknown): string[] {
  const stack = (error as { stack?: unknown }).stack;
  return typeof stack === "string" ? stack.split("\n").filter((line) => /^\s+at |@/.test(line)) : [];
}

/** `at step (file:///a.js:1:2)` in V8, `step@file:///a.js:1:2` elsewhere. */
function placeOf(line: string | undefined): string | undefined {
  const [, place] = line?.match(/(?:\(|@|at (?:async )?)((?:[a-z-]+:\/\/|[a-z]:)?[^()@\s]+:\d+:\d+)\)?$/i) ?? [];
  return place?.replace(/^file:\/\//, "");
}
