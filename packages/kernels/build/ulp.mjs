// Measures how far the elementwise kernels are from the true values, in units in the last place of float32, over all
// bit patterns: `node build/ulp.mjs [--seconds 10] [--seed 1] [exp tanh …]`. The seconds are per function and build; the
// patterns are walked in an order that reaches every one, and with enough time (some minutes) all are measured.
// Node 20 has the relaxed build only behind --experimental-wasm-relaxed-simd.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** The error function by its series of positive terms: nothing cancels. From 4 on it is 1 in float32. @param {number} x */
function erf(x) {
  if (Number.isNaN(x) || Math.abs(x) > 5) return Math.sign(x);
  let sum = 0;
  let term = x;
  for (let k = 1; Math.abs(term) > Math.abs(sum) * 1e-17; k++) {
    sum += term;
    term *= (2 * x * x) / (2 * k + 1);
  }
  return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum;
}

/** @type {Record<string, (x: number) => number>} */
const truth = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  tanh: Math.tanh,
  sigmoid: (x) => {
    const e = Math.exp(-Math.abs(x));
    return (x >= 0 ? 1 : e) / (1 + e);
  },
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  erf,
};

/** @param {string} file */
function kernelsOf(file) {
  const text = readFileSync(path.join(root, "src", "generated", file), "utf8");
  const bytes = Buffer.from(/"([^"]+)"/.exec(text)?.[1] ?? "", "base64");
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32_768 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { memory, run: /** @type {Record<string, (out: number, x: number, n: number) => void>} */ (exports) };
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The distance between neighbouring float32 at a value, subnormal ones included. @param {number} value */
function unit(value) {
  float[0] = Math.min(Math.abs(value), 3.4028234663852886e38);
  return 2 ** (Math.max((bits[0] ?? 0) >>> 23, 1) - 150);
}

/** @param {NonNullable<ReturnType<typeof kernelsOf>>} kernels @param {string} name @param {number} seconds @param {number} seed */
function measure({ memory, run }, name, seconds, seed) {
  const count = 1 << 16;
  const at = 1024;
  const x = new Float32Array(memory.buffer, at, count);
  const patterns = new Uint32Array(memory.buffer, at, count);
  const y = new Float32Array(memory.buffer, at + 4 * count, count);
  // An odd step reaches all 2³² patterns; this one jumps about.
  const step = 0x9e3779b1;
  let pattern = seed >>> 0;
  let [worst, where, done, odd] = [0, 0, 0, 0];
  const end = Date.now() + 1000 * seconds;
  while (done < 2 ** 32 && Date.now() < end) {
    for (let i = 0; i < count; i++) {
      pattern = (pattern + step) >>> 0;
      patterns[i] = pattern;
    }
    run[name]?.(at + 4 * count, at, count);
    for (let i = 0; i < count; i++) {
      const value = x[i];
      const exact = truth[name]?.(value) ?? Number.NaN;
      const rounded = Math.fround(exact);
      const got = y[i];
      if (Object.is(got, rounded)) continue;
      const error = Math.abs(got - exact) / unit(exact);
      if (!Number.isFinite(error) || !Number.isFinite(rounded)) {
        odd++;
        where = value;
      } else if (error > worst) [worst, where] = [error, value];
    }
    done += count;
  }
  return { worst, where, done, odd };
}

const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "10" }, seed: { type: "string", default: "1" } },
  allowPositionals: true,
});
const seed = Number(values.seed);
process.stdout.write(`seed ${seed}\n`);
for (const file of ["simd.ts", "relaxed-simd.ts"]) {
  const kernels = kernelsOf(file);
  if (kernels === undefined) process.stdout.write(`${file}: this machine does not accept it\n`);
  else
    for (const name of positionals.length > 0 ? positionals : Object.keys(truth)) {
      const { worst, where, done, odd } = measure(kernels, name, Number(values.seconds), seed);
      if (worst > 4 || odd > 0) process.exitCode = 1;
      process.stdout.write(
        `${path.basename(file, ".ts").padEnd(13)} ${name.padEnd(9)} ${worst.toFixed(3)} ulp at ${where}, ` +
          `${((100 * done) / 2 ** 32).toFixed(1)} % of all inputs${odd > 0 ? `, ${odd} WRONG infinities or NaN` : ""}\n`,
      );
    }
}
