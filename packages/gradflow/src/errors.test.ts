import { GradientError } from "@unroll/autograd";
import { LSTM, LSTMCell, RNN } from "@unroll/cells";
import { DTypeError, OptionError, ShapeError, sum, type Tensor, tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { type GradientFlowOptions, gradientFlow } from "./flow.ts";

const layer = new LSTM(3, 4);
const x = zeros([5, 2, 3]);
const total = (output: Tensor) => sum(output);

/** Options as untyped code may give them. */
const loose = (options: object) => options as GradientFlowOptions;

describe("gradientFlow refuses", () => {
  it("a loss and a probe together", () => {
    expect(() => gradientFlow(layer, x, { loss: total, probe: "state" })).toThrow(
      new OptionError("gradientFlow: expected a loss or a probe, got both"),
    );
  });

  it("a reduction without a loss, or of another name", () => {
    expect(() => gradientFlow(layer, x, { reduction: "sum" })).toThrow(
      new OptionError("gradientFlow: reduction says how a loss combines samples; a probe has none"),
    );
    expect(() => gradientFlow(layer, x, loose({ loss: total, reduction: "max" }))).toThrow(
      new OptionError('gradientFlow: reduction must be "mean" or "sum", got max'),
    );
  });

  it("unknown options, with the nearest name", () => {
    expect(() => gradientFlow(layer, x, loose({ length: [1, 2] }))).toThrow(
      /^gradientFlow: unknown option length, did you mean lengths\?/,
    );
    expect(() => gradientFlow(layer, x, loose({ Probe: "state" }))).toThrow(/did you mean probe\?/);
  });

  it("probe vectors that do not fit the state", () => {
    const probe = (vectors: unknown) => () => gradientFlow(layer, x, loose({ probe: vectors }));
    const u = zeros([4]);
    const names = "gradientFlow: the probe must have vectors for h, c;";
    expect(probe({ h: u })).toThrow(new OptionError(`${names} c does not fit`));
    expect(probe({ h: u, c: u, d: u })).toThrow(new OptionError(`${names} d does not fit`));
    expect(probe({ h: u, c: zeros([3]) })).toThrow(
      new ShapeError("gradientFlow: expected a probe vector c of shape [4], got [3]"),
    );
    // A vector per sample would broadcast to something else.
    expect(probe({ h: zeros([2, 4]), c: u })).toThrow(
      new ShapeError("gradientFlow: expected a probe vector h of shape [4], got [2, 4]"),
    );
    expect(probe({ h: zeros([1]), c: u })).toThrow(ShapeError);
    expect(probe({ h: [1, 2, 3, 4], c: u })).toThrow(
      new ShapeError("gradientFlow: expected a probe vector h of shape [4], got object"),
    );
    expect(probe({ h: zeros([4], { dtype: "float64" }), c: u })).toThrow(
      new DTypeError("gradientFlow: the probe vector h is float64, the state float32; use cast"),
    );
    const words = 'gradientFlow: probe must be "state", "output" or vectors by state, got';
    expect(probe("h")).toThrow(new OptionError(`${words} h`));
    expect(probe(null)).toThrow(new OptionError(`${words} null`));
    expect(probe(u)).toThrow(new OptionError(`${words} a tensor`));
  });

  it("a loss that is not a function", () => {
    expect(() => gradientFlow(layer, x, loose({ loss: 5 }))).toThrow(
      new OptionError("gradientFlow: loss must be a function, got number 5"),
    );
    expect(() => gradientFlow(layer, x, loose({ loss: zeros([1]) }))).toThrow(
      new OptionError("gradientFlow: loss must be a function, got a tensor"),
    );
  });

  it("a loss that is not one number, or that nothing led to", () => {
    const loss = (value: unknown) => () => gradientFlow(layer, x, loose({ loss: () => value }));
    expect(loss(zeros([2]))).toThrow(new ShapeError("gradientFlow: the loss must be a single number, got shape [2]"));
    expect(loss(3)).toThrow(new ShapeError("gradientFlow: the loss must be a single number, got number 3"));
    expect(loss(tensor(3))).toThrow(GradientError);
  });

  it("sequences without a step", () => {
    const none = new ShapeError("gradientFlow: no sample has a step");
    expect(() => gradientFlow(layer, zeros([0, 2, 3]))).toThrow(none);
    expect(() => gradientFlow(layer, x, { lengths: [0, 0] })).toThrow(none);
    expect(() => gradientFlow(layer, zeros([5, 0, 3]))).toThrow(none);
  });

  it("what is not a sequence or not recurrent", () => {
    expect(() => gradientFlow(layer, zeros([3]))).toThrow(
      new ShapeError("gradientFlow: expected x of shape [T, B, …], got [3]"),
    );
    expect(() => gradientFlow(new LSTMCell(3, 4), [[1]] as unknown as Tensor)).toThrow(
      new ShapeError("gradientFlow: expected x of shape [T, B, …], got object"),
    );
    expect(() => gradientFlow(layer, zeros([5, 2, 7]))).toThrow(ShapeError);
    for (const subject of [undefined, null, {}, total])
      expect(() => gradientFlow(subject as unknown as LSTM, x)).toThrow(
        new OptionError("gradientFlow: expected a recurrent layer or a cell"),
      );
  });

  it("layers and directions that do not exist", () => {
    expect(() => gradientFlow(layer, x, { layer: 1 })).toThrow(/no cell in layer 1/);
    expect(() => gradientFlow(layer, x, { reverse: true })).toThrow(/no cell in layer 0, reverse/);
    expect(() => gradientFlow(new LSTMCell(3, 4), x, { layer: 0 })).toThrow(
      new OptionError("gradientFlow: layer is for recurrent layers; a cell has only one"),
    );
    const both = new RNN(3, 4, { bidirectional: true });
    expect(() => gradientFlow(both, x, loose({ reverse: "yes" }))).toThrow(
      new OptionError("gradientFlow: reverse must be true or false, got yes"),
    );
  });
});
