import type { FlowCurve } from "@unroll/bench/lab";
import type { CellStyle } from "@unroll/bench/palette";
import type { Scale } from "../../ui/scale.ts";
import { clipped, dashOf, drawMarker, strokePoints } from "../shared/draw.ts";
import type { Frame } from "../shared/plot.tsx";

/** A line that theory draws beside a measured one. */
export interface TheoryCurve {
  readonly kind: "keep" | "bound" | "gain";
  readonly log10: Float64Array;
}

/** One cell's curve as it is drawn. */
export interface DecayLine {
  readonly style: CellStyle;
  readonly color: string;
  readonly curve: FlowCurve;
  /** Taken from every value. */
  readonly offset: number;
  readonly theory: readonly TheoryCurve[];
}

export interface DecayScales {
  readonly x: Scale;
  readonly y: Scale;
  readonly lags: number;
}

const markers = 5;
/** The dash of theory: finer than that of any cell. */
const theoryDash = [1.5, 3.5];

/** Bands, theory and curves of all cells, and where half is left. */
export function drawDecay(
  context: CanvasRenderingContext2D,
  frame: Frame,
  {
    lines,
    scales,
    card,
  }: { readonly lines: readonly DecayLine[]; readonly scales: DecayScales; readonly card: string },
): void {
  const { x, y, lags } = scales;
  const steps = Float64Array.from({ length: lags + 1 }, (_, lag) => lag);
  const area = { left: frame.left, top: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top };
  clipped(context, { ...area, width: area.width + 1 }, () => {
    for (const line of lines) drawBand(context, line, scales);
    for (const { color, theory } of lines)
      for (const { log10 } of theory) {
        context.strokeStyle = color;
        context.lineWidth = 1.3;
        context.setLineDash(theoryDash);
        strokePoints(context, { x: steps, y: log10 }, [x, y]);
      }
    for (const { style, color, curve, offset } of lines) {
      context.strokeStyle = color;
      context.lineWidth = 2.25;
      context.lineJoin = "round";
      context.setLineDash(dashOf(style));
      strokePoints(context, { x: steps, y: shifted(curve.mean, offset) }, [x, y]);
    }
    context.setLineDash([]);
    lines.forEach(({ style, color, curve, offset }, rank) => {
      const every = Math.max(1, Math.round(lags / markers));
      const first = Math.round((every * (rank + 1)) / (lines.length + 1));
      for (let lag = first; lag < curve.mean.length; lag += every) {
        const value = curve.mean[lag] - offset;
        if (Number.isFinite(value)) drawMarker(context, style, [x.at(lag), y.at(value)], { color, card });
      }
    });
  });
}

function drawBand(context: CanvasRenderingContext2D, { color, curve, offset }: DecayLine, { x, y }: DecayScales): void {
  const { p10, p90 } = curve;
  const floor = y.domain[0] - 2;
  context.fillStyle = color;
  context.globalAlpha = 0.15;
  let from = 0;
  const flush = (to: number) => {
    if (to - from > 1) {
      context.beginPath();
      for (let k = from; k < to; k++) context.lineTo(x.at(k), y.at(p90[k] - offset));
      for (let k = to - 1; k >= from; k--) context.lineTo(x.at(k), y.at(Math.max(floor, p10[k] - offset)));
      context.fill();
    }
  };
  for (let k = 0; k < p90.length; k++)
    if (!Number.isFinite(p90[k]) || Number.isNaN(p10[k])) {
      flush(k);
      from = k + 1;
    }
  flush(p90.length);
  context.globalAlpha = 1;
}

export function shifted(values: ArrayLike<number>, offset: number): ArrayLike<number> {
  return offset === 0 ? values : Float64Array.from(values, (value) => value - offset);
}

/** The height of a curve between two lags. */
export function heightAt({ mean }: FlowCurve, lag: number): number {
  const before = Math.min(mean.length - 1, Math.floor(lag));
  const after = Math.min(mean.length - 1, before + 1);
  return mean[before] + (mean[after] - mean[before]) * (lag - before);
}

/** The last lag at which a curve is inside the domain, and its value there; undefined when it never is. */
export function endOf({ mean }: FlowCurve, offset: number, [low, high]: readonly [number, number]) {
  for (let lag = mean.length - 1; lag >= 0; lag--) {
    const value = mean[lag] - offset;
    if (value >= low && value <= high) return { lag, value, last: lag === mean.length - 1 };
  }
  return undefined;
}
