import type { ProbeRecord } from "@unroll/bench/lab";
import { colorText, shadeOf } from "../../ui/color.ts";
import type { Frame } from "../shared/plot.tsx";
import { brightness, growthBetween, type RailNode, railNodes } from "./rail.ts";

/** A row of nodes: c above h. */
export interface Rail {
  readonly name: string;
  readonly nodes: readonly RailNode[];
}

export interface LanePicture {
  readonly rails: readonly Rail[];
  /** Lags of the whole lane. */
  readonly lags: number;
  /** Where the pulse is, or the cursor; null for the whole picture at once. */
  readonly pulse: number | null;
  readonly cursor: number | null;
  readonly vertical: boolean;
  readonly domain: readonly [number, number];
  /** The cell's colour, and those of the page. */
  readonly color: string;
  readonly soft: string;
  readonly grid: string;
  readonly ink: string;
}

/** The states of a cell as rails: the way of c stands by itself, so that it is seen. */
export function railsOf({ states }: ProbeRecord): Rail[] {
  return Object.entries(states)
    .map(([name, { mean }]) => ({ name, nodes: railNodes(mean) }))
    .sort((a, b) => Number(b.name === "c") - Number(a.name === "c"));
}

/** Nodes and edges of one cell: the loss stands at the right, or on top, and the pulse runs away from it. */
export function drawLane(context: CanvasRenderingContext2D, frame: Frame, picture: LanePicture): void {
  const { rails, vertical } = picture;
  const across = vertical ? frame.right - frame.left : frame.bottom - frame.top;
  rails.forEach((rail, k) => {
    const middle = (vertical ? frame.left : frame.top) + (across * (k + 0.5)) / rails.length;
    drawRail(context, frame, picture, rail, middle);
  });
}

function drawRail(
  context: CanvasRenderingContext2D,
  frame: Frame,
  picture: LanePicture,
  { nodes }: Rail,
  middle: number,
): void {
  const { pulse, cursor, vertical, domain, lags } = picture;
  const length = vertical ? frame.bottom - frame.top : frame.right - frame.left;
  const pitch = length / nodes.length;
  const along = (k: number) => (vertical ? frame.top + (k + 0.5) * pitch : frame.right - (k + 0.5) * pitch);
  const thick = Math.max(3, Math.min(26, pitch * 3));
  const long = Math.max(2, pitch - Math.min(3, pitch * 0.3));
  const reached = pulse ?? Number.POSITIVE_INFINITY;

  for (let k = 1; k < nodes.length; k++) {
    const width = Math.min(thick, 2.2 * growthBetween(nodes[k - 1], nodes[k]));
    context.fillStyle = nodes[k].from <= reached ? picture.soft : picture.grid;
    const [from, to] = [along(k - 1), along(k)];
    if (vertical) context.fillRect(middle - width / 2, from, width, to - from);
    else context.fillRect(to, middle - width / 2, from - to, width);
  }
  nodes.forEach((node, k) => {
    const at = along(k);
    const [w, h] = vertical ? [thick, long] : [long, thick];
    const lit = node.from <= reached;
    const [x, y] = vertical ? [middle - w / 2, at - h / 2] : [at - w / 2, middle - h / 2];
    context.beginPath();
    context.roundRect(x, y, w, h, Math.min(w, h) / 3);
    context.fillStyle = lit ? colorText(node.log10, domain) : picture.grid;
    context.fill();
    if (lit && shadeOf(node.log10, domain) !== "value") hatch(context, x, y, w, h);
    if (cursor !== null && cursor >= node.from && cursor < node.to) {
      context.strokeStyle = picture.ink;
      context.lineWidth = 2;
      context.stroke();
    }
  });
  if (pulse === null) return;
  const spot = Math.min(nodes.length - 1, (pulse / Math.max(1, lags)) * (nodes.length - 1));
  const node = nodes[Math.round(spot)];
  const bright = brightness(node.log10);
  const place = along(spot);
  const size = 5 + 7 * bright + (node.log10 > 0 ? Math.min(6, 2 * node.log10) : 0);
  const glow = context.createRadialGradient(
    vertical ? middle : place,
    vertical ? place : middle,
    1,
    vertical ? middle : place,
    vertical ? place : middle,
    size * 1.6,
  );
  context.globalAlpha = 0.1 + 0.9 * bright;
  glow.addColorStop(0, picture.color);
  glow.addColorStop(0.45, picture.color);
  glow.addColorStop(1, `${picture.color}00`);
  context.fillStyle = glow;
  context.beginPath();
  context.arc(vertical ? middle : place, vertical ? place : middle, size * 1.6, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}

/** Lines down to the left over what has no colour of its own: too small, zero, not finite. */
function hatch(context: CanvasRenderingContext2D, x: number, y: number, w: number, h: number): void {
  context.save();
  context.clip();
  context.strokeStyle = "rgb(122, 138, 168)";
  context.lineWidth = 1;
  context.beginPath();
  for (let d = 0; d < w + h; d += 4) {
    context.moveTo(x + d, y);
    context.lineTo(x + d - h, y + h);
  }
  context.stroke();
  context.restore();
}
