import { Generator } from "@unroll/tensor";
import { afterEach, describe, expect, it } from "vitest";
import { sequenceJob } from "./job.ts";
import { CannotDo, PeerProcess, TookTooLong } from "./peer-process.ts";

const job = sequenceJob("infer", "rnn", { B: 1, T: 1, I: 1, H: 1 }, new Generator(1));
const running: PeerProcess[] = [];

afterEach(() => {
  for (const process of running.splice(0)) process.stop();
});

/** A peer that answers each request by `answer`, an expression of `request`. */
async function fake(answer: string, ready = '{ ready: { version: "1.2", notes: ["fake"] } }') {
  const program = `
    const send = (message) => require("node:fs").writeSync(3, JSON.stringify(message) + "\\n");
    console.log("what libraries print does no harm");
    send(${ready});
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const request = JSON.parse(line);
      const answer = ${answer};
      if (answer !== undefined) send({ id: request.id, ...answer });
    });`;
  const started = await PeerProcess.start({ program: process.execPath, args: ["-e", program] }, 30);
  running.push(started.process);
  return started;
}

describe("PeerProcess", () => {
  it("hands over jobs and requests, and gives back arrays and seconds", async () => {
    const one = Buffer.from(Float32Array.of(0.5).buffer).toString("base64");
    const { process, ready } = await fake(
      `request.do === "prepare" ? { cold: 2, result: { output: "${one}" } } : { seconds: request.calls / 4 }`,
    );
    expect(ready).toEqual({ version: "1.2", notes: ["fake"] });
    expect(await process.prepare("a", job, 30)).toEqual({ cold: 2, result: { output: Float32Array.of(0.5) } });
    expect(await process.time("a", 6, 30)).toBe(1.5);
  });

  it("tells a job that a peer cannot do from one that fails", async () => {
    const { process } = await fake(
      'request.slot === "a" ? { cannot: "it has no such cell" } : { error: "TypeError: oh" }',
    );
    await expect(process.prepare("a", job, 30)).rejects.toThrow(new CannotDo("it has no such cell"));
    await expect(process.prepare("b", job, 30)).rejects.toThrow("TypeError: oh");
    expect(process.alive).toBe(true);
  });

  it("ends a peer that takes too long", async () => {
    const { process } = await fake("undefined");
    await expect(process.prepare("a", job, 0.05)).rejects.toThrow(TookTooLong);
    expect(process.alive).toBe(false);
    await expect(process.time("a", 1, 30)).rejects.toThrow("no answer within 0.050 s");
  });

  it("says the last words of a peer that ends", async () => {
    const { process } = await fake('console.error("Error: out of memory") ?? request.process.exit()');
    await expect(process.time("a", 1, 30)).rejects.toThrow(/its process ended \(exit code 1\): .*Error/);
    expect(process.alive).toBe(false);
  });

  it("says why a peer cannot start", async () => {
    const start = PeerProcess.start(
      { program: globalThis.process.execPath, args: ["-e", "import('no-such-module')"] },
      30,
    );
    await expect(start).rejects.toThrow(/no-such-module|ERR_MODULE_NOT_FOUND/);
    await expect(PeerProcess.start({ program: "no-such-program", args: [] }, 30)).rejects.toThrow("no-such-program");
  });
});
