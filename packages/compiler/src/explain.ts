import { kernels } from "@unroll/kernels";
import { Uncompilable } from "./graph.ts";
import type { Call, Plan, TermCall } from "./plan.ts";
import { checkPure, notCompiled, prepare, type StepJob } from "./prepare.ts";
import { needsOf, planOf } from "./program.ts";

/**
 * How a step is computed, in words: which calls run before, in and after the time loop, how many floating-point operations
 * a sample's step takes in matrix products, and which values it keeps for the gradient; or why it is run by plain ops.
 *
 * @example
 * ```ts
 * const w = parameter(ones([8, 8]));
 * const step: Step = (x, [h]) => {
 *   const next = tanh(add(x, matmul(h, w)));
 *   return { output: next, states: [next] };
 * };
 * const text = explainStep({ step, x: zeros([5, 2, 8]), states: [zeros([2, 8])], rows: [] });
 * text.split("\n")[0]; // "in the loop"
 * ```
 */
export function explainStep(job: StepJob): string {
  const { x, states, rows } = job;
  try {
    const traced = prepare(job);
    const plan = planOf(traced.graph, needsOf(x, states, rows, traced.outside), kernels()?.build === "relaxed-simd");
    checkPure(job, traced, plan);
    return describePlan(plan);
  } catch (error) {
    if (!(error instanceof Uncompilable)) throw error;
    const { reason, where } = notCompiled(error, job);
    const place = where();
    return `plain ops, because ${reason}${place === undefined ? "" : `, at ${place}`}`;
  }
}

function describePlan(plan: Plan): string {
  const { gradient } = plan;
  const parts: [string, readonly string[]][] = [
    ["before the loop", plan.before.map(describeCall)],
    ["in the loop", plan.loop.map(describeCall)],
  ];
  if (gradient !== undefined) {
    const terms = gradient.outside.flatMap((list) => list ?? []);
    parts.push(
      ["backward, in the loop", gradient.loop.map(describeCall)],
      ["backward, after the loop", [...gradient.after.map(describeCall), ...terms.map(describeTerm)]],
    );
  }
  const forward = flopOf([...plan.before, ...plan.loop]);
  const backward =
    flopOf([...(gradient?.loop ?? []), ...(gradient?.after ?? [])]) +
    (gradient?.outside ?? []).flatMap((list) => list ?? []).reduce((sum, term) => sum + flopOfTerm(term), 0);
  const kept = plan.buffers.filter(({ kept, kind }) => kept && kind !== "step").map(({ width }) => width);
  const flop = gradient === undefined ? `${forward}` : `${forward + backward}`;
  return [
    ...parts
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)]),
    `per step and sample: ${flop} FLOP in matrix products${backward > 0 ? `, ${forward} of them forward` : ""}`,
    ...(gradient === undefined
      ? []
      : [
          `kept for the gradient, per step and sample: ${4 * kept.reduce((sum, width) => sum + width, 0)} bytes, ${rowsOf(kept)}`,
        ]),
  ].join("\n");
}

/** `5 x [128], 1 x [512]`. */
function rowsOf(widths: readonly number[]): string {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  return [...counts].map(([width, count]) => `${count} x [${width}]`).join(", ");
}

function flopOf(calls: readonly Call[]): number {
  return calls.reduce((sum, call) => sum + (call.kind === "product" ? 2 * call.k * call.n : 0), 0);
}

function flopOfTerm(term: TermCall): number {
  return term.kind === "outer" ? 2 * term.m * term.n : 0;
}

function describeCall(call: Call): string {
  switch (call.kind) {
    case "product":
      return `product [${call.k}] x [${call.k}, ${call.n}]${call.start === undefined ? "" : ` + [${call.n}]`}`;
    case "pass":
      return `pass over [${call.width}]: ${call.functions.join(" ")} (${call.operands.length} reads and writes)`;
    default:
      return `${call.fn} over rows of [${call.width}]`;
  }
}

function describeTerm(term: TermCall): string {
  const what = term.kind === "outer" ? `products [${term.m}] x [${term.n}]` : `[${term.n}]`;
  return `sum over all steps and samples of ${what}`;
}
