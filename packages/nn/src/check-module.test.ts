import { noGrad, type Parameter, parameter } from "@unroll/autograd";
import { add, mul, type Tensor, tensor, zeros } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { checkModule } from "./check-module.ts";
import { LayerNorm } from "./layer-norm.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";
import { Sequential } from "./sequential.ts";

class Faulty extends Module {
  readonly #hidden: Parameter = parameter([1, 2]);
  readonly #labelled: Parameter = parameter([3, 4]);
  readonly seen: Parameter = parameter([5, 6]);
  readonly unused: Linear = new Linear(2, 2);
  constructor() {
    super();
    this.#labelled.label = "secret";
  }
  forward(x: Tensor, shift: Tensor): { pair: [Tensor, Tensor]; count: number } {
    return { pair: [mul(mul(x, this.#hidden), this.#labelled), add(mul(x, this.seen), shift)], count: 2 };
  }
}

describe("checkModule", () => {
  it("names what is reached but hidden, and what is found but not reached", () => {
    const model = new Faulty();
    expect(checkModule(model, tensor([1, 1]), tensor([0, 0]))).toEqual({
      hidden: ["a parameter of shape [2]", "secret"],
      unreached: ["unused.weight", "unused.bias"],
    });
    expect(model.seen.grad).toBeUndefined();
  });

  it("has nothing to say about a sound model", () => {
    const model = new Sequential(new Linear(3, 4), new LayerNorm(4), new Linear(4, 1));
    expect(checkModule(model, zeros([2, 3]))).toEqual({ hidden: [], unreached: [] });
  });

  it("finds a model whose output leads nowhere", () => {
    class Cut extends Module {
      readonly weight: Parameter = parameter([1]);
      forward(x: Tensor): Tensor {
        return noGrad(() => mul(x, this.weight));
      }
    }
    expect(checkModule(new Cut(), tensor([1]))).toEqual({ hidden: [], unreached: ["weight"] });
  });
});
