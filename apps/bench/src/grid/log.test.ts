import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { RunLog, readLog } from "./log.ts";
import { sampleRecord } from "./sample-record.ts";

const folder = mkdtempSync(path.join(tmpdir(), "unroll-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = () => path.join(folder, String(files++), "runs.ndjson");

const [a, b, c] = [1, 2, 3].map((seed) => sampleRecord({ seed }));

describe("RunLog", () => {
  it("holds what was added, also when it is opened again", () => {
    const file = newFile();
    const log = new RunLog(file);
    log.add(a);
    log.add(b);
    expect([log.has(a.id), log.has(c.id)]).toEqual([true, false]);
    const again = new RunLog(file);
    expect(again.records).toEqual([a, b]);
    expect(again.torn).toBe(0);
  });

  it("loses only the run whose line was torn, at whichever byte, and goes on behind it", () => {
    const file = newFile();
    new RunLog(file).add(a);
    const whole = readFileSync(file).length;
    const line = Buffer.from(`${JSON.stringify(b)}\n`);
    for (const kept of [1, 10, line.length - 2]) {
      appendFileSync(file, line);
      truncateSync(file, whole + kept);
      const log = new RunLog(file);
      expect(log.records).toEqual([a]);
      expect(log.torn).toBe(1);
      log.add(c);
      expect(readLog(file)).toEqual({ records: [a, c], torn: 1 });
      truncateSync(file, whole);
    }
  });

  it("takes a whole line whose end of line is missing for what it is", () => {
    const file = newFile();
    new RunLog(file).add(a);
    truncateSync(file, readFileSync(file).length - 1);
    const log = new RunLog(file);
    expect([log.records, log.torn]).toEqual([[a], 0]);
    log.add(b);
    expect(readLog(file).records).toEqual([a, b]);
  });

  it("counts a run once, however often it was written", () => {
    const file = newFile();
    const [first, second] = [new RunLog(file), new RunLog(file)];
    first.add(a);
    second.add(b);
    second.add(a);
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(3);
    expect(readLog(file).records).toEqual([a, b]);
  });

  it("refuses lines that are no runs, with the number of the line", () => {
    const file = newFile();
    new RunLog(file).add(a);
    for (const [line, message] of [
      ['{"version":0}', /line 2: not a finished run of this version/],
      ["null", /line 2: not a finished run/],
      [JSON.stringify({ ...b, spec: { ...b.spec, cell: "none" } }), /line 2: a run with settings that this version/],
      [JSON.stringify({ ...b, id: a.id }), /line 2: the run \w+ has the settings of \w+/],
    ] as const) {
      const spoilt = newFile();
      new RunLog(spoilt).add(a);
      writeFileSync(spoilt, `${readFileSync(file, "utf8")}${line}\n`);
      expect(() => readLog(spoilt)).toThrow(InputError);
      expect(() => readLog(spoilt)).toThrow(message);
    }
    expect(() => readLog(path.join(folder, "none"))).toThrow(InputError);
  });
});
