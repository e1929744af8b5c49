import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Several copies of one Ctrl-C arrive within milliseconds: from the terminal, and from npm, which passes it on. */
const sameKeyPress = 1000;

/**
 * Decides whether a signal that reached this process is passed on to the child.
 *
 * A terminal sends Ctrl-C to every process of the group, so the child has it already and a second copy could cut short
 * the saving of results; without a terminal only this process got it.
 *
 * @param {boolean} terminal whether a terminal is attached
 * @returns {(signal: NodeJS.Signals, now: number) => boolean}
 */
export function forwarding(terminal) {
  let last = Number.NEGATIVE_INFINITY;
  let seen = false;
  return (signal, now) => {
    if (signal !== "SIGINT") return true;
    const repeat = now - last < sameKeyPress;
    const first = !seen;
    if (!repeat) last = now;
    seen = true;
    if (repeat) return false;
    // A later one may come from `kill`, which reaches this process only.
    return !(terminal && first);
  };
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 * @returns {number} the exit code that a shell would report
 */
export function exitCode(code, signal) {
  if (signal !== null) return 128 + constants.signals[signal];
  return code ?? 1;
}

/** How often to look whether the package manager that started this process is still there, in milliseconds. */
const watch = 250;

/**
 * npm passes a signal to the shell between it and its script; the shell dies of it and tells nobody. What is left of
 * that here is another parent.
 *
 * @param {() => void} act
 * @returns {() => void} stops watching
 */
function whenAbandoned(act) {
  // Started by hand, a parent that leaves has only put this process into the background.
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, watch);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Runs a program as a direct child on the inherited terminal, outlives it, and passes signals on.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code, 128 + n after signal n
 */
export function runChild(command, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", cwd, env });
    const decide = forwarding(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
    /** @type {NodeJS.Signals[]} */
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    const handlers = signals.map((signal) => {
      const handler = () => {
        if (decide(signal, Date.now())) child.kill(signal);
      };
      process.on(signal, handler);
      return { signal, handler };
    });
    const stopWatching = whenAbandoned(() => child.kill("SIGTERM"));
    const restore = () => {
      stopWatching();
      for (const { signal, handler } of handlers) process.off(signal, handler);
    };
    child.on("error", (error) => {
      restore();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      restore();
      resolve(exitCode(code, signal));
    });
  });
}
