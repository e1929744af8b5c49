import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, broadcastTo, Generator, less, mul, randn, type Shape, sub, type Tensor, tensor, where } from "./index.ts";
import { sizeOf, stridesOf } from "./shape.ts";

/** Shapes that broadcast together: one result with each axis of each operand kept, shrunk to 1 or, in front, left out. */
function operandsOf(count: number): fc.Arbitrary<{ shape: number[]; operands: number[][] }> {
  return fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
    const operand = fc
      .record({
        lead: fc.integer({ min: 0, max: shape.length }),
        ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      })
      .map(({ lead, ones }) => shape.slice(lead).map((size, axis) => (ones[axis] ? 1 : size)));
    return fc.tuple(...Array.from({ length: count }, () => operand)).map((operands) => {
      const sizes = shape.map((_, axis) =>
        operands.reduce((size, own) => {
          const at = own[axis - shape.length + own.length] ?? 1;
          return at === 1 ? size : at;
        }, 1),
      );
      const lead = shape.length - Math.max(0, ...operands.map((own) => own.length));
      return { shape: sizes.slice(lead), operands };
    });
  });
}

/** The value of `x` that lies under position `i` of a result of `shape`. */
function under(x: Tensor, shape: Shape, i: number): number {
  const strides = stridesOf(shape);
  const own = stridesOf(x.shape);
  let at = 0;
  for (let axis = 0; axis < x.shape.length; axis++) {
    const outer = shape.length - x.shape.length + axis;
    if (x.shape[axis] !== 1) at += own[axis] * (Math.floor(i / strides[outer]) % shape[outer]);
  }
  return x.data[at];
}

const generator = new Generator(5);
const draw = (shape: Shape) => randn(shape, { generator, dtype: "float64" });
const run = { seed: 4, numRuns: 400 };

describe("broadcasting", () => {
  it.each([
    ["add", add, (a: number, b: number) => a + b],
    ["sub", sub, (a: number, b: number) => a - b],
    ["mul", mul, (a: number, b: number) => a * b],
    ["less", less, (a: number, b: number) => (a < b ? 1 : 0)],
  ])("%s finds each pair of operands", (_, op, scalar) => {
    fc.assert(
      fc.property(operandsOf(2), ({ shape, operands }) => {
        const [a, b] = operands.map(draw);
        const out = op(a, b);
        expect(out.shape).toEqual(shape);
        const expected = Array.from({ length: sizeOf(shape) }, (_, i) =>
          scalar(under(a, shape, i), under(b, shape, i)),
        );
        expect(Array.from(out.data)).toEqual(expected);
      }),
      run,
    );
  });

  it("where finds each triple", () => {
    fc.assert(
      fc.property(operandsOf(3), ({ shape, operands }) => {
        const [p, a, b] = operands.map(draw);
        const out = where(less(p, 0), a, b);
        expect(out.shape).toEqual(shape);
        const expected = Array.from({ length: sizeOf(shape) }, (_, i) =>
          under(under(p, shape, i) < 0 ? a : b, shape, i),
        );
        expect(Array.from(out.data)).toEqual(expected);
      }),
      run,
    );
  });

  it("broadcastTo repeats what is stretched", () => {
    fc.assert(
      fc.property(operandsOf(1), fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), ({ operands }, lead) => {
        const x = draw(operands[0]);
        const shape = [...lead, ...x.shape.map((size) => (size === 1 ? 3 : size))];
        const out = broadcastTo(x, shape);
        expect(out.shape).toEqual(shape);
        expect(Array.from(out.data)).toEqual(Array.from({ length: sizeOf(shape) }, (_, i) => under(x, shape, i)));
      }),
      run,
    );
  });

  it("takes a number as a scalar of the other's dtype", () => {
    expect(add(tensor([1, 2], { dtype: "int32" }), 3)).toMatchObject({ dtype: "int32", data: Int32Array.of(4, 5) });
    expect(sub(1, tensor(Float64Array.of(0.1)))).toMatchObject({ dtype: "float64", data: Float64Array.of(0.9) });
    // A float32 beside a number stays float32: the number is rounded first.
    expect(mul(tensor([1]), 0.1).item()).toBe(Math.fround(0.1));
  });
});
