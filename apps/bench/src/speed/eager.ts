import { parameter } from "@unroll/autograd";
import { add, mul, type Shape, sizeOf, type Tensor, tanh } from "@unroll/tensor";
import { atMost, eagerAims } from "./aims.ts";
import type { Run, Timing } from "./measure.ts";
import type { Row } from "./result.ts";
import { agree, type Bench, operand, type Suite, timingOf } from "./suite.ts";

interface Op {
  readonly name: string;
  readonly op: (x: Tensor, y: Tensor) => Tensor;
  /** What it computes, number by number. */
  readonly plain: (x: number, y: number) => number;
}

const ops: readonly Op[] = [
  { name: "add", op: add, plain: (x, y) => x + y },
  { name: "mul", op: mul, plain: (x, y) => x * y },
  { name: "tanh", op: (x) => tanh(x), plain: Math.tanh },
];

const shapes: readonly Shape[] = [[16], [32, 128]];

const ways = ["recorded", "not recorded"] as const;

/** What one op costs, run by itself. */
export const eagerSuite: Suite = {
  suite: "eager",
  title: "One op",
  about:
    "A single op on tensors with a new output: checks, shape rules, allocation, computing, and the collection of what it leaves behind. Recorded: the first operand is a parameter, so the op is remembered for the backward pass. Not recorded: no operand is.",
  weight: 1.5,
  run: eagerOps,
};

async function* eagerOps(bench: Bench): AsyncGenerator<Row> {
  const all = shapes.flatMap((shape) => ops.map((op) => ({ what: `${op.name} [${shape.join(", ")}]`, shape, op })));
  const runs: Record<string, Run> = {};
  for (const { what, shape, op } of all) Object.assign(runs, runsOf(bench, what, shape, op));
  const timings: Readonly<Record<string, Timing>> = await bench.measure("single ops", 1, runs);
  for (const { what, shape } of all)
    for (const way of ways) {
      const timing = timingOf(timings[`${what} ${way}`]);
      const aim = atMost(eagerAims[sizeOf(shape)], timing.seconds);
      yield { what, way, ...timing, ...(way === "recorded" ? { aim } : {}) };
    }
}

function runsOf(bench: Bench, what: string, shape: Shape, { op, plain }: Op): Record<string, Run> {
  const [x, y] = [operand(bench, shape), operand(bench, shape)];
  const learned = parameter(x);
  const expected = Float32Array.from(x.data, (value, i) => plain(value, y.data[i]));
  const recorded = op(learned, y);
  agree(what, recorded.data, expected, 1e-6);
  if (recorded.node === undefined || op(x, y).node !== undefined)
    throw new Error(`${what}: expected a recorded op for a parameter, and no other`);
  return { [`${what} recorded`]: () => op(learned, y), [`${what} not recorded`]: () => op(x, y) };
}
