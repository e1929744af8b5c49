import { spawn as spawnProcess, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BenchResult } from "./gradflow/result.ts";
import type { SpeedResult } from "./speed/result.ts";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const quick = ["gradflow", "--quick", "--task", "adding", "--cells", "rnn,gru"];
let folder = "";

beforeAll(() => {
  expect(existsSync(cli), "the benchmark is not built; run pnpm build").toBe(true);
  folder = mkdtempSync(path.join(tmpdir(), "unroll-terminal-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program in a terminal; `act` sees everything printed so far, each time something is printed. */
function inTerminal(
  args: readonly string[],
  act?: (printed: string, press: (keys: string) => void) => void,
): Promise<{ code: number; printed: string }> {
  return new Promise((resolve) => {
    const terminal = spawn(process.execPath, [cli, ...args], { cols: 160, rows: 40, cwd: folder });
    let printed = "";
    terminal.onData((data) => {
      printed += data;
      act?.(printed, (keys) => terminal.write(keys));
    });
    terminal.onExit(({ exitCode }) => resolve({ code: exitCode, printed }));
  });
}

/** Runs the program without a terminal. */
function withoutTerminal(args: readonly string[]) {
  return spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8" });
}

function resultIn(out: string): BenchResult {
  return JSON.parse(readFileSync(path.join(folder, out, "result.json"), "utf8"));
}

describe("bench gradflow in a terminal", () => {
  it("shows a bar with the time left, then a table and the report's path", async () => {
    const { code, printed } = await inTerminal([...quick, "--out", "whole"]);
    expect(code).toBe(0);
    expect(printed).toMatch(/█.*\d+ % \| .+ left \| /);
    expect(printed).toContain("Half-life: steps until half of the gradient is left");
    expect(printed).toContain(path.join(folder, "whole", "report.html"));
    expect(readdirSync(path.join(folder, "whole")).sort()).toEqual(["flow.ndjson", "report.html", "result.json"]);
    expect(resultIn("whole").complete).toBe(true);
  });

  it("keeps the results so far on Ctrl-C, says where, and exits with 130", async () => {
    let pressed = false;
    const { code, printed } = await inTerminal(
      ["gradflow", "--task", "adding", "--cells", "rnn,gru", "--steps", "5000", "--out", "stopped"],
      (text, press) => {
        if (pressed || !text.includes("loss")) return;
        pressed = true;
        press("\u0003");
      },
    );
    expect(code).toBe(130);
    expect(printed).toContain("Stopped early");
    expect(printed).toContain(path.join(folder, "stopped", "report.html"));
    const result = resultIn("stopped");
    expect(result.complete).toBe(false);
    expect(
      result.tasks[0].runs.some((run) => run.status === "stopped" && run.loss.length > 0 && run.probes.length > 0),
    ).toBe(true);
  });
});

describe("bench gradflow under impatient fingers", () => {
  it("writes a report when it is stopped before anything was measured", async () => {
    let pressed = false;
    const { code, printed } = await inTerminal(["gradflow", "--task", "adding", "--out", "early"], (text, press) => {
      if (pressed || !text.includes("Ctrl-C keeps")) return;
      pressed = true;
      press("\u0003");
    });
    expect(code).toBe(130);
    expect(printed).toContain(path.join(folder, "early", "report.html"));
    expect(resultIn("early").complete).toBe(false);
  });

  it("finishes writing when Ctrl-C is pressed again and again", async () => {
    let timer: NodeJS.Timeout | undefined;
    const { code, printed } = await inTerminal(
      ["gradflow", "--task", "adding", "--cells", "rnn,gru", "--steps", "5000", "--out", "again-and-again"],
      (text, press) => {
        // Until the results are written: what Ctrl-C does to a program that has ended is Node's business.
        if (text.includes("numbers  ")) clearInterval(timer);
        if (timer !== undefined || !text.includes("loss")) return;
        timer = setInterval(() => press("\u0003"), 25);
      },
    );
    expect(code).toBe(130);
    expect(printed).toContain("Stopped early");
    expect(readdirSync(path.join(folder, "again-and-again"))).toEqual(
      expect.arrayContaining(["report.html", "result.json"]),
    );
  });
});

describe("bench gradflow without a terminal", () => {
  it("prints no control characters", () => {
    const { status, stdout, stderr } = withoutTerminal([...quick, "--out", "plain"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/cell +H +params +mean +step(?: +lag){5} +decay/);
    expect(stdout).toMatch(/1 +10 +25 +50 +100/);
    expect(stdout).toContain("Guessing (always answering 1) reaches 0.1817 mean squared error on the same data.");
    expect(stdout + stderr).not.toContain("\u001b");
  });

  it("gives the same numbers for the same seed", () => {
    const numbers = (result: BenchResult) => result.tasks.map((task) => task.runs.map(({ seconds, ...run }) => run));
    expect(withoutTerminal([...quick, "--out", "again"]).status).toBe(0);
    expect(numbers(resultIn("again"))).toEqual(numbers(resultIn("plain")));
  });

  it.each([
    ["a missing file", () => "no-such-book.txt", /no-such-book\.txt/],
    ["an empty file", () => write("empty.txt", ""), /empty/],
    ["a file shorter than one window", () => write("short.txt", "Call me Ishmael."), /short\.txt has 16 characters/],
    [
      "a file that is not text",
      () => write("binary.bin", Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x02, 0x80])),
      /binary\.bin/,
    ],
  ])("refuses %s in one line with exit code 2, and writes nothing", (_, file, message) => {
    const { status, stdout, stderr } = withoutTerminal(["gradflow", "--quick", "--data", file(), "--out", "refused"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(existsSync(path.join(folder, "refused"))).toBe(false);
  });

  it("refuses an output folder that it cannot use, before it trains", () => {
    write("taken", "a file");
    for (const [out, message] of [
      ["taken", /cannot write to/],
      ["plain", /already holds a report\.html/],
    ] as const) {
      const { status, stderr } = withoutTerminal([...quick, "--out", out]);
      expect(status).toBe(2);
      expect(stderr).toMatch(message);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
    expect(resultIn("plain").complete).toBe(true);
  });

  it.each([
    [["gradflow", "--steps", "many"], "--steps must be a whole number >= 1, got many"],
    [["gradflow", "--cells", "lstn"], "--cells: there is no lstn"],
    [["gradflow", "--stepz", "3"], "stepz"],
    [["grad"], "there is no command grad"],
    [[], "name a command"],
  ])("refuses %j with exit code 2", (args, message) => {
    const { status, stderr } = withoutTerminal(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("lists every option in its help", () => {
    const { status, stdout } = withoutTerminal(["gradflow", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("$ pnpm bench gradflow [options]");
    expect(stdout).toContain("$ npm start -- [options]");
    for (const option of [
      "--task",
      "--cells",
      "--length",
      "--hidden",
      "--steps",
      "--seeds",
      "--seed",
      "--lr",
      "--clip",
      "--data",
      "--out",
      "--quick",
      "--full",
    ]) {
      expect(stdout).toContain(option);
    }
  });
});

describe("bench gradflow that is called again", () => {
  it("goes on behind the runs that had ended, and ends with the numbers of an uninterrupted run", () => {
    const options = ["gradflow", "--quick", "--task", "adding", "--cells", "rnn,gru,lstm"];
    expect(withoutTerminal([...options, "--out", "never-stopped"]).status).toBe(0);
    const whole = resultIn("never-stopped");
    // What a process leaves that was killed while it wrote its third run.
    const lines = readFileSync(path.join(folder, "never-stopped", "flow.ndjson"), "utf8")
      .trim()
      .split("\n");
    expect(lines).toHaveLength(3);
    mkdirSync(path.join(folder, "gone-on"));
    write(path.join("gone-on", "flow.ndjson"), `${lines[0]}\n${lines[1]}\n${lines[2].slice(0, 1000)}`);
    expect(withoutTerminal([...options, "--out", "gone-on"]).status).toBe(0);
    const numbers = ({ tasks }: BenchResult) => tasks.map(({ runs }) => runs.map(({ seconds, ...run }) => run));
    expect(numbers(resultIn("gone-on"))).toEqual(numbers(whole));
    const seconds = ({ tasks }: BenchResult) => tasks.flatMap(({ runs }) => runs.map((run) => run.seconds));
    // Two of the three were not made again: their wall times are the same.
    expect(seconds(resultIn("gone-on")).filter((time) => seconds(whole).includes(time))).toHaveLength(2);
  });
});

describe("bench grid", () => {
  const grid = {
    name: "tiny",
    title: "A tiny grid",
    experiments: [
      {
        kind: "race",
        task: "adding",
        lengths: [20],
        cells: ["rnn", "gru"],
        hidden: [8],
        cap: 1920,
        evaluateEvery: 320,
        seeds: 3,
      },
      { kind: "history", experiments: ["reber-3x2-0.5"], gradients: ["truncated"], cap: 300, seeds: 2 },
    ],
  };
  const log = (out: string) => path.join(folder, out, "runs.ndjson");
  const linesOf = (out: string) =>
    readFileSync(log(out), "utf8")
      .split("\n")
      .filter((line) => line !== "");

  it("goes on after SIGKILL and a torn line, loses nothing and counts nothing twice", async () => {
    write("tiny.json", JSON.stringify(grid));
    expect(withoutTerminal(["grid", "tiny.json", "--out", "grid-whole"]).status).toBe(0);
    expect(linesOf("grid-whole")).toHaveLength(8);

    const child = spawnProcess(process.execPath, [cli, "grid", "tiny.json", "--out", "grid-killed"], { cwd: folder });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_, signal) => resolve(signal)));
    const watch = setInterval(() => {
      if (existsSync(log("grid-killed")) && linesOf("grid-killed").length >= 2) child.kill("SIGKILL");
    }, 5);
    expect(await ended).toBe("SIGKILL");
    clearInterval(watch);
    const before = linesOf("grid-killed");
    expect(before.length).toBeGreaterThanOrEqual(2);
    expect(before.length).toBeLessThan(8);
    // As if the process had been killed while it wrote the last line.
    write(path.join("grid-killed", "runs.ndjson"), before.join("\n").slice(0, -200));

    const { status, stderr } = withoutTerminal(["grid", "tiny.json", "--out", "grid-killed"]);
    expect(status).toBe(0);
    expect(stderr).toContain(`8 runs, ${before.length - 1} of them done before`);
    expect(stderr).toContain("1 line of the log ended in the middle");
    // All eight, and what is left of the torn one.
    expect(linesOf("grid-killed")).toHaveLength(9);
    expect(linesOf("grid-killed").slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    const { status: differs, stdout } = withoutTerminal(["diff", "grid-whole", "grid-killed"]);
    expect([differs, stdout.split("\n")[0]]).toEqual([
      0,
      "8 runs the same to the last bit, wall time apart; 0 changed; 0 only in the first, 0 only in the second",
    ]);
  });

  it("makes the same runs in shards, which merge brings together", () => {
    for (const shard of ["1/3", "2/3", "3/3"]) {
      const out = `shard-${shard[0]}`;
      expect(withoutTerminal(["grid", "tiny.json", "--shard", shard, "--out", out]).status).toBe(0);
      expect(linesOf(out).length).toBeLessThanOrEqual(3);
    }
    const parts = ["shard-1", "shard-2", "shard-3", "shard-2"];
    const { status, stdout } = withoutTerminal(["merge", ...parts, "--grid", "tiny.json", "--out", "merged"]);
    expect([status, stdout]).toEqual([0, expect.stringContaining("8 runs of 8, 3 more that were there twice")]);
    expect(withoutTerminal(["diff", "grid-whole", path.join("merged", "result.json")]).status).toBe(0);
  });

  it("says what differs, and exits with 1 when a run of equal settings does", () => {
    const [first, ...rest] = linesOf("grid-whole").map((line) => JSON.parse(line));
    const changed = { ...first, outcome: { ...first.outcome, sequences: 7 } };
    mkdirSync(path.join(folder, "grid-changed"));
    write(
      path.join("grid-changed", "runs.ndjson"),
      [changed, ...rest.slice(1)].map((line) => JSON.stringify(line)).join("\n"),
    );
    const { status, stdout } = withoutTerminal(["diff", "grid-whole", "grid-changed"]);
    expect(status).toBe(1);
    expect(stdout).toContain("6 runs the same to the last bit, wall time apart; 1 changed; 1 only in the first");
  });

  it("plans without running", () => {
    const { status, stdout } = withoutTerminal(["plan", "tiny.json"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/8 runs; at most 0\.\d core hours, 0\.\d hours on \d+ cores?/);
    expect(stdout).toContain("1,920");
  });

  it.each([
    [["grid", "no-such-grid"], "cannot read the grid"],
    [["grid", "tiny.json", "--shard", "4/3"], "--shard must be i/n"],
    [["merge", "--grid", "tiny.json"], "name the folders"],
    [["merge", "grid-whole"], "--grid names the grid"],
    [["diff", "grid-whole", "nowhere"], "there is no nowhere"],
    [["tasks", "--quick", "--grid", "tiny.json"], "--grid and --quick exclude each other"],
  ])("refuses %j in one line with exit code 2", (args, message) => {
    const { status, stderr } = withoutTerminal(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("bench speed", () => {
  const tiny = ["speed", "--seconds", "0.2", "--only", "gemm,elementwise,eager,training"];

  function speedIn(out: string): SpeedResult {
    return JSON.parse(readFileSync(path.join(folder, out, "result.json"), "utf8"));
  }

  it("measures every suite without peers, prints its tables and writes a report", async () => {
    const { code, printed } = await inTerminal([...tiny, "--out", "speed"]);
    expect(code, printed).toBe(0);
    expect(printed).toContain("seed 1");
    for (const words of ["Matrix products", "GFLOP/s", "against the loop", "[32, 128]", "LSTM, B 16, T 100, H 64"])
      expect(printed).toContain(words);
    expect(printed).toContain(path.join(folder, "speed", "report.html"));
    expect(readdirSync(path.join(folder, "speed")).sort()).toEqual(["report.html", "result.json"]);
    const result = speedIn("speed");
    expect(result).toMatchObject({ version: 1, kind: "speed", complete: true, config: { seconds: 0.2, seed: 1 } });
    expect(result.suites.map(({ suite, rows }) => [suite, rows.length])).toEqual([
      ["gemm", 13],
      ["elementwise", 32],
      ["eager", 12],
      ["training", 2],
    ]);
    for (const row of result.suites.flatMap(({ rows }) => rows)) {
      expect(row.samples.length).toBeGreaterThanOrEqual(5);
      for (const seconds of row.samples) expect(seconds).toBeGreaterThan(0);
      expect(row.seconds.p10).toBeLessThanOrEqual(row.seconds.median);
      expect(row.seconds.median).toBeLessThanOrEqual(row.seconds.p90);
      if (row.aim !== undefined) expect(row.aim.met).toBe(isMet(row));
    }
    const aims = result.suites.map(({ rows }) => rows.filter(({ aim }) => aim !== undefined).length);
    // The relaxed build's training step is only reported.
    expect(aims).toEqual([3, 6, 6, result.environment.build === "simd" ? 1 : 0]);
  });

  it("names every peer that is missing or needs more time, with its reason, and shows no number for it", async () => {
    const { code, printed } = await inTerminal([
      "speed",
      "--seconds",
      "0.5",
      "--only",
      "model,cells",
      "--out",
      "peers",
    ]);
    expect(code, printed).toBe(0);
    const [model, cells] = speedIn("peers").suites;
    const { rows, absent = [] } = model;
    for (const { why } of absent)
      expect(why).toMatch(/^(not installed: pnpm bench speed --install-peers|no python3|over)/);
    const ways = [...rows, ...absent].map(({ way }) => way);
    if (!ways.includes("all")) expect(ways.sort()).toEqual(["PyTorch", "Unroll", "tfjs cpu", "tfjs wasm"]);
    expect(cells.rows.map(({ way }) => way)).toEqual([
      "built-in",
      "peephole",
      "coupled gate",
      "layer-normalised",
      "concat([x, h])",
      "plain ops",
    ]);
    expect(printed).toContain("time of the built-in");
  });

  it("prints what an earlier run measured, as tables or as Markdown", () => {
    const file = path.join("speed", "result.json");
    const plain = withoutTerminal(["speed", "--from", file]);
    expect(plain.status).toBe(0);
    expect(plain.stdout).toContain("Matrix products");
    const { status, stdout, stderr } = withoutTerminal(["speed", "--markdown", "--from", file, "--from", file]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\| what \| Node \S+, \w+ SIMD \| Node \S+, \w+ SIMD \|$/m);
    expect(stdout).toMatch(/^\| product 512 × 512 × 512, of the peak \| \d+\.\d % .*\|$/m);
  });

  it("keeps what there is on Ctrl-C, and exits with 130", async () => {
    let pressed = false;
    const { code, printed } = await inTerminal(
      ["speed", "--seconds", "600", "--only", "eager", "--out", "speed-stopped"],
      (text, press) => {
        if (pressed || !/single ops/.test(text)) return;
        pressed = true;
        press("\u0003");
      },
    );
    expect(code).toBe(130);
    expect(printed).toContain("Stopped early");
    expect(speedIn("speed-stopped").complete).toBe(false);
  });

  it("lists every option in its help", () => {
    const { status, stdout } = withoutTerminal(["speed", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("$ pnpm bench speed [options]");
    for (const option of [
      "--only",
      "--seconds",
      "--seed",
      "--out",
      "--quick",
      "--markdown",
      "--from",
      "--install-peers",
    ])
      expect(stdout).toContain(option);
  });

  it.each([
    [["--only", "gemn"], "--only: there is no gemn"],
    [["--seconds", "none"], "--seconds must be a number > 0, got none"],
    [["--from", "no-such.json"], "no-such.json"],
    [["--from", "other.json"], "is no result of this version of bench speed"],
    [["--out", "speed"], "already holds a report.html"],
  ])("refuses %j in one line with exit code 2", (args, message) => {
    write("other.json", '{ "version": 1 }');
    const { status, stderr } = withoutTerminal(["speed", ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

/** Judges a number anew. */
function isMet({ aim, ratio, seconds }: SpeedResult["suites"][number]["rows"][number]): boolean {
  const value = (aim?.of === "ratio" ? ratio : seconds)?.median ?? Number.NaN;
  return aim?.bound === "least" ? value >= aim.value : value <= (aim?.value ?? Number.NaN);
}

function write(name: string, content: string | Buffer): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}
