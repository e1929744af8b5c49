import type { FlowCurve } from "@unroll/bench/lab";
import { messages } from "../../messages/index.ts";
import { keptAt } from "../shared/series.ts";
import type { Quantity } from "../shared/view-state.ts";

/** What each cell keeps at a lag, most first, as one sentence. */
export function decayFinding(
  lines: readonly { readonly label: string; readonly curve: FlowCurve }[],
  lag: number,
  quantity: Quantity,
): string {
  const text = messages.value.labViews.decay;
  if (lines.length === 0) return quantity === "c" ? text.noSuchState : "";
  const kept = lines
    .map(({ label, curve }) => ({ name: text.nameOf(label), log10: keptAt(curve, lag) }))
    .sort((a, b) => (Number.isNaN(a.log10) ? 1 : Number.isNaN(b.log10) ? -1 : b.log10 - a.log10));
  return text.finding(lag, kept);
}

/** The name, and what a comma sets apart from it. */
export function splitLabel(label: string): readonly [string, string] {
  const comma = label.indexOf(", ");
  return comma < 0 ? [label, ""] : [label.slice(0, comma), label.slice(comma + 2)];
}
