import { backward, type Parameter, parameter } from "@unroll/autograd";
import { mul, ShapeError, sum, type Tensor, tensor, UnrollError } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { StateDictError } from "./errors.ts";
import { Module } from "./module.ts";

class Leaf extends Module {
  readonly weight_ih_l0: Parameter;
  readonly size = 2;
  readonly notLearned: Tensor = tensor([9, 9]);
  constructor(value = 1) {
    super();
    this.weight_ih_l0 = parameter([value, value + 1]);
  }
}

class Tree extends Module {
  readonly layers: Leaf[] = [new Leaf(1), new Leaf(3)];
  readonly heads: { a: Leaf; b: { c: Parameter }[] } = { a: new Leaf(5), b: [{ c: parameter([7]) }] };
  readonly own: Parameter = parameter([8]);
}

class Tied extends Module {
  readonly encoder = new Leaf();
  readonly decoder = new Leaf();
  constructor() {
    super();
    (this.decoder as { weight_ih_l0: Parameter }).weight_ih_l0 = this.encoder.weight_ih_l0;
  }
}

const treeNames = ["layers.0.weight_ih_l0", "layers.1.weight_ih_l0", "heads.a.weight_ih_l0", "heads.b.0.c", "own"];

describe("Module", () => {
  it("finds parameters in order, through arrays and plain objects, and labels them", () => {
    const tree = new Tree();
    expect(tree.namedParameters().map(([name]) => name)).toEqual(treeNames);
    expect(tree.parameters().map(({ label }) => label)).toEqual(treeNames);
    expect(tree.parameters()[3].data).toEqual(new Float32Array([7]));
  });

  it("labels parameters by their name in the outermost module that was asked", () => {
    const tree = new Tree();
    const [leaf] = tree.layers;
    const labelOf = () => leaf.weight_ih_l0.label;
    leaf.parameters();
    expect(labelOf()).toBe("weight_ih_l0");
    tree.parameters();
    expect(labelOf()).toBe("layers.0.weight_ih_l0");
    leaf.parameters();
    expect(labelOf()).toBe("layers.0.weight_ih_l0");
    Object.assign(new Module(), { model: { tree } }).parameters();
    expect(labelOf()).toBe("model.tree.layers.0.weight_ih_l0");
  });

  it("labels a shared parameter by its first name, however long the others are", () => {
    const leaf = new Leaf();
    const holder = Object.assign(new Module(), { own: leaf.weight_ih_l0, inside: { leaf } });
    expect(holder.namedParameters()).toEqual([["own", leaf.weight_ih_l0]]);
    expect(leaf.weight_ih_l0.label).toBe("own");
  });

  it("keeps a label that is already there", () => {
    const leaf = new Leaf();
    leaf.weight_ih_l0.label = "mine";
    leaf.parameters();
    expect(leaf.weight_ih_l0.label).toBe("mine");
    const other = new Leaf();
    other.parameters();
    other.weight_ih_l0.label = "mine";
    Object.assign(new Module(), { other }).parameters();
    expect(other.weight_ih_l0.label).toBe("mine");
  });

  it("gives a shared parameter once, but under each name in the state dict", () => {
    const tied = new Tied();
    expect(tied.parameters()).toEqual([tied.encoder.weight_ih_l0]);
    expect(Object.keys(tied.stateDict())).toEqual(["encoder.weight_ih_l0", "decoder.weight_ih_l0"]);
  });

  it("names a shared module once among children and walks a reference back to a parent no further", () => {
    class Child extends Module {
      parent: Module | undefined = undefined;
      readonly weight = parameter([1]);
    }
    class Parent extends Module {
      readonly child = new Child();
      readonly again = this.child;
    }
    const model = new Parent();
    model.child.parent = model;
    expect(model.children()).toEqual([model.child]);
    expect(model.namedChildren().map(([name]) => name)).toEqual(["child", "again"]);
    expect(Object.keys(model.stateDict())).toEqual(["child.weight", "again.weight"]);
    expect(model.eval().child.training).toBe(false);
  });

  it("sees nothing private, inherited or in maps", () => {
    class Hidden extends Module {
      readonly #weight = parameter([1]);
      readonly map = new Map([["w", parameter([1])]]);
      get alias(): Parameter {
        return this.#weight;
      }
    }
    expect(new Hidden().parameters()).toEqual([]);
    expect(new Hidden().alias.size).toBe(1);
  });

  it("switches between training and evaluation all the way down", () => {
    const tree = new Tree();
    expect(tree.layers[0].training).toBe(true);
    expect(tree.eval()).toBe(tree);
    expect([tree.training, tree.layers[1].training, tree.heads.a.training]).toEqual([false, false, false]);
    tree.train();
    expect([tree.training, tree.layers[1].training, tree.heads.a.training]).toEqual([true, true, true]);
  });

  it("forgets gradients", () => {
    const leaf = new Leaf();
    backward(sum(mul(leaf.weight_ih_l0, 3)));
    expect(leaf.weight_ih_l0.grad?.toArray()).toEqual([3, 3]);
    leaf.zeroGrad();
    expect(leaf.weight_ih_l0.grad).toBeUndefined();
  });

  it("is recognised without instanceof", () => {
    expect([Module.is(new Leaf()), Module.is({}), Module.is(null), Module.is(undefined)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("stateDict and loadStateDict", () => {
  it("copies out, and in without changing identity", () => {
    const [from, to] = [new Leaf(1), new Leaf(10)];
    const dict = from.stateDict();
    const target = to.weight_ih_l0;
    const version = target.storage.version;
    expect(to.loadStateDict(dict)).toEqual({ missing: [], unexpected: [] });
    expect(to.weight_ih_l0).toBe(target);
    expect(target.toArray()).toEqual([1, 2]);
    expect(target.storage.version).toBeGreaterThan(version);
    dict.weight_ih_l0.data[0] = 99;
    expect([from.weight_ih_l0.data[0], target.data[0]]).toEqual([1, 1]);
  });

  it("lists everything that does not fit in one error and loads nothing", () => {
    const tree = new Tree();
    const dict = new Tree().stateDict();
    const before = tree.stateDict();
    dict.own = tensor([1, 2]);
    dict["layers.0.weight_ih_l0"] = tensor([1, 2], { dtype: "float64" });
    dict["layers.1.weight_ih_l0"] = tensor([70, 70]);
    delete dict["heads.a.weight_ih_l0"];
    dict.extra = tensor([1]);
    let error: unknown;
    try {
      tree.loadStateDict(dict);
    } catch (thrown) {
      error = thrown;
    }
    expect(StateDictError.is(error) && UnrollError.is(error) && !ShapeError.is(error)).toBe(true);
    const { message, missing, unexpected, mismatched } = error as StateDictError;
    expect(missing).toEqual(["heads.a.weight_ih_l0"]);
    expect(unexpected).toEqual(["extra"]);
    expect(mismatched).toHaveLength(2);
    expect(message).toBe(
      "loadStateDict: the state dict does not fit, nothing was loaded; missing: heads.a.weight_ih_l0; " +
        "unexpected: extra; wrong shape or dtype: layers.0.weight_ih_l0 (expected float32, got float64; use cast), " +
        "own (expected [1], got [2])",
    );
    expect(tree.stateDict()).toEqual(before);
  });

  it("tolerates missing and unexpected names when not strict, never wrong shapes", () => {
    const leaf = new Leaf();
    expect(leaf.loadStateDict({ other: tensor([1]) }, { strict: false })).toEqual({
      missing: ["weight_ih_l0"],
      unexpected: ["other"],
    });
    expect(() => leaf.loadStateDict({ weight_ih_l0: tensor([1]), other: tensor([1]) }, { strict: false })).toThrow(
      /nothing was loaded; wrong shape or dtype: weight_ih_l0 \(expected \[2\], got \[1\]\)$/,
    );
  });

  it("renames and leaves out", () => {
    const leaf = new Leaf();
    leaf.loadStateDict(
      { "rnn.weight_ih_l0": tensor([4, 5]), step: tensor([1]) },
      { rename: (name) => (name === "step" ? undefined : name.slice(4)) },
    );
    expect(leaf.weight_ih_l0.toArray()).toEqual([4, 5]);
    expect(() => leaf.loadStateDict({ a: tensor([1]), b: tensor([1]) }, { rename: () => "weight_ih_l0" })).toThrow(
      "loadStateDict: rename gives the name weight_ih_l0 twice, again for b",
    );
  });

  it("is content with one name of a shared parameter", () => {
    const tied = new Tied();
    tied.loadStateDict({ "decoder.weight_ih_l0": tensor([4, 5]) });
    expect(tied.encoder.weight_ih_l0.toArray()).toEqual([4, 5]);
    expect(() => tied.loadStateDict({})).toThrow(/missing: encoder.weight_ih_l0, decoder.weight_ih_l0$/);
  });

  it("names a wrong option and a wrong dict", () => {
    const leaf = new Leaf();
    expect(() => leaf.loadStateDict({}, { strikt: false } as object)).toThrow(/did you mean strict/);
    expect(() => leaf.loadStateDict(tensor([1]) as never)).toThrow(/expected an object of named tensors/);
    expect(() => leaf.loadStateDict({ weight_ih_l0: [1] } as never)).toThrow(
      "loadStateDict: expected a tensor under weight_ih_l0, got object",
    );
  });
});
