#!/usr/bin/env node
import { cac } from "cac";
import manifest from "../package.json" with { type: "json" };
import { type CostsOptions, runCosts } from "./costs/run.ts";
import type { GradflowOptions } from "./gradflow/config.ts";
import { defaultCells } from "./gradflow/lineup.ts";
import { runGradflow } from "./gradflow/run.ts";
import { gridJsonSchema } from "./grid/config.ts";
import { diffResults, type GridOptions, mergeRuns, planGrid, runGrid, showRuns } from "./grid/run.ts";
import { InputError } from "./input-error.ts";
import { type LabOptions, runLab } from "./lab/command.ts";
import type { SpeedOptions } from "./speed/config.ts";
import { suiteNames } from "./speed/result.ts";
import { runSpeed } from "./speed/run.ts";

// What users type, in the root of the workspace; the usage of each command is shown behind it.
const cli = cac("pnpm bench");

cli
  .command("gradflow", "Measure how gradients flow back through RNN, LSTM and GRU while they train")
  .usage("gradflow [options]\n  $ npm start -- [options]    (sets up first, then does the same)")
  .option("--task <names>", "text, adding, or both (default: both)")
  .option(
    "--cells <keys>",
    `which cells: rnn, relu, lstm, gru, each also as -fb0, -fb1, -fb3, -chrono (with gates), -orthogonal, -identity, and all of these as -eq (default: ${defaultCells.join(", ")})`,
  )
  .option("--length <steps>", "steps in a training window (default: 100)")
  .option("--hidden <units>", "hidden size of the cells compared at equal size (default: 64 for text, 32 for adding)")
  .option("--steps <count>", "training steps of each run (default: 400)")
  .option("--seeds <count>", "how often each cell is trained, from other seeds (default: 1)")
  .option("--seed <number>", "the first seed (default: 1)")
  .option("--lr <rate>", "learning rate of Adam (default: 0.003)")
  .option("--clip <norm>", "largest gradient norm (default: 1)")
  .option("--data <file>", "a UTF-8 text to train on (default: Moby Dick)")
  .option(
    "--out <dir>",
    "where results go, and where a run that was stopped goes on (default: results/gradflow-<time>)",
  )
  .option("--quick", "40 steps with small cells, no races: under a minute")
  .option("--full", "2,000 steps, larger cells, 5 seeds: many hours on two cores")
  .example("  $ npm start -- --quick")
  .example((name) => `  $ ${name} gradflow --task text --cells rnn,lstm --data my-book.txt --out my-results`)
  .action(async (options: GradflowOptions) => {
    process.exitCode = await runGradflow(options, manifest.version);
  });

cli
  .command("lab <file>", "Train what a link of the gradient-flow lab holds, and print its numbers as lines of JSON")
  .usage("lab <file> [options]\n  <file>: the configuration that the page exports")
  .option("--steps <count>", "training steps of each cell (default: 100)")
  .action(async (file: string, options: LabOptions) => {
    process.exitCode = await runLab(file, options, (line) => process.stdout.write(`${line}\n`));
  });

const shipped = "a file, or the name of one in apps/bench/configs";

cli
  .command("tasks", "Race cells on synthetic tasks: which solve them, and after how many sequences")
  .usage("tasks [options]")
  .option("--grid <file>", `${shipped} (default: tasks)`)
  .option("--shard <i/n>", "only the i-th of n parts")
  .option("--out <dir>", "where results go, and where a run that was stopped goes on (default: results/<name>-<time>)")
  .option("--quick", "small cells and short sequences: 3 minutes")
  .action(async (options: GridOptions & { grid?: unknown; quick?: boolean }) => {
    process.exitCode = await runGrid(gridOf("tasks", options), options, manifest.version);
  });

cli
  .command("history", "Repeat the experiments of the LSTM paper of 1997 with its nets, beside its numbers")
  .usage("history [options]")
  .option("--grid <file>", `${shipped} (default: history)`)
  .option("--shard <i/n>", "only the i-th of n parts")
  .option("--out <dir>", "where results go, and where a run that was stopped goes on (default: results/<name>-<time>)")
  .option("--quick", "the shortest experiments, with a cap: 3 minutes")
  .action(async (options: GridOptions & { grid?: unknown; quick?: boolean }) => {
    process.exitCode = await runGrid(gridOf("history", options), options, manifest.version);
  });

cli
  .command("grid <file>", "Make the runs of a grid, or go on where they were stopped")
  .usage(`grid <file> [options]\n  <file>: ${shipped}`)
  .option("--shard <i/n>", "only the i-th of n parts, for several machines; bench merge brings them together")
  .option("--out <dir>", "where results go, and where a run that was stopped goes on (default: results/<name>-<time>)")
  .example((name) => `  $ ${name} grid fixed-set --shard 2/8 --out results/part-2`)
  .action(async (file: string, options: GridOptions) => {
    process.exitCode = await runGrid(file, options, manifest.version);
  });

cli
  .command("plan <file>", "Say what a grid would take on this machine: runs, caps, hours")
  .usage(`plan <file> [options]\n  <file>: ${shipped}`)
  .option("--shard <i/n>", "only the i-th of n parts")
  .action(async (file: string, options: GridOptions) => {
    process.exitCode = await planGrid(file, options);
  });

cli
  .command("merge [...folders]", "Bring the parts of a grid together")
  .usage("merge <folder> <folder> ... --grid <file> --out <dir>")
  .option("--grid <file>", shipped)
  .option("--out <dir>", "where results go (default: results/<name>-<time>)")
  .action(async (folders: string[], options: GridOptions & { grid?: unknown }) => {
    process.exitCode = await mergeRuns(folders, options);
  });

cli
  .command("show <results>", "Print the tables of runs that were made before: of a folder, result.json or runs.ndjson")
  .usage("show <results> [options]")
  .option("--grid <file>", `what should have been run: ${shipped}`)
  .option("--markdown", "as a document, with expectations, settings, machine and what has not been run")
  .example((name) => `  $ ${name} show results/fixed --grid fixed-set --markdown > fixed-set.md`)
  .action((results: string, options: GridOptions & { grid?: unknown; markdown?: boolean }) => {
    process.exitCode = showRuns(results, options);
  });

cli
  .command("diff <a> <b>", "Compare two results: folders, result.json or runs.ndjson; exits with 1 when a run differs")
  .usage("diff <a> <b>")
  .action((a: string, b: string) => {
    process.exitCode = diffResults(a, b);
  });

cli
  .command("schema", "Print the JSON schema of grid files, for editors")
  .usage("schema")
  .action(() => {
    process.stdout.write(`${gridJsonSchema()}\n`);
  });

/** Which grid a command runs. */
function gridOf(name: string, { grid, quick }: { grid?: unknown; quick?: boolean }): string {
  if (grid !== undefined && quick) throw new InputError("--grid and --quick exclude each other");
  return grid === undefined ? (quick ? `${name}-quick` : name) : String(grid);
}

cli
  .command("costs", "Measure what measuring costs: an observer of a training, and Lyapunov spectra against their size")
  .usage("costs [options]")
  .option("--seconds <time>", "how long to time observers; spectra take some minutes besides (default: 90)")
  .option("--markdown", "print Markdown")
  .action(async (options: CostsOptions) => {
    process.exitCode = await runCosts(options, manifest.version);
  });

cli
  .command("speed", "Measure how fast kernels, ops and training steps are, also against other libraries")
  .usage("speed [options]")
  .option("--only <names>", `which suites: ${suiteNames.join(", ")} (default: all)`)
  .option("--seconds <time>", "how long to measure (default: 900; 60 without the suites that compare with peers)")
  .option("--seed <number>", "draws the operands and the order of the samples (default: 1)")
  .option("--out <dir>", "where report.html and result.json go (default: results/speed-<time>)")
  .option("--quick", "2 minutes, or 12 seconds without peers: less certain, and no large sizes")
  .option("--install-peers", "fetch the libraries to compare with, about 700 MB, and measure nothing")
  .option("--markdown", "print the numbers that have an aim as a Markdown table")
  .option("--from <file>", "measure nothing, print the result.json of an earlier run; give it several times to compare")
  .example((name) => `  $ ${name} speed --only gemm --seconds 20`)
  .example((name) => `  $ ${name} speed --markdown --from node20/result.json --from node24/result.json`)
  .action(async (options: SpeedOptions) => {
    process.exitCode = await runSpeed(options, manifest.version);
  });

cli.help();
cli.version(manifest.version);

try {
  cli.parse(process.argv, { run: false });
  if (cli.matchedCommand === undefined && !cli.options.help && !cli.options.version) {
    const [unknown] = cli.args;
    throw new InputError(
      unknown === undefined
        ? "name a command, such as pnpm bench gradflow; pnpm bench --help lists them"
        : `there is no command ${unknown}; pnpm bench --help lists them`,
    );
  }
  await cli.runMatchedCommand();
} catch (error) {
  // What the user can mend is one line; anything else is a fault of ours and keeps its stack.
  if (error instanceof InputError || (error instanceof Error && error.name === "CACError")) {
    process.stderr.write(`bench: ${error.message}\n`);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
