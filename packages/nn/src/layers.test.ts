import { grad, type Parameter, parameter, requireGrad } from "@unroll/autograd";
import { gradcheck } from "@unroll/autograd/testing";
import { type DType, Generator, mean, mul, randn, type Tensor, tanh, tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { type Differentiated, type Dump, difference, read } from "./goldens/golden.ts";
import goldens from "./goldens/layers.json" with { type: "json" };
import { LayerNorm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";

interface LayerCase extends Differentiated {
  readonly layer: "Linear" | "LayerNorm" | "Embedding" | "tied";
  readonly args: readonly never[];
  readonly options: object;
  readonly inputs: Readonly<Record<string, Dump>>;
}

const cases = goldens as unknown as LayerCase[];

function indices(values: Parameters<typeof tensor>[0]): Tensor {
  return tensor(values, { dtype: "int32" });
}

/** The module and the tensor to pass it, with the golden's weights loaded. */
function build(golden: LayerCase, dtype: "float32" | "float64"): { model: Module; forward: (x: Tensor) => Tensor } {
  const [a, b] = golden.args;
  const load = <M extends Module>(model: M): M => {
    const { x: _, index: __, ...weights } = golden.inputs;
    model.loadStateDict(Object.fromEntries(Object.entries(weights).map(([name, dump]) => [name, read(dump, dtype)])));
    return model;
  };
  const options = { ...golden.options, dtype };
  if (golden.layer === "Linear") {
    const model = load(new Linear(a, b, options));
    return { model, forward: (x) => model.forward(x) };
  }
  if (golden.layer === "LayerNorm") {
    const model = load(new LayerNorm(a, options));
    return { model, forward: (x) => model.forward(x) };
  }
  const model = load(new Embedding(a, b, options));
  if (golden.layer === "Embedding") return { model, forward: (x) => model.forward(x) };
  const head = new Linear(b, a, { weight: model.weight, bias: false });
  return { model, forward: (x) => head.forward(tanh(model.forward(x))) };
}

describe.each(["float64", "float32"] as const)("layers against PyTorch in %s", (dtype) => {
  it.each(cases.map((golden) => [golden.layer, JSON.stringify(golden.options), golden] as const))(
    "%s %s: output and all gradients",
    (_, __, golden) => {
      const { model, forward } = build(golden, dtype);
      const x =
        golden.inputs.x === undefined ? read(golden.inputs.index, "int32") : requireGrad(read(golden.inputs.x, dtype));
      const wanted = new Map<string, Tensor>(model.namedParameters());
      if (golden.inputs.x !== undefined) wanted.set("x", x);
      const output = forward(x);
      const names = Object.keys(golden.gradients);
      expect([...wanted.keys()].sort()).toEqual([...names].sort());
      const gradients = grad(
        output,
        names.map((name) => wanted.get(name) as Tensor),
        { gradOutputs: [read(golden.direction, dtype)] },
      );
      const worst = Math.max(
        difference(output, golden.output),
        ...gradients.map((gradient, i) => difference(gradient, golden.gradients[names[i]])),
      );
      expect(worst).toBeLessThan(dtype === "float64" ? 1e-13 : 2e-5);
    },
  );
});

describe("Linear", () => {
  it("starts uniform within ±1/√in", () => {
    const layer = new Linear(100, 2000, { generator: new Generator(1) });
    for (const { data } of layer.parameters()) {
      const largest = [...data].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeLessThanOrEqual(Math.fround(0.1));
      expect(largest).toBeGreaterThan(0.0999);
      expect(Math.abs(mean(tensor(data)).item())).toBeLessThan(0.005);
    }
    expect(new Linear(3, 2, { generator: new Generator(1) }).stateDict()).toEqual(
      new Linear(3, 2, { generator: new Generator(1) }).stateDict(),
    );
  });

  it("takes any leading axes, none, and empty ones", () => {
    const layer = new Linear(3, 2);
    const shapes = [[3], [4, 3], [5, 4, 3], [0, 3], [5, 0, 3]].map((shape) => layer.forward(zeros(shape)).shape);
    expect(shapes).toEqual([[2], [4, 2], [5, 4, 2], [0, 2], [5, 0, 2]]);
  });

  it("has a gradient that agrees with finite differences", () => {
    const generator = new Generator(2);
    const layer = new Linear(3, 2, { dtype: "float64", generator });
    const x = randn([2, 4, 3], { dtype: "float64", generator });
    expect(gradcheck((y) => layer.forward(y), [x, ...layer.parameters()])).toBeLessThan(1e-6);
  });

  it("describes itself", () => {
    expect(new Linear(3, 2).describe()).toBe("Linear(3, 2)");
    expect(new Linear(3, 2, { bias: false }).describe()).toBe("Linear(3, 2, bias: false)");
  });

  it.each<[string, () => unknown]>([
    ["Linear: expected […, 3], got [2, 4]", () => new Linear(3, 2).forward(zeros([2, 4]))],
    ["Linear: expected […, 3], got []", () => new Linear(3, 2).forward(tensor(1))],
    ["Linear: inFeatures must be a whole number >= 1, got 0", () => new Linear(0, 2)],
    ["Linear: outFeatures must be a whole number >= 1, got 2.5", () => new Linear(3, 2.5)],
    [
      "Linear: expected a weight of shape [2, 3], got [3, 2]",
      () => new Linear(3, 2, { weight: parameter(zeros([3, 2])) }),
    ],
    ["Linear: expected float32 or float64, got int32", () => new Linear(3, 2, { dtype: "int32" as never })],
    ["Linear: unknown option biass, did you mean bias?", () => new Linear(3, 2, { biass: true } as object)],
  ])("says %s", (message, call) => {
    expect(call).toThrow(message);
  });
});

describe("Embedding", () => {
  it("starts standard normal, with a row of zeros for padding", () => {
    const { weight } = new Embedding(1000, 20, { paddingIdx: -1000, generator: new Generator(3) });
    expect(weight.data.subarray(0, 20)).toEqual(new Float32Array(20));
    expect(Math.abs(mean(mul(weight, weight)).item() - 0.999)).toBeLessThan(0.02);
  });

  it("takes indices of any shape", () => {
    const embedding = new Embedding(5, 2);
    expect(embedding.forward(indices(3)).shape).toEqual([2]);
    expect(embedding.forward(indices([[1, 2, 3]])).shape).toEqual([1, 3, 2]);
    expect(embedding.forward(tensor([], { dtype: "int32" })).shape).toEqual([0, 2]);
  });

  it("leaves the values of a given weight alone", () => {
    const weight = parameter([[1, 2]]);
    const embedding = new Embedding(1, 2, { weight, paddingIdx: 0 });
    expect(embedding.weight).toBe(weight);
    expect(weight.toArray()).toEqual([[1, 2]]);
  });

  it("describes itself", () => {
    expect(new Embedding(5, 2).describe()).toBe("Embedding(5, 2)");
    expect(new Embedding(5, 2, { paddingIdx: -1 }).describe()).toBe("Embedding(5, 2, paddingIdx: 4)");
  });

  it.each<[string, () => unknown]>([
    ["Embedding: expected indices in [0, 5), got 5", () => new Embedding(5, 2).forward(indices([0, 5]))],
    ["Embedding: expected indices in [0, 5), got -1", () => new Embedding(5, 2).forward(indices([[-1]]))],
    ["Embedding: expected int32 indices, got float32; use cast", () => new Embedding(5, 2).forward(tensor([1]))],
    ["Embedding: paddingIdx must be a whole number in [-5, 5), got 5", () => new Embedding(5, 2, { paddingIdx: 5 })],
    ["Embedding: numEmbeddings must be a whole number >= 1, got 0", () => new Embedding(0, 2)],
    [
      "Embedding: expected a weight of shape [5, 2], got [5, 3]",
      () => new Embedding(5, 2, { weight: parameter(zeros([5, 3])) }),
    ],
    [
      "Embedding: unknown option paddingIndex, did you mean paddingIdx?",
      () => new Embedding(5, 2, { paddingIndex: 0 } as object),
    ],
  ])("says %s", (message, call) => {
    expect(call).toThrow(message);
  });
});

describe("LayerNorm", () => {
  it("has a gradient that agrees with finite differences", () => {
    const layer = new LayerNorm([4, 3], { dtype: "float64" });
    const x = randn([2, 4, 3], { dtype: "float64", generator: new Generator(2) });
    expect(gradcheck((y) => layer.forward(y), [x, ...layer.parameters()])).toBeLessThan(1e-6);
  });

  it("has no bias, or no parameters, on request", () => {
    expect(Object.keys(new LayerNorm(3).stateDict())).toEqual(["weight", "bias"]);
    expect(Object.keys(new LayerNorm(3, { bias: false }).stateDict())).toEqual(["weight"]);
    expect(new LayerNorm(3, { elementwiseAffine: false }).parameters()).toEqual([]);
    expect(new LayerNorm([4, 3]).describe()).toBe("LayerNorm([4, 3], eps: 0.00001)");
  });

  it("makes a constant row 0, not NaN", () => {
    expect(new LayerNorm(3).forward(tensor([[5, 5, 5]])).toArray()).toEqual([[0, 0, 0]]);
  });

  it.each<[string, () => unknown]>([
    ["LayerNorm: expected […, 4, 3], got [2, 3]", () => new LayerNorm([4, 3]).forward(zeros([2, 3]))],
    ["LayerNorm: expected […, 4, 3], got [3]", () => new LayerNorm([4, 3]).forward(zeros([3]))],
    ["LayerNorm: normalizedShape needs at least one size", () => new LayerNorm([])],
    ["LayerNorm: normalizedShape must be a whole number >= 1, got -1", () => new LayerNorm([4, -1])],
    ["LayerNorm: eps must be >= 0, got -1", () => new LayerNorm(4, { eps: -1 })],
    ["LayerNorm: unknown option affine, did you mean ", () => new LayerNorm(4, { affine: false } as object)],
  ])("says %s", (message, call) => {
    expect(call).toThrow(message);
  });
});

describe("Dropout", () => {
  const dtypes: DType[] = ["float32", "float64"];

  it.each(dtypes)("keeps the mean in %s: kept values grow by 1 / (1 - p)", (dtype) => {
    const x = tensor(new Float64Array(20_000).fill(3), { dtype });
    const y = new Dropout(0.25, { generator: new Generator(1) }).forward(x);
    expect(new Set(y.data)).toEqual(new Set([0, 4]));
    const dropped = y.data.filter((value) => value === 0).length / 20_000;
    expect(Math.abs(dropped - 0.25)).toBeLessThan(0.01);
    expect(y.dtype).toBe(dtype);
  });

  it("passes its input on in evaluation, and for p = 0", () => {
    const x = tensor([1, 2]);
    expect(new Dropout(0.9).eval().forward(x)).toBe(x);
    expect(new Dropout(0).forward(x)).toBe(x);
    expect(new Dropout(1).forward(x).toArray()).toEqual([0, 0]);
    expect(new Dropout(0.5).describe()).toBe("Dropout(0.5)");
  });

  it("draws the same masks from the same generator state, and new ones from call to call", () => {
    const x = tensor(new Float32Array(64).fill(1));
    const [a, b] = [1, 1].map((seed) => new Dropout(0.5, { generator: new Generator(seed) }));
    const first = a.forward(x).data;
    expect(b.forward(x).data).toEqual(first);
    expect(a.forward(x).data).not.toEqual(first);
  });

  it("multiplies gradients by the mask that it drew", () => {
    const x = requireGrad(tensor(new Float64Array(32).fill(1)));
    const y = new Dropout(0.5, { generator: new Generator(1) }).forward(x);
    const [gradient] = grad(y, [x], { gradOutputs: [tensor(new Float64Array(32).fill(1))] });
    expect(gradient.data).toEqual(y.data);
  });

  it("refuses what is no probability", () => {
    expect(() => new Dropout(1.5)).toThrow("Dropout: p must be a probability in [0, 1], got 1.5");
    expect(() => new Dropout(Number.NaN)).toThrow("Dropout: p must be a probability in [0, 1], got NaN");
    expect(() => new Dropout(0.5, { seed: 1 } as object)).toThrow(/unknown option seed/);
  });
});

describe("tied weights", () => {
  it("are one parameter in two places", () => {
    const embedding = new Embedding(5, 2);
    const head = new Linear(2, 5, { weight: embedding.weight });
    const model: { weight: Parameter } = head;
    expect(model.weight).toBe(embedding.weight);
  });
});
