import type { Kernels } from "@unroll/kernels";
import { add, exp, mul, sigmoid, softmax, sum, type Tensor, tanh } from "@unroll/tensor";
import { atLeast, functionAim } from "./aims.ts";
import type { LoopName } from "./loops.ts";
import type { Candidate } from "./measure.ts";
import { startPlain } from "./plain.ts";
import type { Row } from "./result.ts";
import { ratios, spreadOf } from "./spread.ts";
import { agree, type Bench, operand, placed, type Suite, timingOf } from "./suite.ts";

/** One function, computed in three ways. */
interface Case {
  readonly what: LoopName;
  readonly op: (x: Tensor, y: Tensor) => Tensor;
  readonly kernel: (run: Kernels["run"], out: number, x: number, y: number) => void;
  readonly outputs?: number;
  readonly aim?: number;
}

/** `[rows, columns]`, 16,384 elements. */
const [rows, columns] = [128, 128] as const;
const size = rows * columns;

export const cases: readonly Case[] = [
  {
    what: "tanh",
    op: (x) => tanh(x),
    kernel: (run, out, x) => run.tanh(out, x, size),
    aim: functionAim,
  },
  {
    what: "sigmoid",
    op: (x) => sigmoid(x),
    kernel: (run, out, x) => run.sigmoid(out, x, size),
    aim: functionAim,
  },
  {
    what: "exp",
    op: (x) => exp(x),
    kernel: (run, out, x) => run.exp(out, x, size),
    aim: functionAim,
  },
  { what: "add", op: (x, y) => add(x, y), kernel: (run, out, x, y) => run.add(out, x, y, size, 1, 1) },
  { what: "mul", op: (x, y) => mul(x, y), kernel: (run, out, x, y) => run.mul(out, x, y, size, 1, 1) },
  {
    what: "sum of rows",
    op: (x) => sum(x, 1),
    kernel: (run, out, x) => run.sum(out, x, rows, columns, 1),
    outputs: rows,
  },
  {
    what: "sum of columns",
    op: (x) => sum(x, 0),
    kernel: (run, out, x) => run.sum(out, x, 1, rows, columns),
    outputs: columns,
  },
  {
    what: "softmax of rows",
    op: (x) => softmax(x, 1),
    kernel: (run, out, x) => run.softmax(out, x, rows, columns),
  },
];

/** Functions and reductions of 16,384 elements against loops. */
export const elementwiseSuite: Suite = {
  suite: "elementwise",
  title: "Elementwise functions and reductions",
  about:
    "16,384 elements, for reductions as [128, 128]. Loop: plain JavaScript over Float32Array with Math.*, on a thread where no WebAssembly runs, into an array that exists already or, as an op does, into a new one. Kernel, held against the first: operands in the kernels' memory. Op, held against the second: the function of tensors, with a new output, copying operands in and the result out included.",
  ratio: { kind: "times", against: "the loop" },
  weight: 3,
  run: functions,
};

async function* functions(bench: Bench): AsyncGenerator<Row> {
  const [x, y] = [operand(bench, [rows, columns]), operand(bench, [rows, columns])];
  for (const one of cases) yield* await compare(bench, one, x, y);
}

async function compare(bench: Bench, one: Case, x: Tensor, y: Tensor): Promise<Row[]> {
  const { what, outputs = size } = one;
  const [xData, yData] = [x.data as Float32Array, y.data as Float32Array];
  const job = { kind: "loop", what, x: xData, y: yData, outputs, columns } as const;
  const loop = await startPlain({ ...job, fresh: false });
  const fresh = await startPlain({ ...job, fresh: true });
  try {
    return await placed(bench.kernels, [xData, yData, new Float32Array(outputs)], ([atX, atY, atOut]) => {
      const { run, memory } = bench.kernels;
      const ways = { loop, fresh, kernel: () => one.kernel(run, atOut, atX, atY), op: () => one.op(x, y) };
      ways.kernel();
      const computed = memory.f32.subarray(atOut >> 2, (atOut >> 2) + outputs);
      // Sums of a hundred values are rounded in another order.
      agree(`the kernel for ${what}`, computed, loop.result, 2e-5);
      agree(`${what} of tensors`, ways.op().data, fresh.result, 2e-5);
      return rowsOf(bench, one, ways);
    });
  } finally {
    await Promise.all([loop.stop(), fresh.stop()]);
  }
}

/** The ways, what each is called and what it is held against: that which makes a new output too, or that which does not. */
const ways = [
  { way: "loop", text: "loop", against: undefined },
  { way: "fresh", text: "loop, new array", against: undefined },
  { way: "kernel", text: "kernel", against: "loop" },
  { way: "op", text: "op", against: "fresh" },
] as const;

async function rowsOf(
  bench: Bench,
  { what, aim }: Case,
  candidates: Record<(typeof ways)[number]["way"], Candidate>,
): Promise<Row[]> {
  const timings = await bench.measure(what, 1 / cases.length, candidates);
  return ways.map(({ way, text, against }): Row => {
    if (against === undefined) return { what, way: text, ...timingOf(timings[way]) };
    const ratio = spreadOf(ratios(timings[against].samples, timings[way].samples));
    const aimed = aim === undefined ? {} : { aim: atLeast(aim, ratio) };
    return { what, way: text, ...timingOf(timings[way]), ratio, ...aimed };
  });
}
