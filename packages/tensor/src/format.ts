import { formatShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Above this many values, the middle of each long axis is left out. */
const summarizeAbove = 1000;
const edge = 3;

/**
 * A tensor as text: dtype and shape, then the values in columns, as `console.log` shows it.
 *
 * ```
 * Tensor float32 [2, 2]
 * [[1, 2.5],
 *  [3, 4]]
 * ```
 */
export function formatTensor(x: Tensor): string {
  const head = `Tensor ${x.dtype} ${formatShape(x.shape)}`;
  if (x.storage.data === undefined) return `${head} (traced, without values)`;
  if (x.size === 0) return `${head} (empty)`;
  const data = x.data;
  const shown = (axis: number): number[] => {
    const size = x.shape[axis];
    const all = Array.from({ length: size }, (_, i) => i);
    return x.size <= summarizeAbove || size <= 2 * edge ? all : [...all.slice(0, edge), -1, ...all.slice(size - edge)];
  };
  const cell = (at: number): string => {
    if (x.dtype === "bool") return String(data[at] !== 0);
    return x.dtype === "int32" ? String(data[at]) : formatNumber(data[at]);
  };
  const rows = (axis: number, at: number): string => {
    if (axis === x.shape.length) return cell(at);
    const stride = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const last = axis === x.shape.length - 1;
    const parts = shown(axis).map((i) => (i < 0 ? "…" : rows(axis + 1, at + i * stride)));
    return `[${parts.join(last ? ", " : `,\n${" ".repeat(axis + 1)}`)}]`;
  };
  return `${head}\n${rows(0, 0)}`;
}

/** Four significant digits, like PyTorch's default; whole numbers as they are. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}
