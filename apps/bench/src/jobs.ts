import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** What a worker thread tells the main one. */
export type WorkerMessage<E> = { readonly kind: "events"; readonly events: readonly E[] } | { readonly kind: "end" };

/** What a caller learns while jobs run. */
export interface JobListener<J, E> {
  readonly onStart: (job: J) => void;
  readonly onEvent: (job: J, event: E) => void;
  readonly onEnd: (job: J) => void;
  /** The job's thread broke down; the other jobs go on. */
  readonly onFail: (job: J, error: string) => void;
}

/**
 * Runs jobs on worker threads, as many at a time as there are cores, so that this thread stays free for the progress bar
 * and for Ctrl-C. Resolves when all have ended, failed, or the signal was given; what a job reported stays reported.
 */
export async function runJobs<J, E>(
  jobs: readonly J[],
  worker: URL,
  listener: JobListener<J, E>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...jobs];
  const lane = async () => {
    for (let job = waiting.shift(); job !== undefined && !signal.aborted; job = waiting.shift())
      await runJob(job, worker, listener, signal);
  };
  const lanes = Math.min(availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: lanes }, lane));
}

function runJob<J, E>(job: J, url: URL, listener: JobListener<J, E>, signal: AbortSignal): Promise<void> {
  listener.onStart(job);
  const worker = new Worker(url, { workerData: job });
  const stop = () => void worker.terminate();
  signal.addEventListener("abort", stop, { once: true });
  let settled = false;
  return new Promise<void>((resolve) => {
    const fail = (error: string) => {
      if (settled || signal.aborted) return;
      settled = true;
      listener.onFail(job, error);
    };
    worker.on("message", (message: WorkerMessage<E>) => {
      if (message.kind === "end") {
        settled = true;
        listener.onEnd(job);
      } else for (const event of message.events) listener.onEvent(job, event);
    });
    worker.on("error", (error) => fail(error.message));
    worker.on("exit", (code) => {
      fail(`its thread ended early, with exit code ${code}`);
      resolve();
    });
  }).finally(() => signal.removeEventListener("abort", stop));
}
