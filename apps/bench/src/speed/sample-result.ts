import { atLeast, atMost } from "./aims.ts";
import { type Row, type SpeedResult, speedVersion } from "./result.ts";
import { type Spread, spreadOf } from "./spread.ts";

/** A result that looks like a real one, the same at every call: what tests of tables and reports are made of. */
export function sampleSpeed(changes: Partial<SpeedResult> = {}): SpeedResult {
  const of = (median: number): Spread => ({ median, p10: 0.9 * median, p90: 1.2 * median });
  const row = (what: string, way: string, seconds: number, more: Partial<Row> = {}): Row => {
    const samples = [0.9, 1, 1, 1, 1.1].map((factor) => factor * seconds);
    return { what, way, seconds: spreadOf(samples), samples, calls: 3, ...more };
  };
  return {
    version: speedVersion,
    kind: "speed",
    startedAt: "2024-05-01T12:00:00.000Z",
    seconds: 61.2,
    complete: true,
    environment: {
      node: "v20.20.0",
      v8: "11.3.244.8",
      platform: "linux",
      arch: "x64",
      cpu: "Made-up CPU @ 2.50GHz",
      cores: 2,
      unroll: "0.0.0",
      build: "simd",
      load: { before: 0.05, after: 1 },
    },
    config: { suites: ["gemm", "elementwise", "eager", "training"], seconds: 60, seed: 7 },
    suites: [
      {
        suite: "gemm",
        title: "Matrix products",
        about: "Products.",
        ratio: { kind: "share", against: "the peak" },
        rows: [
          row("12 × 64 × 64", "peak", 2e-6, { gigaflops: of(50) }),
          row("256 × 256 × 256", "kernel", 7e-4, {
            gigaflops: of(46.2),
            ratio: of(0.924),
            aim: atLeast(0.9, of(0.924)),
          }),
          row("256 × 256 × 256", "op", 8e-4, { gigaflops: of(40.1), ratio: of(0.802) }),
        ],
      },
      {
        suite: "elementwise",
        title: "Elementwise functions",
        about: "Functions.",
        ratio: { kind: "times", against: "the loop" },
        rows: [
          row("tanh", "loop", 2.4e-4),
          row("tanh", "kernel", 2e-5, { ratio: of(12), aim: atLeast(8, of(12)) }),
          row("tanh", "op", 3.2e-5, { ratio: of(7.5), aim: atLeast(8, of(7.5)) }),
        ],
      },
      {
        suite: "eager",
        title: "One op",
        about: "Ops.",
        rows: [
          row("add [16]", "recorded", 4e-7, { aim: atMost(1e-6, of(4e-7)) }),
          row("add [16]", "not recorded", 2.5e-7),
          row("add [32, 128]", "recorded", 9e-6, { aim: atMost(8e-6, of(9e-6)) }),
        ],
      },
      {
        suite: "training",
        title: "A training step",
        about: "Steps.",
        ratio: { kind: "times", against: "the reference engine" },
        rows: [
          row("LSTM", "reference", 0.25),
          row("LSTM", "wasm", 0.04, { ratio: of(6.25), aim: atLeast(5, of(6.25)) }),
        ],
      },
    ],
    ...changes,
  };
}

/** A result of the suites that compare with other libraries, some of them missing. */
export function samplePeers(): SpeedResult {
  const { environment } = sampleSpeed();
  const [one, other] = ["LSTM B 1, T 100, I 8, H 16", "LSTM B 16, T 100, I 16, H 32"];
  const row = (what: string, way: string, seconds: number, more: Partial<Row> = {}): Row => {
    const samples = [0.9, 1, 1, 1, 1.1].map((factor) => factor * seconds);
    return { what, way, seconds: spreadOf(samples), samples, calls: 2, ...more };
  };
  const of = (median: number): Spread => ({ median, p10: 0.9 * median, p90: 1.2 * median });
  const against = (what: string, way: string, seconds: number, ratio: number, aim?: number) =>
    row(what, way, seconds, { ratio: of(ratio), ...(aim === undefined ? {} : { aim: atLeast(aim, of(ratio)) }) });
  return sampleSpeed({
    environment: {
      ...environment,
      peers: [{ name: "PyTorch", version: "1.13.0, OpenBLAS", notes: ["one thread", "AVX2"], slow: "made up" }],
    },
    suites: [
      {
        suite: "train",
        title: "Training steps against peers",
        about: "Steps.",
        ratio: { kind: "times", against: "Unroll", head: "Unroll is faster by" },
        rows: [
          row(one, "Unroll", 4e-4),
          against(one, "tfjs wasm", 0.1, 250, 200),
          against(one, "PyTorch", 6.4e-3, 16, 20),
          row(other, "Unroll", 3e-3, { bytes: 88e6 }),
          against(other, "PyTorch", 2.1e-3, 0.7),
        ],
        absent: [
          { what: one, way: "jax-js", why: "not installed" },
          {
            what: other,
            way: "tfjs wasm",
            why: "over budget: it needs more --seconds",
            detail: "one call takes 9 s",
          },
        ],
      },
    ],
  });
}
