import { gradientFlow, summarizeCurve } from "@unroll/gradflow";
import type { Tensor } from "@unroll/tensor";
import type { Flow } from "./record.ts";

/** Lags that gradient flow is recorded for. */
const mostLags = 200;

/** How a probe at each sequence's last step flows back, over all states together. */
export function measureFlow(
  subject: Parameters<typeof gradientFlow>[0],
  input: Tensor,
  lengths: Tensor,
  sequences: number,
): Flow {
  const { joint } = gradientFlow(subject, input, { lengths });
  const { fit } = summarizeCurve(joint);
  return {
    sequences,
    decayPerStep: fit?.factor ?? null,
    halfLife: fit !== undefined && Number.isFinite(fit.halfLife) ? fit.halfLife : null,
    r2: fit?.r2 ?? null,
    // To a thousandth of a decade.
    log10: Array.from(joint.mean.slice(0, mostLags + 1), (value) =>
      Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null,
    ),
  };
}
