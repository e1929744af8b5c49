import { grad, noGrad, requireGrad } from "@unroll/autograd";
import { Dropout } from "@unroll/nn";
import { activeKernels, add, Generator, matmul, mul, ones, randn, type Tensor, tanh, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Cell, CellContext } from "./cell.ts";
import { headsCell } from "./testing/heads.ts";
import { kinds, type Named, randomState } from "./testing/kinds.ts";
import { type UnrollOptions, unroll } from "./unroll.ts";

/** A cell, whatever its context. */
type AnyContext = Cell<Named, CellContext | undefined>;

/** A cell by what it computes, with what it learns and the shape of its input's rows. */
interface Subject {
  readonly make: () => { cell: AnyContext; parameters: readonly Tensor[] };
  readonly row: readonly number[];
}

/** A user's cell with a mask for each sample and a weight derived once, both made in `begin`. */
function maskedCell(): ReturnType<Subject["make"]> {
  const generator = new Generator(2);
  const weight = requireGrad(mul(randn([4, 4], { generator }), 0.5));
  const dropout = new Dropout(0.4, { generator });
  const cell: Cell<Named, { rows: Named; values: Named }> = {
    begin: (batch) => ({ rows: { mask: dropout.forward(ones([batch, 4])) }, values: { weight: tanh(weight) } }),
    step: (x, { h }, { rows, values }) => {
      const next = tanh(add(x, matmul(mul(h, rows.mask), values.weight)));
      return { output: next, state: { h: next } };
    },
    initialState: (batch) => ({ h: ones([batch, 4]) }),
  };
  return { cell: cell as unknown as AnyContext, parameters: [weight] };
}

const subjects: readonly Subject[] = [
  ...kinds.flatMap(({ cell }) =>
    [true, false].map(
      (bias): Subject => ({
        row: [3],
        make: () => {
          const made = cell(3, 4, { bias, generator: new Generator(1) });
          return { cell: made as unknown as AnyContext, parameters: made.parameters() };
        },
      }),
    ),
  ),
  ...[false, true].map(
    (shared): Subject => ({
      row: [3, 2],
      make: () => {
        const made = headsCell("float32", shared);
        return { cell: made as unknown as AnyContext, parameters: made.parameters };
      },
    }),
  ),
  { row: [4], make: maskedCell },
];

const longest = 7;
const most = 5;

const sequences = fc.record({
  subject: fc.nat(subjects.length - 1),
  steps: fc.integer({ min: 1, max: longest }),
  batch: fc.integer({ min: 1, max: most }),
  lengths: fc.option(fc.array(fc.nat(longest), { minLength: most, maxLength: most })),
  resets: fc.option(fc.array(fc.boolean(), { minLength: longest * most, maxLength: longest * most })),
  reverse: fc.boolean(),
  given: fc.boolean(),
  needsX: fc.boolean(),
  checkpoint: fc.constantFrom(false, true, 1, 2, 5),
  tap: fc.constantFrom(undefined, "norms" as const, "values" as const),
});

type Drawn = typeof sequences extends fc.Arbitrary<infer T> ? T : never;

/** Output, states, and the gradients of all that may have one; then output and states where nothing is recorded. */
function everything(drawn: Drawn, compile: boolean): Tensor[] {
  const { subject, steps, batch, reverse, given, needsX, checkpoint, tap } = drawn;
  const { make, row } = subjects[subject];
  const generator = new Generator(5);
  const { cell, parameters } = make();
  const values = randn([steps, batch, ...row], { generator });
  const x = needsX ? requireGrad(values) : values;
  const state = Object.fromEntries(
    Object.entries(randomState(cell.initialState(batch), 6)).map(([name, value]) => [name, requireGrad(value)]),
  );
  const lengths = drawn.lengths?.slice(0, batch).map((length) => Math.min(length, steps));
  const options: UnrollOptions<Named> = {
    reverse,
    compile,
    state: given ? state : undefined,
    lengths,
    reset:
      drawn.resets === null
        ? undefined
        : tensor(
            Array.from({ length: steps }, (_, t) =>
              Array.from({ length: batch }, (_, b) => (drawn.resets as boolean[])[t * most + b]),
            ),
            { dtype: "bool" },
          ),
    ...(compile ? { checkpoint, tap } : {}),
  };
  const result = unroll(cell, x, options);
  if (
    compile &&
    activeKernels("float32") !== undefined &&
    tap !== undefined &&
    lengths?.every((length) => length === 0) !== true
  )
    expect(result.adjoints).toBeDefined();
  const outputs = [result.output, ...Object.values(result.state)];
  const reached = outputs
    .map((value) => ({ value, gradient: randn([...value.shape], { generator }) }))
    .filter(({ value }) => value.node !== undefined);
  const wanted = [...(needsX ? [x] : []), ...(given ? Object.values(state) : []), ...parameters];
  const gradients =
    reached.length === 0
      ? []
      : grad(
          reached.map(({ value }) => value),
          wanted,
          { gradOutputs: reached.map(({ gradient }) => gradient), unused: "zeros" },
        );
  // Made anew, so that masks are drawn alike.
  const alone = noGrad(() => unroll(make().cell, x, options));
  return [...outputs, ...gradients, alone.output, ...Object.values(alone.state)];
}

it("random sequences give what { compile: false } gives, whatever the cell, lengths, resets, direction, state and options", () => {
  fc.assert(
    fc.property(sequences, (drawn) => {
      const [compiled, plain] = [true, false].map((compile) => everything(drawn, compile));
      expect(compiled).toHaveLength(plain.length);
      compiled.forEach((value, i) => {
        expect(value.shape).toEqual(plain[i].shape);
        const scale = Math.max(1e-3, ...Array.from(plain[i].data, Math.abs));
        value.data.forEach((number, k) => {
          // Written so that NaN fails too.
          expect(Math.abs(number - plain[i].data[k]) <= 5e-5 * scale).toBe(true);
        });
      });
    }),
    { seed: 8, numRuns: 150 },
  );
});
