import { signal } from "@preact/signals";

/** At least so long between two announcements, in milliseconds. */
const pause = 2000;

const said = signal("");
let next: string | undefined;
let saidAt = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells those who listen to the page, politely: of what comes too fast, only the newest is said. */
export function announce(text: string): void {
  next = text;
  if (timer !== undefined) return;
  const wait = Math.max(0, saidAt + pause - performance.now());
  timer = setTimeout(() => {
    timer = undefined;
    saidAt = performance.now();
    said.value = next ?? "";
  }, wait);
}

/** The place where announcements are made: once on the page. */
export function LiveRegion() {
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      {said}
    </div>
  );
}
