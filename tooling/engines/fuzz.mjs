import path from "node:path";
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";

// `pnpm fuzz:compiler --seconds 300 --seed 1`: random cells, compiled and by plain ops, for as long as you like.

const { values } = parseArgs({ options: { seconds: { type: "string" }, seed: { type: "string" } } });
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Date.now() % 1e6);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  process.stderr.write("fuzz:compiler: expected --seconds above 0 and a whole number as --seed\n");
  process.exit(1);
}
process.stdout.write(`random cells for ${seconds} s, from seed ${seed} on\n`);
const root = path.resolve(import.meta.dirname, "../../packages/compiler");
const vitest = await startVitest("test", ["src/random-cells.test.ts"], {
  root,
  watch: false,
  testTimeout: 1000 * (seconds + 600),
  provide: { fuzz: { seconds, seed } },
});
for (const module of vitest.state.getTestModules())
  for (const test of module.children.allTests()) {
    const found = /** @type {{ fuzz?: { cells: number, worst: number } }} */ (test.meta()).fuzz;
    if (found !== undefined)
      process.stdout.write(
        `${found.cells} cells, largest difference ${found.worst.toExponential(1)} of the largest value\n`,
      );
  }
await vitest.close();
