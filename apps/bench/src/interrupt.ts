/** A wish to stop early: Ctrl-C, or a signal from outside. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** What the process shall exit with: 128 plus the signal's number, by the convention of shells. */
  readonly exitCode: number;
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens until the process ends: further signals, while results are being written, do not break them off. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let exitCode = 0;
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) return;
    exitCode = codes[name as keyof typeof codes];
    controller.abort();
  };
  for (const name of Object.keys(codes)) process.on(name, stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
  };
}
