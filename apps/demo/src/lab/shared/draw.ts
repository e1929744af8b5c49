import type { CellStyle } from "@unroll/bench/palette";
import type { Scale } from "../../ui/scale.ts";

/** A line through points of which some may be no numbers: it breaks there. */
export interface LinePoints {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Which points, in their order; all when left out. */
  readonly order?: readonly number[];
}

export function strokePoints(
  context: CanvasRenderingContext2D,
  { x, y, order }: LinePoints,
  [scaleX, scaleY]: readonly [Scale, Scale],
): void {
  context.beginPath();
  let open = false;
  const count = order?.length ?? y.length;
  for (let n = 0; n < count; n++) {
    const k = order?.[n] ?? n;
    if (!Number.isFinite(y[k])) {
      open = false;
      continue;
    }
    const [px, py] = [scaleX.at(x[k]), scaleY.at(y[k])];
    if (open) context.lineTo(px, py);
    else context.moveTo(px, py);
    open = true;
  }
  context.stroke();
}

/** The dash of a cell, as a canvas takes it. */
export function dashOf({ dash }: CellStyle): number[] {
  return dash === "solid" ? [] : [...dash];
}

/** A cell's marker: hollow for variants. */
export function drawMarker(
  context: CanvasRenderingContext2D,
  { marker, filled }: CellStyle,
  [x, y]: readonly [number, number],
  { color, card, size = 4 }: { readonly color: string; readonly card: string; readonly size?: number },
): void {
  context.beginPath();
  if (marker === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else if (marker === "rect") context.rect(x - size, y - size, 2 * size, 2 * size);
  else if (marker === "triangle") {
    context.moveTo(x, y - size * 1.2);
    context.lineTo(x + size * 1.15, y + size);
    context.lineTo(x - size * 1.15, y + size);
    context.closePath();
  } else {
    context.moveTo(x, y - size * 1.3);
    context.lineTo(x + size * 1.3, y);
    context.lineTo(x, y + size * 1.3);
    context.lineTo(x - size * 1.3, y);
    context.closePath();
  }
  context.setLineDash([]);
  context.lineWidth = 1.5;
  context.fillStyle = filled ? color : card;
  context.strokeStyle = filled ? card : color;
  context.fill();
  context.stroke();
}

/** Draws inside a rectangle only. */
export function clipped(
  context: CanvasRenderingContext2D,
  {
    left,
    top,
    width,
    height,
  }: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  draw: () => void,
): void {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  draw();
  context.restore();
}
