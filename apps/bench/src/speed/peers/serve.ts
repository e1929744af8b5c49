import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { decodeJob, encodeArray, type Job, type Ready, type Request, type Work } from "./protocol.ts";

/** A job that this peer cannot do; the reason stands in the table. */
export class Cannot extends Error {
  override readonly name = "Cannot";
}

/** Below this many seconds a call is short enough to fill the caches by one more before the timed ones. */
const shortCall = 0.05;

/**
 * Serves requests until standard input ends. Answers go to the pipe 3, since libraries print what they like to standard
 * output.
 */
export async function serve(peer: Ready & { readonly prepare: (job: Job) => Work | Promise<Work> }): Promise<void> {
  const { version, notes, prepare } = peer;
  // Ctrl-C reaches all processes of a terminal: whoever asks decides when this one ends.
  process.on("SIGINT", () => {});
  send({ ready: { version, notes } });
  const slots = new Map<string, { work: Work; last: number }>();
  const held = (slot: string) => {
    const found = slots.get(slot);
    if (found === undefined) throw new Error(`nothing was prepared as ${slot}`);
    return found;
  };
  const drop = async (slot: string) => {
    const { work } = held(slot);
    slots.delete(slot);
    await work.stop?.();
  };
  const answer = async (request: Request): Promise<object> => {
    if (request.do === "memory") return { bytes: 1024 * process.resourceUsage().maxRSS };
    if (request.do === "drop") {
      await drop(request.slot);
      return {};
    }
    if (request.do === "time") {
      const slot = held(request.slot);
      const { run } = slot.work;
      // Others had the machine meanwhile.
      if (slot.last < shortCall) await run();
      const seconds = await timed(run, request.calls);
      slot.last = seconds / request.calls;
      return { seconds };
    }
    if (slots.has(request.slot)) await drop(request.slot);
    const job = decodeJob(request.job);
    const start = performance.now();
    const work = await prepare(job);
    const value = await work.run();
    const cold = (performance.now() - start) / 1000;
    slots.set(request.slot, { work, last: Number.POSITIVE_INFINITY });
    const result = Object.entries(await work.result(value)).map(([name, values]) => [name, encodeArray(values)]);
    return { cold, result: Object.fromEntries(result), ...(work.differs && { differs: work.differs }) };
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ...request } = JSON.parse(line) as Request & { id: number };
    try {
      send({ id, ...(await answer(request as Request)) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send({ id, ...(error instanceof Cannot ? { cannot: message } : { error: message }) });
    }
  }
}

let kept: unknown;

async function timed(run: Work["run"], calls: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    kept = run();
    if (kept instanceof Promise) kept = await kept;
  }
  return (performance.now() - start) / 1000;
}

function send(message: object): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}
