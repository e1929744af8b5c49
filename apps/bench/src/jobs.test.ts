import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { runJobs } from "./jobs.ts";

const folder = mkdtempSync(path.join(tmpdir(), "unroll-jobs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A worker that behaves as its job's cell says. */
const worker = path.join(folder, "worker.mjs");
writeFileSync(
  worker,
  `import { parentPort, workerData } from "node:worker_threads";
  parentPort.postMessage({ kind: "events", events: [{ kind: "step", step: 1, loss: 1, gradNorm: 1 }] });
  if (workerData.cell === "throws") throw new Error("broken");
  if (workerData.cell === "leaves") process.exit(3);
  if (workerData.cell === "hangs") setInterval(() => {}, 1000);
  else parentPort.postMessage({ kind: "end" });`,
);

async function run(cells: readonly string[], signal = new AbortController().signal, onEvent = () => {}) {
  const log: string[] = [];
  await runJobs<{ cell: string }, { kind: string }>(
    cells.map((cell) => ({ cell })),
    pathToFileURL(worker),
    {
      onStart: (job) => log.push(`${job.cell} starts`),
      onEvent: (job, event) => {
        log.push(`${job.cell} ${event.kind}`);
        onEvent();
      },
      onEnd: (job) => log.push(`${job.cell} ends`),
      onFail: (job, error) => log.push(`${job.cell} fails: ${error}`),
    },
    signal,
  );
  return log;
}

describe("runJobs", () => {
  it("runs all jobs and reports what they do", async () => {
    const log = await run(["a", "b", "c"]);
    expect(log.filter((line) => line.endsWith("ends")).sort()).toEqual(["a ends", "b ends", "c ends"]);
    expect(log.filter((line) => line.endsWith("step"))).toHaveLength(3);
  });

  it("lets the others go on when one breaks down, and says why", async () => {
    const log = await run(["throws", "a", "leaves", "b"]);
    expect(log).toContain("throws fails: broken");
    expect(log).toContain("leaves fails: its thread ended early, with exit code 3");
    expect(log).toContain("throws step");
    expect(log.filter((line) => line.endsWith("ends")).sort()).toEqual(["a ends", "b ends"]);
  });

  it("stops at the signal, without calling that a failure, and starts no further job", async () => {
    const controller = new AbortController();
    const log = await run(["hangs", "hangs", "hangs", "hangs", "a"], controller.signal, () => controller.abort());
    expect(log.some((line) => line.includes("fails") || line.includes("ends"))).toBe(false);
    expect(log).not.toContain("a starts");
  });
});
