import { add, detach, mul, sum, tensor } from "@unroll/tensor";
import { describe, expect, it } from "vitest";
import { checkpoint } from "./checkpoint.ts";
import { defineFunction } from "./function.ts";
import { parameter, requireGrad } from "./parameter.ts";
import { parametersOf } from "./parameters-of.ts";
import { noGrad } from "./state.ts";

describe("parametersOf", () => {
  it("lists each parameter once, in the order in which they were made", () => {
    const [a, b, unused] = [parameter([1]), parameter([2]), parameter([3])];
    const y = add(mul(b, a), mul(a, a));
    expect(parametersOf(y)).toEqual([a, b]);
    expect(parametersOf([mul(b, 2), sum(a)])).toEqual([a, b]);
    expect(parametersOf(unused)).toEqual([unused]);
    expect(parametersOf([])).toEqual([]);
  });

  it("sees through functions and checkpoints, and not through what cuts the graph", () => {
    const [a, b] = [parameter([1]), parameter([2])];
    const twice = defineFunction<void, undefined>({
      name: "twice",
      forward: ([x]) => ({ outputs: [mul(x, 2)], saved: undefined }),
      backward: (_, [g]) => [g && mul(g, 2)],
    });
    expect(parametersOf(checkpoint((x) => mul(x, b), twice([a])[0]))).toEqual([a, b]);
    expect(parametersOf(mul(detach(a), b))).toEqual([b]);
    expect(parametersOf(noGrad(() => mul(a, b)))).toEqual([]);
    expect(parametersOf(mul(requireGrad(tensor([1])), 2))).toEqual([]);
  });
});
