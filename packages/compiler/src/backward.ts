import type { BackwardRequest } from "@unroll/autograd";
import { sizeOf, Tensor, zeros } from "@unroll/tensor";
import { negligible, rowsOf } from "./arrangement.ts";
import { copyOf, copySteps } from "./copies.ts";
import { Execution } from "./execute.ts";
import { copyOut, type Run, type RunInputs } from "./forward.ts";
import { Kept } from "./kept.ts";
import { allocate } from "./lease.ts";
import { Sums } from "./sums.ts";
import { TappedPass } from "./tapped-pass.ts";

/**
 * Runs all steps in reverse, with the forward pass again where what it had kept is gone. Gives the gradients of x, states,
 * rows and outside, and that of the taps' handle where there are taps.
 */
export function runBackward(
  run: Run,
  inputs: RunInputs,
  gradOutputs: readonly (Tensor | undefined)[],
  { needs, retain }: BackwardRequest,
): (Tensor | undefined)[] {
  const { kernels, program, geometry, taps } = run;
  const { plan, loops } = program;
  const { gradient } = plan;
  const { x, states, rows, outside } = inputs;
  const all = [x, ...states, ...rows, ...outside];
  if (gradient === undefined) return needs.map(() => undefined);
  const { memory } = kernels;
  const kept = new Kept(run, inputs);
  let at = 0;
  try {
    const loop = { calls: gradient.loop, run: loops.backward };
    const after = { calls: gradient.after, run: loops.after };
    const execution = new Execution(
      {
        ...{ kernels, plan, geometry, outside },
        own: ({ backward }, index) => backward || index === plan.x,
        kept: (buffer) => kept.addressOf(buffer),
        // Who looks at adjoints wants to see the small ones.
        threshold: taps === undefined ? negligible : 0,
      },
      [loop, after],
    );
    const firstOutside = 1 + states.length + rows.length;
    const wanted = gradient.outside.map((terms, index) => (needs[firstOutside + index] ? terms : undefined));
    const sums = new Sums(kernels, execution, geometry, outside, wanted, loops.columnSums);
    const tapped = taps && new TappedPass(kernels, execution, plan, gradient, geometry, taps.kind, x.shape[0]);
    at = allocate(kernels, execution.bytes, "the gradient of a sequence", run.lease);
    execution.start(at);
    sums.start();
    const widths = plan.buffers.map(({ width }) => width);
    const fill = (buffer: number, values: Tensor | undefined) => {
      const from = execution.bufferAt(buffer) >> 2;
      if (values !== undefined) memory.f32.set(values.data, from);
      else memory.f32.fill(0, from, from + widths[buffer] * rowsOf(plan.buffers[buffer], geometry));
    };
    const [outputAdjoint, ...finals] = gradOutputs;
    if (outputAdjoint === undefined) fill(gradient.outputAdjoint, undefined);
    states.forEach((_, index) => {
      fill(gradient.stateAdjoints[index], finals[index]);
    });
    for (const buffer of gradient.rows) if (buffer !== undefined) fill(buffer, undefined);
    const xData = needs[0] && gradient.x !== undefined ? new Float32Array(sizeOf(x.shape)) : undefined;
    // Only x and what comes from outside need more than the loop gives.
    const more = xData !== undefined || wanted.some((terms) => terms !== undefined);
    const back = (first: number, end: number): void => {
      for (const block of geometry.blocks.toReversed()) {
        const [from, to] = [Math.max(first, block.first), Math.min(end, block.end)];
        if (from >= to) continue;
        if (kept.load(block.first)) execution.rebase();
        copySteps(kernels, geometry, block, x, execution.bufferAt(plan.x), widths[plan.x]);
        if (outputAdjoint !== undefined) {
          const buffer = gradient.outputAdjoint;
          copySteps(kernels, geometry, block, outputAdjoint, execution.bufferAt(buffer), widths[buffer]);
        }
        execution.runBack(loop, block, from, to);
        tapped?.gather(block, from, to);
        if (!more) continue;
        execution.runRows(after, block);
        sums.add(block);
        if (gradient.x !== undefined && xData !== undefined)
          copyOut(run, execution, block, gradient.x, x.shape[2], xData);
      }
    };
    const alone = outputAdjoint === undefined && !needs.slice(0, all.length).includes(true);
    if (alone && taps?.kind === "norms") tapped?.rescaling(back);
    else back(0, geometry.times.length);
    if (taps !== undefined) taps.adjoints = tapped?.adjoints(states.map(({ shape }) => shape.slice(1)));
    const gradientOf = (index: number): Tensor | undefined => {
      if (!needs[index]) return undefined;
      if (index === all.length) return zeros([]);
      if (index === 0) return xData && new Tensor(x.shape, "float32", { data: xData, version: 0 });
      if (index >= firstOutside) return sums.gradientOf(index - firstOutside, all[index]);
      const state = index - 1;
      const buffer = state < states.length ? gradient.stateAdjoints[state] : gradient.rows[state - states.length];
      return buffer === undefined ? undefined : copyOf(kernels, execution.bufferAt(buffer), all[index].shape);
    };
    return needs.map((_, index) => gradientOf(index));
  } finally {
    if (at !== 0) memory.free(at);
    kept.end(retain);
  }
}
