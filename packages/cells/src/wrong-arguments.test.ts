import { DTypeError, OptionError, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { GRUCell, LSTMCell, RNNCell, unroll } from "./index.ts";

function wrong(value: unknown): never {
  return value as never;
}

const x = zeros([2, 3]);
const [rnn, gru, lstm] = [new RNNCell(3, 4), new GRUCell(3, 4), new LSTMCell(3, 4)];
const made = gru.initialState(2);

/** A cell of the user's own, with a part of it replaced. */
function cellWith(part: object): never {
  return wrong({ step: () => ({ output: x, state: { h: x } }), initialState: () => ({ h: x }), ...part });
}

const sequence = zeros([1, 2, 3]);

describe("a wrong argument", () => {
  it.each<[string, () => unknown, Error]>([
    [
      "number as cell",
      () => unroll(wrong(5), sequence),
      new OptionError("unroll: expected a cell with step and initialState, got number 5"),
    ],
    [
      "nothing as cell",
      () => unroll(wrong(undefined), sequence),
      new OptionError("unroll: expected a cell with step and initialState, got undefined"),
    ],
    [
      "cell without step",
      () => unroll(cellWith({ step: undefined }), sequence),
      new OptionError("unroll: expected a cell with step and initialState, got an object with keys step, initialState"),
    ],
    [
      "begin",
      () => unroll(cellWith({ begin: 5 }), sequence),
      new OptionError("unroll: begin of the cell must be a function, got number 5"),
    ],
    [
      "initial state",
      () => unroll(cellWith({ initialState: () => undefined }), sequence),
      new OptionError("unroll: initialState must give named tensors, got undefined"),
    ],
    [
      "part of an initial state",
      () => unroll(cellWith({ initialState: () => ({ h: 0 }) }), sequence),
      new DTypeError("unroll: initialState h: expected a tensor, got number 0"),
    ],
    [
      "lacking state of RNNCell",
      () => rnn.step(x, wrong(undefined)),
      new OptionError("RNNCell.step: expected a state with a tensor h, got undefined"),
    ],
    [
      "lacking state of GRUCell",
      () => gru.step(x, wrong({ c: x })),
      new OptionError("GRUCell.step: expected a state with a tensor h, got an object with keys c"),
    ],
    [
      "half a state of LSTMCell",
      () => lstm.step(x, wrong(made)),
      new OptionError("LSTMCell.step: expected a state with a tensor c, got an object with keys h"),
    ],
    [
      "part of a state of LSTMCell",
      () => lstm.step(x, wrong({ h: 5, c: made.h })),
      new OptionError("LSTMCell.step: expected a state with a tensor h, got number 5"),
    ],
    [
      "input of RNNCell",
      () => rnn.step(wrong(5), made),
      new DTypeError("RNNCell.step: expected a tensor, got number 5"),
    ],
    [
      "input of GRUCell",
      () => gru.step(wrong(null), made),
      new DTypeError("GRUCell.step: expected a tensor, got null"),
    ],
    [
      "input of LSTMCell",
      () => lstm.step(wrong([1]), lstm.initialState(2)),
      new DTypeError("LSTMCell.step: expected a tensor, got an array; use tensor(values)"),
    ],
  ])("%s is named", (_, call, error) => {
    expect(call).toThrow(error);
  });
});
