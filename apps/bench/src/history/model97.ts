import { type Parameter, parameter } from "@unroll/autograd";
import { unroll } from "@unroll/cells";
import type { SequenceBatch } from "@unroll/data";
import { Module } from "@unroll/nn";
import { add, type Generator, matmul, sigmoid, slice, type Tensor, transpose } from "@unroll/tensor";
import { Cell97, type Net97, uniformIn } from "./cell97.ts";

/** A whole net of the paper: memory cells, and logistic outputs that see the cells only. */
export class Model97 extends Module {
  readonly cell: Cell97;
  readonly weight_out: Parameter;
  readonly bias_out: Parameter | undefined;

  constructor(net: Net97, options: { readonly truncated: boolean; readonly generator: Generator }) {
    super();
    const draw = (shape: readonly number[]): Parameter => parameter(uniformIn(net.range, shape, options.generator));
    this.cell = new Cell97(net, options);
    this.weight_out = draw([net.outputs, net.blocks * net.size]);
    this.bias_out = net.bias === "all" ? draw([net.outputs]) : undefined;
  }

  /** `[B, O]` after each sequence's last step, or `[T, B, O]` in all steps, in (0, 1). */
  answer({ input, lengths }: SequenceBatch, answers: "last" | "every"): Tensor {
    const { output, state } = unroll(this.cell, input, { lengths });
    const cells = answers === "every" ? output : slice(state.y, 1, 0, this.weight_out.shape[1]);
    const net = matmul(cells, transpose(this.weight_out, 0, 1));
    return sigmoid(this.bias_out === undefined ? net : add(net, this.bias_out));
  }
}
