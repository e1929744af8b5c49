import {
  allocate,
  checkOptions,
  checkTensor,
  DTypeError,
  formatShape,
  OptionError,
  ShapeError,
  sameShape,
  select,
  sizeOf,
  slice,
  Tensor,
  tensor,
} from "@unroll/tensor";
import { checkList, flag, show } from "./check.ts";

/** Options of {@link padSequences}. */
export interface PadSequencesOptions {
  /** What fills the end of the shorter sequences; 0 unless given. */
  padValue?: number;
  /** Puts the batch axis first; time comes first unless given. */
  batchFirst?: boolean;
}

/** Sequences of unequal length in one tensor. */
export interface PaddedSequences {
  /** `[T, B, …]`, or `[B, T, …]` with `batchFirst`; T is the longest length. */
  data: Tensor;
  /** int32 `[B]`: how many steps of each sequence are real. */
  lengths: Tensor;
}

/**
 * Lays sequences `[t, …]` of unequal length side by side, padded at their ends. PyTorch: `pad_sequence`.
 *
 * @example
 * ```ts
 * const { data, lengths } = padSequences([tensor([1, 2, 3]), tensor([4])]);
 * data.toArray(); // [[1, 4], [2, 0], [3, 0]]
 * lengths.toArray(); // [3, 1]
 * ```
 * @throws {ShapeError} when there is no sequence, one has no time axis, or sizes beyond the first axis differ
 * @throws {DTypeError} when dtypes differ
 * @throws {OptionError} when `padValue` is not a value of the dtype
 */
export function padSequences(sequences: readonly Tensor[], options: PadSequencesOptions = {}): PaddedSequences {
  const fn = "padSequences";
  checkOptions(fn, options, ["padValue", "batchFirst"]);
  const batchFirst = flag(fn, "batchFirst", options.batchFirst ?? false);
  const { dtype, inner } = common(fn, sequences);
  const lengths = sequences.map(({ shape }) => shape[0]);
  const [steps, batch] = [Math.max(...lengths), sequences.length];
  const row = sizeOf(inner);
  const data = allocate(dtype, steps * batch * row).fill(fillOf(fn, dtype, options.padValue ?? 0));
  sequences.forEach((sequence, b) => {
    const values = sequence.data;
    if (batchFirst) data.set(values, b * steps * row);
    else
      for (let t = 0; t < lengths[b]; t++) {
        const [to, from] = [(t * batch + b) * row, t * row];
        // A view of a step costs as much as a copy of some thirty numbers.
        if (row > 16) data.set(values.subarray(from, from + row), to);
        else for (let k = 0; k < row; k++) data[to + k] = values[from + k];
      }
  });
  const shape = batchFirst ? [batch, steps, ...inner] : [steps, batch, ...inner];
  return { data: new Tensor(shape, dtype, { data, version: 0 }), lengths: tensor(lengths, { dtype: "int32" }) };
}

function common(fn: string, sequences: readonly Tensor[]): { dtype: Tensor["dtype"]; inner: readonly number[] } {
  checkList(fn, "an array of tensors", sequences);
  if (sequences.length === 0) throw new ShapeError(`${fn}: expected at least one sequence, got none`);
  for (const sequence of sequences) {
    if (!Tensor.is(sequence)) throw new DTypeError(`${fn}: expected tensors, got ${show(sequence)}`);
    if (sequence.shape.length === 0) throw new ShapeError(`${fn}: expected sequences [t, …], got a scalar`);
  }
  const [{ dtype, shape }] = sequences;
  const inner = shape.slice(1);
  for (const sequence of sequences) {
    if (sequence.dtype !== dtype)
      throw new DTypeError(`${fn}: dtypes differ, got ${dtype} and ${sequence.dtype}; use cast`);
    if (!sameShape(sequence.shape.slice(1), inner))
      throw new ShapeError(
        `${fn}: sequences may differ in their first size only, got ${formatShape(shape)} and ${formatShape(sequence.shape)}`,
      );
  }
  return { dtype, inner };
}

function fillOf(fn: string, dtype: Tensor["dtype"], value: number): number {
  const fits =
    typeof value === "number" &&
    (dtype === "int32" ? (value | 0) === value : dtype === "bool" ? value === 0 || value === 1 : true);
  if (!fits) throw new OptionError(`${fn}: padValue must be a value of ${dtype}, got ${show(value)}`);
  return value;
}

/**
 * The sequences that {@link padSequences} laid side by side, without their padding. PyTorch: `unpad_sequence`.
 *
 * @throws {ShapeError} when `lengths` does not fit `data`
 */
export function unpadSequences(data: Tensor, lengths: Tensor, options: { batchFirst?: boolean } = {}): Tensor[] {
  const fn = "unpadSequences";
  checkOptions(fn, options, ["batchFirst"]);
  checkTensor(`${fn}: data`, data);
  checkTensor(`${fn}: lengths`, lengths);
  const batchAxis = flag(fn, "batchFirst", options.batchFirst ?? false) ? 0 : 1;
  const steps = data.shape[1 - batchAxis];
  if (data.shape.length < 2 || lengths.shape.length !== 1 || lengths.size !== data.shape[batchAxis])
    throw new ShapeError(
      `${fn}: expected data [T, B, …] and lengths [B], got ${formatShape(data.shape)} and ${formatShape(lengths.shape)}`,
    );
  return Array.from(lengths.data, (length, b) => {
    if (!Number.isInteger(length) || length < 0 || length > steps)
      throw new ShapeError(`${fn}: expected lengths in [0, ${steps}], got ${length}`);
    return slice(select(data, batchAxis, b), 0, 0, length);
  });
}
