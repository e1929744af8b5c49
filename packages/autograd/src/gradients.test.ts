import { add, cast, gather, greater, isFloat, mul, type OpName, sum, type Tensor, tensor } from "@unroll/tensor";
import { composedSamples, type OpSample, opSamples } from "@unroll/tensor/testing";
import { describe, expect, expectTypeOf, it } from "vitest";
import { grad } from "./grad.ts";
import { gradients } from "./gradients.ts";
import { requireGrad } from "./parameter.ts";
import type { AnyRow, GradientTable, Row } from "./row.ts";
import { GradcheckError, gradcheck, gradgradcheck } from "./testing/index.ts";

interface Case {
  readonly name: string;
  readonly sample: OpSample;
}

const cases: Case[] = [...Object.entries(opSamples()), ...Object.entries(composedSamples())].flatMap(
  ([op, samples]: [string, readonly OpSample[]]) =>
    samples.map((sample) => ({ name: `${op}: ${sample.label}`, sample })),
);
const smooth = cases.filter(({ sample }) => sample.differentiable);

/** The float64 inputs of a sample, and the sample as a function of these alone. */
function variables({ call, inputs }: OpSample): { fn: (...x: Tensor[]) => Tensor; free: Tensor[] } {
  return {
    fn: (...values) => {
      let next = 0;
      return call(...inputs.map((input) => (input.dtype === "float64" ? values[next++] : input)));
    },
    free: inputs.filter((input) => input.dtype === "float64"),
  };
}

describe("every op on every sample", () => {
  it.each(smooth)("$name: first derivative", ({ sample }) => {
    const { fn, free } = variables(sample);
    expect(gradcheck(fn, free)).toBeLessThan(1e-6);
  });

  it.each(smooth)("$name: second derivative", ({ sample }) => {
    const { fn, free } = variables(sample);
    expect(gradgradcheck(fn, free, { projections: 1 })).toBeLessThan(1e-6);
  });
});

/** A row of the table that can be exchanged while a test runs. */
const rows = gradients as Record<string, AnyRow | null>;

/** Puts a wrong row in place, and tells whether the samples of the op notice, and whether the wrong part ran at all. */
function noticed(op: OpName, wrong: (row: AnyRow, ran: () => void) => AnyRow): { caught: boolean; ran: boolean } {
  const right = rows[op] as AnyRow;
  let ran = false;
  rows[op] = wrong(right, () => {
    ran = true;
  });
  try {
    const caught = opSamples()[op].some((sample) => {
      const { fn, free } = variables(sample);
      try {
        if (sample.differentiable) gradcheck(fn, free, { projections: 1 });
        return false;
      } catch (error) {
        if (GradcheckError.is(error)) return true;
        throw error;
      }
    });
    return { caught, ran };
  } finally {
    rows[op] = right;
  }
}

const withRow = (Object.keys(gradients) as OpName[]).filter((op) => gradients[op] !== null);
const rules = withRow.flatMap((op) => (rows[op] as AnyRow).rules.map((_, i): [OpName, number] => [op, i]));
// The second input of these is an index: a rule stands there only so that the third has its place.
const places = ["scatterAdd 1", "indexAdd 1"];

describe("the samples notice a wrong row", () => {
  it.each(rules)("%s, rule %i", (op, index) => {
    const { caught, ran } = noticed(op, (row, ran) => ({
      keeps: row.keeps,
      kept: row.kept,
      rules: row.rules.map((rule, i) =>
        i !== index
          ? rule
          : (context, input) => {
              ran();
              return add(rule(context, input), 0.001);
            },
      ),
    }));
    const expected = !places.includes(`${op} ${index}`);
    expect({ caught, ran }).toEqual({ caught: expected, ran: expected });
  });

  it.each(withRow.filter((op) => rows[op]?.adds))("%s, added in place", (op) => {
    const { caught, ran } = noticed(op, (row, ran) => ({
      ...row,
      adds: row.adds && {
        ...row.adds,
        into: (into, context) => {
          ran();
          row.adds?.into(into, { ...context, g: mul(context.g, 1.001) });
        },
      },
    }));
    expect({ caught, ran }).toEqual({ caught: true, ran: true });
  });
});

describe("ops without a gradient", () => {
  const without = (Object.entries(opSamples()) as [OpName, readonly OpSample[]][]).filter(([op]) => rows[op] === null);

  it.each(without)("%s makes no node", (_, samples) => {
    for (const { call, inputs } of samples)
      expect(call(...inputs.map((x) => (isFloat(x.dtype) ? requireGrad(x) : x))).node).toBeUndefined();
  });

  it("end the gradient: what follows them is constant", () => {
    const x = requireGrad(tensor([1, -2], { dtype: "float64" }));
    const y = mul(x, cast(greater(x, 0), "float64"));
    expect(grad(sum(y), [x])[0].toArray()).toEqual([1, 0]);
  });

  it("nor does anything that is not floating, whatever op made it", () => {
    const x = requireGrad(tensor([1.5, 0.5]));
    const index = cast(x, "int32");
    expect(index.node).toBeUndefined();
    expect(grad(sum(gather(x, 0, index)), [x])[0].toArray()).toEqual([1, 1]);
  });
});

describe("the table", () => {
  it("does not compile when a row is missing, or belongs to no op", () => {
    expectTypeOf<typeof gradients>().toExtend<GradientTable>();
    expectTypeOf<Omit<GradientTable, "tanh">>().not.toExtend<GradientTable>();
    expectTypeOf<keyof GradientTable>().toEqualTypeOf<OpName>();
  });

  it("types each row's attributes by its op", () => {
    expectTypeOf<Row<{ slope: number }>>().toExtend<GradientTable["leakyRelu"]>();
    expectTypeOf<Row<{ alpha: number }>>().not.toExtend<GradientTable["leakyRelu"]>();
  });

  it("covers every op that has samples", () => {
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(opSamples()).sort());
  });
});
