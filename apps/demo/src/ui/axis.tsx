import { powerOfTen } from "@unroll/bench/format";
import type { Scale } from "./scale.ts";

export interface AxisProps {
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly side: "left" | "bottom";
  /** Where the axis stands, in pixels: x of a left axis, y of a bottom one. */
  readonly at: number;
  /** How far grid lines reach into the plot; 0 for none. */
  readonly grid?: number;
  readonly format?: (tick: number) => string;
  readonly title?: string;
}

/** An axis as part of an SVG that lies over a canvas; give the SVG `aria-hidden`, since a table holds the numbers. */
export function Axis({ scale, ticks, side, at, grid = 0, format = String, title }: AxisProps) {
  const left = side === "left";
  const middle = (scale.range[0] + scale.range[1]) / 2;
  return (
    <g class="axis">
      {ticks.map((tick) => {
        const p = scale.at(tick);
        return left ? (
          <g key={tick} transform={`translate(${at},${p})`}>
            <line class="grid" x2={grid} />
            <text x={-8} dy="0.32em" text-anchor="end">
              {format(tick)}
            </text>
          </g>
        ) : (
          <g key={tick} transform={`translate(${p},${at})`}>
            <line class="grid" y2={-grid} />
            <text y={18} text-anchor="middle">
              {format(tick)}
            </text>
          </g>
        );
      })}
      {title !== undefined &&
        (left ? (
          <text class="title" x={at - 44} y={scale.range[1] - 14} text-anchor="start">
            {title}
          </text>
        ) : (
          <text class="title" x={middle} y={at + 38} text-anchor="middle">
            {title}
          </text>
        ))}
    </g>
  );
}

/** Ticks of a log10 axis: `10⁻³`. */
export const decades: (tick: number) => string = powerOfTen;
