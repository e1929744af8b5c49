import cliProgress from "cli-progress";
import { duration } from "./report/format.ts";

/** How far a long piece of work has come, on standard error: a bar in a terminal, a line every ten seconds without one. */
export interface Progress {
  /** Moves to `done` of the total; `note` says what is going on. */
  update(done: number, note: string): void;
  stop(): void;
}

const lineEvery = 10_000;

/** Starts showing progress towards `total` units of work. */
export function startProgress(total: number): Progress {
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  const view = new cliProgress.SingleBar(
    {
      format: "{bar} {percentage} % | {eta_formatted} left | {note}",
      hideCursor: true,
      etaBuffer: 60,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  );
  view.start(total, 0, { note: "starting" });
  return {
    update: (done, note) => view.update(done, { note }),
    stop: () => view.stop(),
  };
}

function lines(total: number): Progress {
  const startedAt = performance.now();
  let [done, note] = [0, "starting"];
  const print = () => {
    const elapsed = performance.now() - startedAt;
    const left = done > 0 ? `, about ${duration((elapsed * (total - done)) / done / 1000)} left` : "";
    process.stderr.write(`${Math.floor((100 * done) / total)} %${left}: ${note}\n`);
  };
  const timer = setInterval(print, lineEvery);
  return {
    update: (next, text) => {
      [done, note] = [next, text];
    },
    stop: () => clearInterval(timer),
  };
}
