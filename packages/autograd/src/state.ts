import { checkFunction, FormatError, type Recorder, refusePromise, runtime } from "@unroll/tensor";

/** What autograd keeps once per process, also when two copies of the package are loaded. */
interface AutogradState {
  recording: boolean;
  nextId: number;
  /** The recorder of the copy that came first; it makes the nodes for all copies. */
  recorder: Recorder | undefined;
}

const key = Symbol.for("unroll.autograd/v1");
let own: AutogradState | undefined;

/** The process-wide state; a second copy of the package joins it. */
export function autogradState(): AutogradState {
  if (own === undefined) {
    const shared = globalThis as { [key]?: AutogradState };
    shared[key] ??= { recording: true, nextId: 0, recorder: undefined };
    own = shared[key];
  }
  return own;
}

/** The number of the next node: a node's inputs always have smaller numbers. */
export function nextId(): number {
  return autogradState().nextId++;
}

/**
 * Starts recording operations. Called by whatever makes the first tensor that needs a gradient, never by an import.
 *
 * @throws {FormatError} when something else records already: its nodes would be foreign to this package
 */
export function installRecorder(recorder: Recorder): void {
  const state = autogradState();
  const slot = runtime();
  if (state.recorder === undefined) {
    if (slot.recorder !== undefined) {
      throw new FormatError(
        "autograd: something else already records operations, perhaps another version of @unroll/autograd; install one version only",
      );
    }
    state.recorder = recorder;
  }
  slot.recorder ??= state.recorder;
}

/** Runs `fn` with recording on or off, and restores what was, also after an error. */
export function withRecording<T>(name: string, on: boolean, fn: () => T): T {
  checkFunction(name, "fn", fn);
  const state = autogradState();
  const previous = state.recording;
  state.recording = on;
  try {
    return refusePromise(name, fn());
  } finally {
    state.recording = previous;
  }
}

/**
 * Runs `fn` without making a graph: faster, and nothing is kept for a backward pass.
 *
 * @example
 * ```ts
 * const w = parameter([1, 2]);
 * noGrad(() => mul(w, 2)).node; // undefined
 * ```
 * @throws {OptionError} when `fn` returns a promise
 */
export function noGrad<T>(fn: () => T): T {
  return withRecording("noGrad", false, fn);
}

/**
 * Runs `fn` with recording on, also inside {@link noGrad} or a backward pass: for rules that need a graph of their own.
 *
 * @example
 * ```ts
 * noGrad(() => enableGrad(() => isRecording())); // true
 * ```
 * @throws {OptionError} when `fn` returns a promise
 */
export function enableGrad<T>(fn: () => T): T {
  return withRecording("enableGrad", true, fn);
}

/** Whether operations are recorded at the moment. */
export function isRecording(): boolean {
  return autogradState().recording;
}
