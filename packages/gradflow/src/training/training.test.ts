import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { backward, parameter } from "@unroll/autograd";
import { GRUCell, LSTM, RNN, RNNCell, unroll } from "@unroll/cells";
import { Linear, Module, mse } from "@unroll/nn";
import { AdamW, clipGradNorm, gradNorm, SGD } from "@unroll/optim";
import {
  type Engine,
  Generator,
  indexSelect,
  manualSeed,
  mul,
  OptionError,
  randn,
  referenceEngine,
  sum,
  type Tensor,
  tensor,
  useEngine,
  zeros,
} from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { gradientFlow } from "../flow.ts";
import { gateStatistics } from "../gates/statistics.ts";
import { NDJSONFile } from "../node/index.ts";
import { ClippingStatistics } from "./clipping.ts";
import { gradientRms, totalNorm } from "./gradient-rms.ts";
import { type ObservationRecord, observe, toNDJSON } from "./observe.ts";

describe("gradient RMS", () => {
  it("is √(mean g²) of each parameter, with zeros, absences and NaN told apart", () => {
    const [a, b, c, d] = [[1, 1, 1, 1], [1], [1], [1]].map((values) => parameter(values));
    backward(sum(mul(a, tensor([3, 4, 0, 0]))));
    backward(sum(mul(b, 0)));
    backward(sum(mul(d, Number.NaN)));
    const found = gradientRms({
      namedParameters: () => [
        ["a", a],
        ["b", b],
        ["c", c],
        ["d", d],
      ],
    });
    expect(found.map(({ kind }) => kind)).toEqual(["finite", "zero", "absent", "invalid"]);
    expect(found[0].log10).toBeCloseTo(Math.log10(2.5), 14);
    expect(found.slice(1).map(({ log10 }) => log10)).toEqual([-Infinity, Number.NaN, Number.NaN]);
    expect(totalNorm(found)).toBeNaN();
    expect(totalNorm(found.slice(0, 3))).toBeCloseTo(Math.log10(5), 14);
  });

  it("does not underflow in float64, and its total is that of clipping", () => {
    const [a, b] = [parameter(tensor([1, 1], { dtype: "float64" })), parameter(tensor([1], { dtype: "float64" }))];
    backward(sum(mul(a, tensor([3e-250, 4e-250], { dtype: "float64" }))));
    backward(sum(mul(b, 12e-250)));
    const found = gradientRms({
      namedParameters: () => [
        ["a", a],
        ["b", b],
      ],
    });
    expect(found[0].log10).toBeCloseTo(Math.log10(5 / Math.SQRT2) - 250, 10);
    expect(totalNorm(found)).toBeCloseTo(Math.log10(gradNorm([a, b])), 10);
    expect(totalNorm(found)).toBeCloseTo(Math.log10(13) - 250, 10);
  });
});

describe("clipping statistics", () => {
  it("go by norms before clipping, with what is not finite apart", () => {
    const clipping = new ClippingStatistics({ max: 2, reduction: "mean" });
    const w = parameter(tensor([0, 0], { dtype: "float64" }));
    for (const g of [
      [3, 4],
      [0.6, 0.8],
      [6, 8],
      [Number.NaN, 1],
    ]) {
      w.zeroGrad();
      backward(sum(mul(w, tensor(g, { dtype: "float64" }))));
      clipping.add(clipGradNorm([w], 2).norm);
    }
    const { count, clipped, invalid, meanFactor, median, p90, reduction } = clipping.summary();
    expect({ count, invalid, reduction }).toEqual({ count: 4, invalid: 1, reduction: "mean" });
    expect(clipped).toBeCloseTo(2 / 3, 14);
    expect(meanFactor).toBeCloseTo((2 / 5 + 1 + 2 / 10) / 3, 14);
    expect([median, p90]).toEqual([Math.log10(5), Math.log10(9)]);
  });

  it("have no numbers before the first norm", () => {
    const summary = new ClippingStatistics({ max: 1, reduction: "sum" }).summary();
    expect([summary.count, summary.clipped, summary.median]).toEqual([0, Number.NaN, Number.NaN]);
    expect(() => new ClippingStatistics({ max: 0, reduction: "sum" })).toThrow(OptionError);
    expect(() => new ClippingStatistics({ max: 1, reduction: "" })).toThrow(/reduction must be named/);
  });
});

class Model extends Module {
  readonly lstm = new LSTM(3, 6, { numLayers: 2, dropout: 0.3 });
  readonly heads = [new RNN(6, 4, { batchFirst: true }), new Linear(4, 1)] as const;

  forward(x: Tensor, lengths?: number[]): Tensor {
    const { output } = this.lstm.forward(x, { lengths });
    const [rnn, head] = this.heads;
    return head.forward(rnn.forward(output).state.h);
  }
}

/** Trains for some steps, and gives the losses and all parameters. */
function train(watch?: (model: Model) => (loss: number) => void): {
  losses: number[];
  values: number[][];
  model: Model;
} {
  manualSeed(5);
  const model = new Model();
  const tell = watch?.(model);
  const optimizer = new AdamW(model.parameters(), { lr: 0.01 });
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    const x = randn([7, 4, 3]);
    optimizer.zeroGrad();
    const loss = mse(model.forward(x, [7, 0, 5, 2]), zeros([1, 7, 1]));
    backward(loss);
    losses.push(loss.item());
    tell?.(loss.item());
    clipGradNorm(model.parameters(), 0.1);
    optimizer.step();
  }
  return { losses, values: model.parameters().map(({ data }) => Array.from(data)), model };
}

describe("an observer", () => {
  it("changes nothing: losses and parameters are the same bits with it and without", () => {
    const records: ObservationRecord[] = [];
    const plain = train();
    const watched = train((model) => {
      const observer = observe(model, { every: 5, sink: (record) => records.push(record), clip: 0.1 });
      return (loss) => observer.step({ loss });
    });
    expect(watched.losses).toEqual(plain.losses);
    expect(watched.values).toEqual(plain.values);
    expect(records.map(({ step }) => step)).toEqual([0, 5, 10]);
    expect(records.map(({ info }) => info.loss)).toEqual([0, 5, 10].map((step) => plain.losses[step]));
    for (const record of records) {
      expect(Object.keys(record.layers)).toEqual(["lstm", "heads.0"]);
      const { lags, log10, gates, underflow } = record.layers.lstm;
      expect(lags).toEqual([0, 1, 2, 3, 4, 5, 6]);
      expect(log10).toHaveLength(7);
      expect(underflow).toEqual([0, 0, 0, 0, 0, 0, 0]);
      expect(Object.keys(gates ?? {})).toEqual(["i", "f", "o"]);
      expect(Object.keys(record.parameters)).toEqual(watched.model.namedParameters().map(([name]) => name));
    }
  });

  it("measures what gradientFlow does on the same samples, and gradients before clipping", () => {
    manualSeed(1);
    const layer = new LSTM(2, 5);
    const observer = observe(layer, { every: 1, samples: 2, clip: 0.001 });
    const x = randn([9, 3, 2]);
    backward(mul(sum(layer.forward(x, { lengths: [4, 9, 6] }).output), 10));
    const norm = gradNorm(layer.parameters());
    const record = observer.step();
    // The two longest samples.
    const two = indexSelect(x, 1, tensor([1, 2], { dtype: "int32" }));
    const expected = gradientFlow(layer, two, { lengths: [9, 6] }).joint;
    record?.layers.model.log10.forEach((value, n) => {
      expect(value).toBeCloseTo(expected.mean[n], 6);
    });
    expect(record?.layers.model.halfLife).toBeCloseTo(expected.fit?.halfLife ?? 0, 5);
    const { gates } = gateStatistics(layer, two, { lengths: [9, 6] });
    for (const [name, found] of Object.entries(record?.layers.model.gates ?? {}))
      for (const key of ["left", "right", "meanLog"] as const)
        expect(found[key]).toBeCloseTo(gates[name][key].reduce((sum, value) => sum + value, 0) / 5, 5);
    expect(Object.keys(record?.layers.model.gates ?? {})).toEqual(["i", "f", "o"]);
    expect(record?.gradNorm).toBeCloseTo(Math.log10(norm), 6);
    expect(record?.clipFactor).toBeCloseTo(0.001 / norm, 9);
  });

  it("computes less than 2.5 training steps when it measures: 5 % at every = 50", () => {
    let numbers = 0;
    const counting: Engine = {
      name: "counting",
      run: (op, out, output, inputs, attrs) => {
        numbers += out.length;
        referenceEngine.run(op, out, output, inputs, attrs);
      },
    };
    const layer = new LSTM(4, 8, { generator: new Generator(1) });
    const x = randn([20, 16, 4], { generator: new Generator(2) });
    const observer = observe(layer, { every: 1 });
    const [training, measuring] = [
      () => backward(sum(layer.forward(x).output)),
      () => expect(observer.step()?.layers.model.gates).toBeDefined(),
    ].map((fn) => {
      const before = numbers;
      useEngine(counting, fn);
      return numbers - before;
    });
    expect(training).toBeGreaterThan(20 * 16 * 8 * 4);
    expect(measuring).toBeGreaterThan(0);
    expect(measuring / training).toBeLessThan(2.5);
  });

  it("takes its hooks off, and leaves a forward of the user's own as it was", () => {
    const layer = new RNN(2, 3);
    const own = layer.forward.bind(layer);
    Object.defineProperty(layer, "forward", { value: own, configurable: true, enumerable: true, writable: true });
    const bare = new RNN(2, 3);
    for (const subject of [layer, bare]) {
      const before = Object.getOwnPropertyDescriptors(subject);
      const names = subject.namedParameters().map(([name]) => name);
      const observer = observe(subject, { every: 1 });
      expect(subject.namedParameters().map(([name]) => name)).toEqual(names);
      expect(subject.forward).not.toBe(own);
      subject.forward(zeros([2, 1, 2]));
      observer.detach();
      observer.detach();
      expect(Object.getOwnPropertyDescriptors(subject)).toEqual(before);
      expect(observer.step()).toBeUndefined();
    }
    expect(Object.hasOwn(bare, "forward")).toBe(false);
  });

  it("shares a layer with another observer, and both leave in any order", () => {
    for (const firstLeavesFirst of [true, false]) {
      const layer = new RNN(2, 3);
      const pair = [observe(layer, { every: 1 }), observe(layer, { every: 1 })];
      layer.forward(randn([4, 1, 2]));
      expect(pair.map((observer) => Object.keys(observer.step()?.layers ?? {}))).toEqual([["model"], ["model"]]);
      const [leaving, staying] = firstLeavesFirst ? pair : pair.toReversed();
      leaving.detach();
      layer.forward(randn([4, 1, 2]));
      expect(Object.keys(staying.step()?.layers ?? {})).toEqual(["model"]);
      expect(leaving.step()).toBeUndefined();
      staying.detach();
      expect(Object.hasOwn(layer, "forward")).toBe(false);
    }
  });

  it("leaves out a layer that saw nothing, and thins long curves", () => {
    const model = new Model();
    const observer = observe(model, { every: 1, points: 4, gates: false });
    expect(observer.step()?.layers).toEqual({});
    model.lstm.forward(randn([40, 2, 3]));
    const record = observer.step();
    expect(Object.keys(record?.layers ?? {})).toEqual(["lstm"]);
    expect(record?.layers.lstm.lags).toEqual([0, 13, 26, 39]);
    expect(record?.layers.lstm.gates).toBeUndefined();
    model.lstm.forward(randn([40, 2, 3]), { lengths: [0, 0] });
    expect(observer.step()?.layers).toEqual({});
  });

  it("watches cells that a model drives itself", () => {
    class Driven extends Module {
      readonly cell = new GRUCell(2, 3);
    }
    const model = new Driven();
    const x = randn([6, 2, 2]);
    expect(() => observe(model, { every: 1 })).toThrow(
      new OptionError("observe: the model has no recurrent layer; name what to watch"),
    );
    const observer = observe(model, { every: 2, watch: { cell: { subject: model.cell, x: () => x } } });
    backward(sum(unroll(model.cell, x).output));
    const record = observer.step();
    expect(record?.layers.cell.log10[3]).toBeCloseTo(gradientFlow(model.cell, x).joint.mean[3], 6);
    expect(Object.keys(record?.layers.cell.gates ?? {})).toEqual(["r", "z"]);
    expect(observer.step()).toBeUndefined();
  });

  it("refuses wrong options", () => {
    const cell = new RNN(1, 1);
    expect(() => observe(cell, { every: 0 })).toThrow(new OptionError("observe: every must be at least 1, got 0"));
    expect(() => observe({} as never, { every: 1 })).toThrow(/expected a module/);
    expect(() => observe(cell, { every: 1, clip: -1 })).toThrow(/clip must be > 0/);
    expect(() => observe(cell, { every: 1, watch: { a: { subject: new RNNCell(1, 1) } as never } })).toThrow(
      /watch\.a must have/,
    );
  });
});

describe("records in a file", () => {
  it("are on the disk line by line as they come, and go on where a file ends", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "unroll-ndjson-"));
    const file = path.join(folder, "run.ndjson");
    try {
      const model = new RNN(2, 3);
      const optimizer = new SGD(model.parameters(), { lr: 0.1 });
      const run = (append: boolean) => {
        const sink = new NDJSONFile(file, { append });
        const observer = observe(model, { every: 1, sink: sink.write });
        for (let step = 0; step < 2; step++) {
          optimizer.zeroGrad();
          backward(sum(model.forward(randn([4, 2, 2], { generator: new Generator(step) })).output));
          observer.step({ loss: 1 });
          const lines = readFileSync(file, "utf8").trimEnd().split("\n");
          expect(JSON.parse(lines[lines.length - 1]).step).toBe(step);
          optimizer.step();
        }
        observer.detach();
        sink.close();
        sink.close();
        return sink;
      };
      const closed = run(false);
      run(true);
      const lines = readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines.map(({ step }) => step)).toEqual([0, 1, 0, 1]);
      expect(() => closed.write(lines[0])).toThrow(/is closed/);
      run(false);
      expect(readFileSync(file, "utf8").trimEnd().split("\n")).toHaveLength(2);
      expect(() => new NDJSONFile(path.join(folder, "no", "where"))).toThrow(/NDJSONFile: cannot open/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("write numbers that are not finite as null", () => {
    const record = { step: 1, info: {}, layers: {}, parameters: { w: -Infinity }, gradNorm: Number.NaN };
    expect(JSON.parse(toNDJSON(record))).toEqual({ ...record, parameters: { w: null }, gradNorm: null });
  });
});
