import { noGrad } from "@unroll/autograd";
import { GRUCell, type Lengths, LSTMCell, unroll } from "@unroll/cells";
import { add, addmm, concat, isFloat, matmul, reshape, slice, type Tensor, unsqueeze } from "@unroll/tensor";
import type { AnyState, Subject } from "../record.ts";
import { resolve } from "../trajectory.ts";

/** A gate over all units, steps and samples. */
export interface GateMeans {
  /** The share of values below 0.1, and above 0.9. */
  readonly left: number;
  readonly right: number;
  /** The mean natural logarithm. */
  readonly meanLog: number;
}

/** Which of a cell's blocks of rows are gates, and their names. */
const blocks = [
  { kind: LSTMCell, gates: { i: 0, f: 1, o: 3 }, count: 4 },
  { kind: GRUCell, gates: { r: 0, z: 1 }, count: 3 },
] as const;

/** Where the logistic function is 0.1; at minus that it is 0.9. */
const closed = Math.log(0.1 / 0.9);

/** Below this, `ln (1 + x)` is x. */
const negligible = 1e-8;
/** Products up to here have room for another factor. */
const full = 1e300;

/**
 * The means of an LSTM's or GRU's gates in the cell's own dtype, by products over all steps at once after one compiled run: what an
 * observer can afford. `gateStatistics` has more of them, by unit and in float64. Undefined for other cells.
 */
export function gateMeans(
  fn: string,
  subject: Subject,
  x: Tensor,
  options: { readonly lengths: Lengths | undefined; readonly state: AnyState | undefined },
): Record<string, GateMeans> | undefined {
  return noGrad(() => {
    const { cell, input, initial } = resolve(fn, subject, x, options);
    const known = blocks.find(({ kind }) => cell.constructor === kind);
    if (known === undefined || !isFloat(input.dtype)) return undefined;
    const { weight_ih, weight_hh, bias_ih, bias_hh, hiddenSize } = cell as unknown as LSTMCell;
    const [steps, batch, inputs] = input.shape;
    const { output } = unroll(cell, input, { lengths: options.lengths, state: initial });
    const first = (initial ?? cell.initialState(batch)).h;
    const before = concat([unsqueeze(first, 0), slice(output, 0, 0, steps - 1)], 0);
    const rows = steps * batch;
    const fromInput = matmul(reshape(input, [rows, inputs]), weight_ih, { transposeB: true });
    const both = addmm(fromInput, reshape(before, [rows, hiddenSize]), weight_hh, { transposeB: true });
    const { data } = bias_ih && bias_hh ? add(both, add(bias_ih, bias_hh)) : both;
    const counted = rowsWithin(options.lengths, steps, batch);
    const width = known.count * hiddenSize;
    return Object.fromEntries(
      Object.entries(known.gates).map(([name, block]): [string, GateMeans] => {
        let [left, right, logs, product] = [0, 0, 0, 1];
        for (const row of counted)
          for (let k = row * width + block * hiddenSize; k < row * width + (block + 1) * hiddenSize; k++) {
            const sum = data[k];
            if (sum < closed) left++;
            else if (sum > -closed) right++;
            // ln sigmoid(x), from the side on which nothing overflows: one logarithm for many factors, each of which is at most 2;
            // a factor that would lose digits beside 1 is its own logarithm, to 1e-8.
            const other = Math.exp(-Math.abs(sum));
            logs += Math.min(sum, 0);
            if (other < negligible) logs -= other;
            else product *= 1 + other;
            if (product > full) {
              logs -= Math.log(product);
              product = 1;
            }
          }
        logs -= Math.log(product);
        const count = counted.length * hiddenSize;
        return [name, { left: left / count, right: right / count, meanLog: logs / count }];
      }),
    );
  });
}

/** The rows `t B + b` that are steps of a sample. */
function rowsWithin(lengths: Lengths | undefined, steps: number, batch: number): number[] {
  const own = lengths === undefined ? undefined : Array.from("data" in lengths ? lengths.data : lengths);
  const rows: number[] = [];
  for (let t = 0; t < steps; t++)
    for (let b = 0; b < batch; b++) if (own === undefined || t < own[b]) rows.push(t * batch + b);
  return rows;
}
