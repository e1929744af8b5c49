// Measures how far the elementwise kernels are from the true values, in units in the last place of float32:
// `node build/ulp.mjs [--seconds 10] [--seed 1] [exp tanh …]`, so many seconds per function and build over bit patterns in
// an order that would reach every one; or with `--full` over all 2³² of them, a minute or two each.
// Node 20 has the relaxed build only behind --experimental-wasm-relaxed-simd.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { truth } from "./truth.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** @param {string} file */
function kernelsOf(file) {
  const text = readFileSync(path.join(root, "src", "generated", file), "utf8");
  const bytes = Buffer.from(/"([^"]+)"/.exec(text)?.[1] ?? "", "base64");
  if (!WebAssembly.validate(bytes)) return undefined;
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 32_768 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { memory, run: /** @type {Record<string, (out: number, x: number, n: number) => void>} */ (exports) };
}

/** One over the distance between neighbouring float32, by their exponent; the last is that of what rounds to infinity. */
const perUnit = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (150 - Math.min(Math.max(exponent, 1), 254)));

const patternCount = 2 ** 32;

/**
 * @param {NonNullable<ReturnType<typeof kernelsOf>>} kernels
 * @param {string} name
 * @param {{ seconds: number, seed: number, full: boolean }} options
 */
function measure({ memory, run }, name, { seconds, seed, full }) {
  const count = 1 << 16;
  const at = 1024;
  const x = new Float32Array(memory.buffer, at, count);
  const patterns = new Uint32Array(memory.buffer, at, count);
  const got = new Float32Array(memory.buffer, at + 4 * count, count);
  const gotBits = new Int32Array(memory.buffer, at + 4 * count, count);
  const rounded = new Float32Array(1);
  const roundedBits = new Int32Array(rounded.buffer);
  const exactly = truth[name];
  const kernel = run[name];
  if (exactly === undefined || kernel === undefined) throw new Error(`no function is named ${name}`);
  // An odd step reaches all 2³² patterns. This one jumps about; steps of 1 keep to one branch of the truth for long,
  // which is faster.
  const step = full ? 1 : 0x9e3779b1;
  let pattern = seed >>> 0;
  let [worst, where, done, odd] = [0, 0, 0, 0];
  const end = full ? Number.POSITIVE_INFINITY : Date.now() + 1000 * seconds;
  while (done < patternCount && Date.now() < end) {
    for (let i = 0; i < count; i++) {
      pattern = (pattern + step) >>> 0;
      patterns[i] = pattern;
    }
    kernel(at + 4 * count, at, count);
    for (let i = 0; i < count; i++) {
      const exact = exactly(x[i]);
      rounded[0] = exact;
      const bits = roundedBits[0];
      if (bits === gotBits[i]) continue;
      const value = got[i];
      const error = Math.abs(value - exact) * perUnit[(bits >>> 23) & 255];
      // Every NaN will do; infinities must be where the exact value rounds to them, and so must the signs of zeros.
      if (Number.isFinite(error) && Number.isFinite(rounded[0]) && !(value === 0 && rounded[0] === 0)) {
        if (error > worst) [worst, where] = [error, x[i]];
      } else if (!Number.isNaN(exact) || !Number.isNaN(value)) {
        odd++;
        where = x[i];
      }
    }
    done += count;
  }
  return { worst, where, done, odd };
}

const { values, positionals } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    full: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const seed = Number(values.seed);
process.stdout.write(values.full ? "all bit patterns\n" : `seed ${seed}\n`);
for (const file of ["simd.ts", "relaxed-simd.ts"]) {
  const kernels = kernelsOf(file);
  if (kernels === undefined) process.stdout.write(`${file}: this machine does not accept it\n`);
  else
    for (const name of positionals.length > 0 ? positionals : Object.keys(truth)) {
      const options = { seconds: Number(values.seconds), seed, full: values.full };
      const { worst, where, done, odd } = measure(kernels, name, options);
      if (worst > 4 || odd > 0) process.exitCode = 1;
      process.stdout.write(
        `${path.basename(file, ".ts").padEnd(13)} ${name.padEnd(9)} ${worst.toFixed(3)} ulp at ${where}, ` +
          `${((100 * done) / patternCount).toFixed(1)} % of all inputs${odd > 0 ? `, ${odd} WRONG infinities, zeros or NaN` : ""}\n`,
      );
    }
}
