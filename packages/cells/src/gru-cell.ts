import {
  add,
  checkBoolean,
  checkOptions,
  checkTensor,
  chunk,
  mul,
  sigmoid,
  slice,
  sub,
  type Tensor,
  tanh,
} from "@unroll/tensor";
import { affine } from "./affine.ts";
import type { Cell } from "./cell.ts";
import { partOf } from "./checks.ts";
import { GatedCell } from "./gated-cell.ts";
import { type CellOptions, cellOptions, checkCellOptions, describeOptions } from "./parameters.ts";

/** The state of a {@link GRUCell}: `h` `[B, H]`. */
export type GRUState = { readonly h: Tensor };

/** Options of {@link GRUCell}. */
export interface GRUCellOptions extends CellOptions {
  /** Multiply by the reset gate after the matrix product (default true, PyTorch and Keras) or before it (Cho et al., ONNX's default). */
  resetAfter?: boolean | undefined;
}

/** The option names of {@link GRUCell}. */
export const gruCellOptions: readonly string[] = [...cellOptions, "resetAfter"];

/** The options that differ from PyTorch's defaults. */
export function describeGRU(options: GRUCellOptions): string[] {
  const { resetAfter } = options;
  return [...describeOptions(options), ...(resetAfter === false ? ["resetAfter: false"] : [])];
}

/** Throws unless the options have values of their kinds. */
export function checkGRUOptions(fn: string, options: GRUCellOptions): void {
  checkCellOptions(fn, options);
  checkBoolean(fn, "resetAfter", options.resetAfter, true);
}

/**
 * The gated recurrent unit (Cho et al., 2014; PyTorch's `GRUCell`), with z as the gate that keeps:
 *
 * ```
 * r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
 * z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
 * n = tanh(W_in x + b_in + r (W_hn h + b_hn))     reset after (default)
 * n = tanh(W_in x + b_in + W_hn (r h) + b_hn)     reset before
 * h' = (1 - z) n + z h
 * ```
 *
 * x `[B, I]`, h `[B, H]`; `weight_ih` `[3H, I]`, `weight_hh` `[3H, H]`, biases `[3H]`, gates in the order r, z, n.
 *
 * @example
 * ```ts
 * const cell = new GRUCell(3, 4);
 * const { output, state } = cell.step(zeros([2, 3]), cell.initialState(2));
 * output.shape; // [2, 4]
 * Object.keys(state); // ["h"]
 * ```
 * @throws {OptionError} when an option is unknown or has a wrong value, or a size is not a whole number >= 1
 */
export class GRUCell extends GatedCell implements Cell<GRUState> {
  readonly resetAfter: boolean;

  constructor(inputSize: number, hiddenSize: number, options: GRUCellOptions = {}) {
    checkOptions("GRUCell", options, gruCellOptions);
    checkGRUOptions("GRUCell", options);
    super({ name: "GRUCell", gates: 3, parts: describeGRU(options) }, inputSize, hiddenSize, options);
    this.resetAfter = options.resetAfter ?? true;
  }

  /** One step: x `[B, I]` and a state of B rows give an output `[B, H]`, which is the new h, and the new state. */
  step(x: Tensor, state: GRUState): { output: Tensor; state: GRUState } {
    checkTensor("GRUCell.step", x);
    const h = partOf("GRUCell.step", state, "h");
    const input = affine(x, this.weight_ih, this.bias_ih);
    const next = this.resetAfter ? this.#resetAfter(input, h) : this.#resetBefore(input, h);
    return { output: next, state: { h: next } };
  }

  #resetAfter(input: Tensor, h: Tensor): Tensor {
    const [xr, xz, xn] = chunk(input, 3, -1);
    const [hr, hz, hn] = chunk(affine(h, this.weight_hh, this.bias_hh), 3, -1);
    const r = sigmoid(add(xr, hr));
    const z = sigmoid(add(xz, hz));
    const n = tanh(add(xn, mul(r, hn)));
    return add(mul(sub(1, z), n), mul(z, h));
  }

  #resetBefore(input: Tensor, h: Tensor): Tensor {
    const size = this.hiddenSize;
    const rows = (x: Tensor | undefined, from: number, to: number) => x && slice(x, 0, from * size, to * size);
    const gates = affine(h, slice(this.weight_hh, 0, 0, 2 * size), rows(this.bias_hh, 0, 2));
    const [r, z] = chunk(sigmoid(add(slice(input, -1, 0, 2 * size), gates)), 2, -1);
    const recurrent = affine(mul(r, h), slice(this.weight_hh, 0, 2 * size), rows(this.bias_hh, 2, 3));
    const n = tanh(add(slice(input, -1, 2 * size), recurrent));
    return add(mul(sub(1, z), n), mul(z, h));
  }

  /** Zeros. */
  initialState(batch: number): GRUState {
    return { h: this.zeroRows(batch) };
  }
}
