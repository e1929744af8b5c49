import { type Recorder, refusePromise, runtime } from "@unroll/tensor";

/** What autograd keeps once per process, also when two copies of the package are loaded. */
interface AutogradState {
  recording: boolean;
  nextId: number;
}

const key = Symbol.for("unroll.autograd/v1");
let own: AutogradState | undefined;

/** The process-wide state; a second copy of the package joins it. */
export function autogradState(): AutogradState {
  if (own === undefined) {
    const shared = globalThis as { [key]?: AutogradState };
    shared[key] ??= { recording: true, nextId: 0 };
    own = shared[key];
  }
  return own;
}

/** The number of the next node: a node's inputs always have smaller numbers. */
export function nextId(): number {
  return autogradState().nextId++;
}

/** Starts recording operations. Called by whatever makes the first tensor that needs a gradient, never by an import. */
export function installRecorder(recorder: Recorder): void {
  runtime().recorder ??= recorder;
}

/** Runs `fn` with recording on or off, and restores what was. */
export function withRecording<T>(name: string, on: boolean, fn: () => T): T {
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
 * const loss = noGrad(() => evaluate(model, batch));
 * ```
 * @throws {OptionError} when `fn` returns a promise
 */
export function noGrad<T>(fn: () => T): T {
  return withRecording("noGrad", false, fn);
}

/** Whether operations are recorded at the moment. */
export function isRecording(): boolean {
  return autogradState().recording;
}
