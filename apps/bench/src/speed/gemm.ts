import { gemm, gemmPacked, type Kernels, packedBytes, packPanels } from "@unroll/kernels";
import { matmul, Tensor } from "@unroll/tensor";
import { atLeast, productAims } from "./aims.ts";
import type { Run, Timing } from "./measure.ts";
import { findPeak, type Peak, placePeak } from "./peak.ts";
import type { Row } from "./result.ts";
import { ratios, spreadOf } from "./spread.ts";
import { agree, type Bench, operand, placed, type Suite, timingOf } from "./suite.ts";

interface Size {
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** A product C `[m, n]` = A `[m, k]` · B `[k, n]`. */
interface Shape extends Size {
  readonly note?: string;
  /** A lies in memory as its transpose, or B does. */
  readonly transpose?: "a" | "b";
  /** B is a weight, the same in every call: packed once. Otherwise it is packed in every call. */
  readonly weight: boolean;
  readonly aim?: "square" | "recurrent";
}

/** As m × n × k. */
export const shapes: readonly Shape[] = [
  { m: 256, n: 256, k: 256, weight: false, aim: "square" },
  { m: 512, n: 512, k: 512, weight: false, aim: "square" },
  { m: 32, n: 512, k: 128, note: "recurrent step", weight: true, transpose: "b", aim: "recurrent" },
  { m: 16, n: 256, k: 64, note: "small step", weight: true, transpose: "b" },
  { m: 1, n: 512, k: 128, note: "one sample", weight: true, transpose: "b" },
  { m: 512, n: 128, k: 32, note: "gradient of a weight", weight: false, transpose: "a" },
];

/** Matrix products against the machine's peak. */
export const gemmSuite: Suite = {
  suite: "gemm",
  title: "Matrix products",
  about:
    "C [m, n] = A [m, k] · B [k, n], named m × n × k. Kernel: operands in the kernels' memory, A packed in every call, B too unless it is a weight, which is packed once. Op: matmul of tensors, copying operands in and the result out included. Peak: the innermost loop of products alone, with its operands in the first cache, in the faster of its two forms.",
  ratio: { kind: "share", against: "the peak" },
  weight: 4,
  run: products,
};

/** What part of the suite's time the search for the peak takes. */
const searchShare = 0.15;

async function* products(bench: Bench): AsyncGenerator<Row> {
  const peak = await findPeak(bench, searchShare);
  yield* await withShapes(bench, shapes, {}, async (candidates) =>
    placePeak(bench, peak, async (run) => {
      const timings = await bench.measure("matrix products", 1 - searchShare, { peak: run, ...candidates });
      return rowsOf(bench.kernels, peak, timings);
    }),
  );
}

type Runs = Readonly<Record<string, Run>>;

/** Keeps the operands of all shapes in memory at once, so that all are timed in the same rounds. */
function withShapes<T>(bench: Bench, rest: readonly Shape[], runs: Runs, body: (runs: Runs) => Promise<T>): Promise<T> {
  const [shape, ...others] = rest;
  if (shape === undefined) return body(runs);
  const { m, n, k, transpose, weight } = shape;
  const [a, b] = [
    operand(bench, transpose === "a" ? [k, m] : [m, k]),
    operand(bench, transpose === "b" ? [n, k] : [k, n]),
  ];
  const { kernels } = bench;
  const [aData, bData] = [a.data as Float32Array, b.data as Float32Array];
  const arrays = [aData, bData, new Float32Array(m * n), new Float32Array(weight ? packedBytes(k, n) / 4 : 0)];
  return placed(kernels, arrays, ([atA, atB, c, panels]) => {
    const [aRow, aColumn] = transpose === "a" ? [1, m] : [k, 1];
    const [bRow, bColumn] = transpose === "b" ? [1, k] : [n, 1];
    const product = { m, n, k, c, a: atA, aRow, aColumn };
    if (weight) packPanels(kernels, { panels, b: atB, bRow, bColumn, k, n });
    const packed = { ...product, panels };
    const whole = { ...product, b: atB, bRow, bColumn };
    const kernel = weight ? () => gemmPacked(kernels, packed) : () => gemm(kernels, whole);
    const options = { transposeA: transpose === "a", transposeB: transpose === "b" };
    // What is no weight comes new to every call, as activations and gradients do: nothing can be kept of it.
    const op = weight
      ? () => matmul(a, b, options)
      : () =>
          matmul(
            new Tensor(a.shape, "float32", { data: aData, version: 0 }),
            new Tensor(b.shape, "float32", { data: bData, version: 0 }),
            options,
          );
    const expected = someProducts(aData, [aRow, aColumn], bData, [bRow, bColumn], shape);
    kernel();
    const at = ({ i, j }: Sample) => i * n + j;
    const values = expected.map(({ value }) => value);
    agree(
      `the kernel for ${name(shape)}`,
      expected.map((one) => kernels.memory.f32[(c >> 2) + at(one)]),
      values,
      1e-4,
    );
    const { data } = op();
    agree(
      `matmul for ${name(shape)}`,
      expected.map((one) => data[at(one)]),
      values,
      1e-4,
    );
    return withShapes(bench, others, { ...runs, [`${name(shape)} kernel`]: kernel, [`${name(shape)} op`]: op }, body);
  });
}

interface Sample {
  readonly i: number;
  readonly j: number;
  readonly value: number;
}

/** Some values of the product in float64, from the first to the last. */
function someProducts(
  a: Float32Array,
  [aRow, aColumn]: readonly number[],
  b: Float32Array,
  [bRow, bColumn]: readonly number[],
  { m, n, k }: Shape,
): Sample[] {
  const count = 100;
  return Array.from({ length: count }, (_, s) => {
    const [i, j] = [Math.floor(((m - 1) * s) / (count - 1)), (n - 1 - 7 * s + 7 * n * count) % n];
    let value = 0;
    for (let p = 0; p < k; p++) value += a[i * aRow + p * aColumn] * b[p * bRow + j * bColumn];
    return { i, j, value };
  });
}

function name({ m, n, k }: Size): string {
  return `${m} × ${n} × ${k}`;
}

function flops({ m, n, k }: Size): number {
  return 2 * m * n * k;
}

/** The rows of all shapes, the peak first. */
function rowsOf({ build }: Kernels, peak: Peak, timings: Readonly<Record<string, Timing>>): Row[] {
  const ofPeak = timings.peak.samples.map((seconds) => peak.flops / seconds);
  const row = (what: string, way: string, work: number, timing: Timing, aim: number | undefined): Row => {
    const rate = timing.samples.map((seconds) => work / seconds);
    const ratio = spreadOf(ratios(rate, ofPeak));
    return {
      what,
      way,
      ...timingOf(timing),
      gigaflops: spreadOf(rate.map((value) => value / 1e9)),
      ...(way === "peak" ? {} : { ratio }),
      ...(aim === undefined ? {} : { aim: atLeast(aim, ratio) }),
    };
  };
  return [
    row(`tiles of ${peak.rows} × 8`, "peak", peak.flops, timings.peak, undefined),
    ...shapes.flatMap((shape) =>
      ["kernel", "op"].map((way) => {
        const aim = way === "kernel" && shape.aim !== undefined ? productAims[build][shape.aim] : undefined;
        const what = shape.note === undefined ? name(shape) : `${name(shape)}, ${shape.note}`;
        return row(what, way, flops(shape), timings[`${name(shape)} ${way}`], aim);
      }),
    ),
  ];
}
