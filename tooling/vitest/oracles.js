/**
 * What a test of an oracle leaves in `task.meta`.
 *
 * @typedef {{ id: string, title: string, error: number, bound: number, unit?: string }} Measured
 * @typedef {{ id: string, title: string, waits: string }} Open
 */

/** Prints each oracle with its measured error and bound, and what the open ones wait for. */
export default class OraclesReporter {
  /** @param {ReadonlyArray<import("vitest/node").TestModule>} modules */
  onTestRunEnd(modules) {
    /** @type {{ id: string, line: string }[]} */
    const rows = [];
    /** @type {string[]} */
    const problems = [];
    let [measured, failed, open] = [0, 0, 0];
    for (const module of modules) {
      for (const { message } of module.errors()) problems.push(message);
      for (const test of module.children.allTests()) {
        const meta = /** @type {{ oracle?: Measured, open?: readonly Open[] }} */ (test.meta());
        const { state, errors } = test.result();
        if (meta.oracle !== undefined) {
          const { id, title, error, bound, unit } = meta.oracle;
          const numbers = `${show(error)} of ${show(bound)}`.padEnd(20);
          const line = `${id.padEnd(3)} ${state === "passed" ? "ok  " : "FAIL"} ${numbers} ${title}`;
          rows.push({ id, line: unit === undefined ? line : `${line} [${unit}]` });
          measured += 1;
          failed += state === "passed" ? 0 : 1;
        } else if (state !== "passed") {
          problems.push(`${test.name}: ${errors?.[0]?.message ?? state}`);
        }
        for (const { id, title, waits } of meta.open ?? []) {
          rows.push({ id, line: `${id.padEnd(3)} open ${"".padEnd(20)} ${title}: waits for ${waits}` });
          open += 1;
        }
      }
    }
    rows.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
    for (const { line } of rows) process.stdout.write(`${line}\n`);
    for (const problem of problems) process.stdout.write(`${problem}\n`);
    process.stdout.write(
      `\n${measured} measured, ${failed} of them failed; ${open} open. Errors are relative but where it says so.\n`,
    );
  }
}

/** @param {number} value */
function show(value) {
  return value === 0 ? "0" : value.toExponential(1);
}
