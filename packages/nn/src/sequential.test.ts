import { type Parameter, parameter } from "@unroll/autograd";
import { leakyRelu, mul, type Tensor, tanh, tensor } from "@unroll/tensor";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { Layer } from "./layer.ts";
import { Linear } from "./linear.ts";
import { Module } from "./module.ts";
import { type Misfit, Sequential } from "./sequential.ts";

class Split extends Module implements Layer<[x: Tensor, factor: number], { left: Tensor; right: Tensor }> {
  readonly weight: Parameter = parameter([2]);
  forward(x: Tensor, factor: number): { left: Tensor; right: Tensor } {
    return { left: mul(x, factor), right: mul(x, this.weight) };
  }
}

class Right implements Layer<[pair: { right: Tensor }], Tensor> {
  forward({ right }: { right: Tensor }): Tensor {
    return right;
  }
}

describe("Sequential", () => {
  it("passes outputs on, through functions too", () => {
    const model = new Sequential(new Split(), new Right(), tanh, leakyRelu);
    expect(model.forward(tensor([1]), 3).data[0]).toBeCloseTo(Math.tanh(2), 6);
  });

  it("has PyTorch's keys and recurses into its steps", () => {
    const model = new Sequential(new Linear(2, 3), tanh, new Sequential(new Linear(3, 1, { bias: false })));
    expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias", "2.0.weight"]);
    expect(model.eval().at(2)).toHaveProperty("training", false);
    expect([model.length, model.steps.length]).toEqual([3, 3]);
    expect(model.at(-2)).toBe(tanh);
  });

  it("types its inputs and output by its first and last step", () => {
    const model = new Sequential(new Split(), new Right(), tanh);
    expectTypeOf(model.forward).parameters.toEqualTypeOf<[x: Tensor, factor: number]>();
    expectTypeOf(model.forward).returns.toEqualTypeOf<Tensor>();
    expectTypeOf(new Sequential(new Split()).forward).returns.toEqualTypeOf<{ left: Tensor; right: Tensor }>();
    expectTypeOf(new Sequential(model, (x: Tensor) => x.shape).forward).returns.toEqualTypeOf<readonly number[]>();
    expectTypeOf(model).toExtend<Layer<[Tensor, number], Tensor>>();
  });

  it("refuses steps that do not fit, by type", () => {
    type Args<S extends readonly [Step, ...Step[]]> = ConstructorParameters<typeof Sequential<S>>;
    type Step = Layer<never[], unknown> | ((...inputs: never[]) => unknown);
    expectTypeOf<[Linear, Right]>().not.toExtend<Args<[Linear, Right]>>();
    expectTypeOf<[Linear, Split]>().not.toExtend<Args<[Linear, Split]>>();
    expectTypeOf<[Split, Linear]>().not.toExtend<Args<[Split, Linear]>>();
    expectTypeOf<[Split, Right, Linear]>().toExtend<Args<[Split, Right, Linear]>>();
    expectTypeOf<Args<[Linear, Right]>[1]>().toEqualTypeOf<Right & Misfit<Tensor, [pair: { right: Tensor }]>>();
    expect(() => new Sequential(new Linear(1, 1)).at(1)).toThrow("Sequential: no step 1, it has 1");
  });

  it("refuses what is no layer, and nothing", () => {
    expect(() => new Sequential({} as never)).toThrow(/step 0 must be a layer with forward, or a function, got object/);
    expect(() => Reflect.construct(Sequential, [])).toThrow("Sequential: expected at least one layer");
  });
});
