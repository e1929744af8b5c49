// Measures the matrix product against its own innermost loop with operands in the first cache: `node
// build/measure-gemm.mjs`, which compiles assembly/ anew. Processor time is counted, so that other work on the machine
// matters less; the peak is measured beside each shape, since clocks and shared cores change within a run.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const entry = `export { tiles3, tiles4 } from "./assembly/gemm-tiles";
export { gemm, gemmPacked } from "./assembly/gemm";
export { packB } from "./assembly/pack";`;

/** @param {string} features */
async function compile(features) {
  /** @type {Uint8Array | undefined} */
  let bytes;
  const options = ["--bindings=none", "-O3", "--noAssert", "--runtime=stub", "--importMemory", "--noExportMemory"];
  const { error, stderr } = await asc.main(["measure.ts", "--outFile=a.wasm", ...options, `--enable=${features}`], {
    readFile: (name, base) => {
      if (name === "measure.ts") return entry;
      try {
        return readFileSync(path.join(root, base ?? "", name), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (_, contents) => {
      if (contents instanceof Uint8Array) bytes = contents;
    },
  });
  if (error || bytes === undefined) throw new Error(`${error?.message}\n${stderr.toString()}`);
  return new WebAssembly.Module(bytes);
}

const relaxed = await compile("simd,relaxed-simd").catch((error) => {
  if (error instanceof WebAssembly.CompileError) return undefined;
  throw error;
});
const module = relaxed ?? (await compile("simd"));
const memory = new WebAssembly.Memory({ initial: 2048 });
new Float32Array(memory.buffer).forEach((_, i, all) => {
  all[i] = ((i * 7919) % 1000) / 1000 - 0.5;
});
const run = /** @type {Record<string, (...args: number[]) => void>} */ (
  new WebAssembly.Instance(module, { env: { memory } }).exports
);
const mib = 1 << 20;
const [a, b, c, panels, scratch] = [mib, 24 * mib, 48 * mib, 72 * mib, 96 * mib];

/** @type {{ name: string, m: number, n: number, k: number, a?: "T", b?: "T" | "packed" }[]} */
const shapes = [
  { name: "square", m: 256, n: 256, k: 256 },
  { name: "square", m: 512, n: 512, k: 512 },
  { name: "square", m: 2048, n: 2048, k: 2048 },
  { name: "a recurrent step, packed before", m: 32, n: 512, k: 128, b: "packed" },
  { name: "a recurrent step", m: 32, n: 512, k: 128 },
  { name: "a recurrent step, B transposed", m: 32, n: 512, k: 128, b: "T" },
  { name: "a small recurrent step, packed before", m: 16, n: 256, k: 64, b: "packed" },
  { name: "a weight's gradient, A transposed", m: 256, n: 64, k: 1600, a: "T" },
  { name: "one row", m: 1, n: 512, k: 128 },
  { name: "one row, packed before", m: 1, n: 512, k: 128, b: "packed" },
  { name: "one column", m: 32, n: 1, k: 128 },
  { name: "small", m: 16, n: 16, k: 16 },
];

const jobs = shapes.map((shape) => {
  const { m, n, k } = shape;
  const [aRow, aColumn] = shape.a === "T" ? [1, m] : [k, 1];
  const [bRow, bColumn] = shape.b === "T" ? [1, k] : [n, 1];
  const work = () => {
    if (shape.b === "packed") run.gemmPacked(c, n, a, aRow, aColumn, panels, m, n, k, 0, 0, scratch);
    else run.gemm(c, n, a, aRow, aColumn, b, bRow, bColumn, m, n, k, 0, 0, scratch);
  };
  const prepare = () => (shape.b === "packed" ? run.packB(panels, b, bRow, bColumn, k, n) : undefined);
  return { shape, prepare, work, flops: 2 * m * n * k };
});

/** Four tiles with k = 256: 12 or 16 KiB of A, 8 KiB of B. @param {3 | 4} rows */
function tilesJob(rows) {
  const tile = run[`tiles${rows}`];
  return { work: () => tile(4, c, 32, a, 4096, b, 32, 0, 0), flops: 2 * 4 * rows * 8 * 256 };
}

/** GFLOP/s over about `ms` milliseconds of this process. @param {{ work(): void, flops: number }} job @param {number} ms */
function speed({ work, flops }, ms) {
  const times = Math.max(1, Math.round((ms * 3e7) / flops));
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) work();
  const { user, system } = process.cpuUsage(start);
  return (flops * times) / (user + system) / 1e3;
}

/** @param {number[]} values */
const median = (values) => [...values].sort((x, y) => x - y)[values.length >> 1] ?? Number.NaN;

const tiles = [tilesJob(3), tilesJob(4)];
// Optimised code replaces the first one in the background, between calls.
for (let i = 0; i < 5; i++) {
  for (const job of [...tiles, ...jobs]) speed(job, 20);
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const [three, four] = tiles.map((job) => median(Array.from({ length: 9 }, () => speed(job, 10))));
process.stdout.write(
  `${process.version}, ${relaxed === undefined ? "plain" : "relaxed"} SIMD, ${new Date().toISOString().slice(0, 10)}\n` +
    `in the first cache: tiles of 3x8 ${three?.toFixed(1)}, of 4x8 ${four?.toFixed(1)} GFLOP/s\n\n` +
    "| m x n x k | GFLOP/s | of the peak |\n|---|---|---|\n",
);
const best = tiles[(three ?? 0) > (four ?? 0) ? 0 : 1] ?? tilesJob(4);
for (const { shape, prepare, ...job } of jobs) {
  prepare();
  const speeds = [];
  const ratios = [];
  for (let i = 0; i < 21; i++) {
    const before = speed(best, 4);
    const here = speed(job, 8);
    speeds.push(here);
    ratios.push((2 * here) / (before + speed(best, 4)));
  }
  process.stdout.write(
    `| ${shape.m} x ${shape.n} x ${shape.k}, ${shape.name} | ${median(speeds).toFixed(1)} | ${(100 * median(ratios)).toFixed(0)} % |\n`,
  );
}
