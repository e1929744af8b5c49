import { type Signal, signal } from "@preact/signals";

/** A pulse takes so many milliseconds for a step back, and for all of them at most so many. */
const perStep = 12;
const longest = 1500;
/** The pause before the next one while training goes on, in milliseconds. */
const rest = 1400;

/** A pulse that runs back through time, in the unit of lags. */
export interface Pulse {
  /** Where it is; null when there is none. */
  readonly at: Signal<number | null>;
  /** Starts at the loss; with `again`, a next one follows for as long as that says so. */
  readonly play: (lags: number, again?: () => boolean) => void;
  readonly stop: () => void;
}

/** How long a pulse takes for so many lags, in milliseconds. */
export function durationOf(lags: number): number {
  return Math.min(longest, perStep * Math.max(1, lags));
}

export function createPulse(at: Signal<number | null> = signal<number | null>(null)): Pulse {
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = 0;
    at.value = null;
  };
  const play = (lags: number, again?: () => boolean) => {
    stop();
    const took = durationOf(lags);
    let startedAt: number | undefined;
    const move = (now: number) => {
      startedAt ??= now;
      const part = (now - startedAt) / took;
      if (part < 1) {
        at.value = part * lags;
        frame = requestAnimationFrame(move);
        return;
      }
      frame = 0;
      at.value = null;
      if (again !== undefined)
        timer = setTimeout(() => {
          if (again()) play(lags, again);
        }, rest);
    };
    at.value = 0;
    frame = requestAnimationFrame(move);
  };
  return { at, play, stop };
}
