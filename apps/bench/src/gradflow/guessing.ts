import { count, metricText } from "../report/format.ts";
import type { TaskResult } from "./result.ts";
import type { SummaryRow } from "./summary.ts";

/**
 * How much lower than guessing a cell must come to be called better. The constant answer that happens to suit the few
 * validation sequences best is already a little lower, without having read any.
 */
export const margin = 0.05;

/**
 * What guessing reaches, and which cells are not clearly better: after few steps of training, often none is.
 *
 * @param rows the task's, of which those with a validation value count
 * @returns sentences, one or two
 */
export function besideGuessing(
  { metric, baseline }: Pick<TaskResult, "metric" | "baseline">,
  rows: readonly Pick<SummaryRow, "label" | "validation" | "validationStep">[],
): string[] {
  const guessing = `Guessing (${baseline.formula}) reaches ${metricText(baseline.value)} ${metric} on the same data.`;
  const measured = rows.filter(({ validation }) => validation !== null);
  const behind = measured.filter(({ validation }) => Number(validation) >= (1 - margin) * baseline.value);
  if (behind.length === 0) return [guessing];
  const better = `more than ${100 * margin} % better`;
  if (behind.length < measured.length)
    return [guessing, `Not ${better}: ${behind.map(({ label }) => label).join("; ")}.`];
  const steps = Math.max(...measured.map(({ validationStep }) => validationStep ?? 0));
  return [guessing, `No cell is ${better} after ${count(steps, "step")} of training.`];
}
