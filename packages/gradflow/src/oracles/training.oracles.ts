import { backward, grad, type Parameter, parameter } from "@unroll/autograd";
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell, unroll } from "@unroll/cells";
import { clipGradNorm } from "@unroll/optim";
import { assign, flip, Generator, mul, randn, slice, sum, type Tensor, tensor } from "@unroll/tensor";
import { gradientFlow } from "../flow.ts";
import { logError, range, relativeError } from "./cells.ts";
import { type Oracle, worst } from "./oracle.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });

/** A parameter whose gradient is `g`. */
function withGradient(g: readonly number[]): Parameter {
  const w = parameter(
    tensor(
      g.map(() => 0),
      float64,
    ),
  );
  backward(sum(mul(w, tensor([...g], float64))));
  return w;
}

const layers = [
  (options: object) => new RNN(3, 4, options),
  (options: object) => new LSTM(3, 4, options),
  (options: object) => new GRU(3, 4, options),
];

/** What is known of training: clipping, directions, padding, parameters. */
export const trainingOracles: readonly Oracle[] = [
  {
    id: "O37",
    title: "clipping (3, 4) to 1 gives (.6, .8), to 5 changes nothing; NaN is reported and left alone",
    source: "g min(1, θ / ‖g‖) (Pascanu, Mikolov, Bengio, 2013)",
    bound: 1e-10,
    error: () => {
      const [clipped, kept, broken] = [
        [3, 4],
        [3, 4],
        [Number.NaN, 4],
      ].map(withGradient);
      const [a, b, c] = [clipGradNorm([clipped], 1), clipGradNorm([kept], 5), clipGradNorm([broken], 1)];
      const left = broken.grad?.data ?? [];
      return worst([
        relativeError(clipped.grad?.data ?? [], [0.6, 0.8]),
        relativeError(kept.grad?.data ?? [], [3, 4]),
        relativeError([a.norm, b.norm], [5, 5]),
        Number(c.finite || !Number.isNaN(left[0]) || left[1] !== 4),
      ]);
    },
  },
  {
    id: "O38",
    title: "the backward direction's gradients are the forward ones on the reversed sequence",
    source: "renaming t as T - t",
    bound: 1e-10,
    error: () =>
      worst(
        layers.map((make) => {
          const both = make({ ...seeded(1), bidirectional: true });
          const x = randn([9, 2, 3], seeded(2));
          const weights = randn([9, 2, 4], seeded(3));
          const { output } = (both as LSTM).forward(x);
          const names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] as const;
          const named = new Map(both.namedParameters());
          const reversed = names.map((name) => named.get(`${name}_l0_reverse`)).filter((p) => p !== undefined);
          const backwards = grad(sum(mul(slice(output, -1, 4, 8), weights)), reversed);
          const cell = both.cell(0, true) as unknown as LSTMCell;
          const run = unroll(cell, flip(x, 0), { compile: false }).output;
          const forwards = grad(sum(mul(run, flip(weights, 0))), reversed);
          return worst(backwards.map((gradient, k) => apart(gradient, forwards[k])));
        }),
      ),
  },
  {
    id: "O39",
    title: "padding: results and gradients are those of separate runs, whatever stands in it",
    source: "a step that is not taken has no derivative",
    bound: 1e-10,
    error: () =>
      worst(
        layers.map((make) => {
          const layer = make(seeded(1)) as LSTM;
          const x = randn([8, 2, 3], seeded(2));
          const padded = tensor(x.data, { shape: x.shape, ...float64 });
          for (let t = 5; t < 8; t++) for (let i = 0; i < 3; i++) padded.data[(t * 2 + 1) * 3 + i] = Number.NaN;
          const probe = Object.fromEntries(
            Object.keys(layer.forward(x).state).map((name, k) => [name, randn([4], seeded(k + 5))]),
          );
          const together = gradientFlow(layer, padded, { lengths: [8, 5], probe }).joint.perSample;
          const alone = gradientFlow(layer, slice(slice(x, 1, 1, 2), 0, 0, 5), { probe }).joint.mean;
          const short = range(5).map((n) => together[n * 2 + 1]);
          const beyond = range(3).every((n) => Number.isNaN(together[(5 + n) * 2 + 1]));
          return beyond ? logError(short, alone) : Number.NaN;
        }),
      ),
  },
  {
    id: "O40",
    title: "gradients of all parameters against central differences, e = 1e-5",
    source: "(L(w + e) - L(w - e)) / 2e",
    bound: 1e-6,
    error: () =>
      worst(
        [new RNNCell(3, 4, seeded(1)), new LSTMCell(3, 4, seeded(1)), new GRUCell(3, 4, seeded(1))].map((cell) => {
          const x = randn([6, 2, 3], seeded(2));
          const weights = randn([6, 2, 4], seeded(3));
          const loss = () => sum(mul(unroll(cell as LSTMCell, x, { compile: false }).output, weights));
          const parameters = cell.parameters();
          const found = grad(loss(), parameters);
          return worst(
            parameters.map((p, k) =>
              apart(
                found[k],
                differences(p, () => loss().item()),
              ),
            ),
          );
        }),
      ),
  },
  {
    id: "O48",
    title:
      "parameters: RNN H(I+H) + 2H, GRU 3 and LSTM 4 times that; one bias less makes 69,160 for the LSTM of 130 with 2 inputs",
    source: "gates times rows; PyTorch has two biases",
    bound: 0,
    error: () => {
      const count = (cell: { parameters(): Parameter[] }) => cell.parameters().reduce((sum, { size }) => sum + size, 0);
      const [I, H] = [3, 7];
      const one = I * H + H * H + 2 * H;
      return relativeError(
        [
          count(new RNNCell(I, H)),
          count(new GRUCell(I, H)),
          count(new LSTMCell(I, H)),
          count(new LSTMCell(2, 130)) - 4 * 130,
        ],
        [one, 3 * one, 4 * one, 69_160],
      );
    },
  },
];

/** The derivative of a number with respect to every entry of a parameter. */
function differences(p: Parameter, value: () => number): Float64Array {
  const before = Float64Array.from(p.data);
  const e = 1e-5;
  const at = (k: number, by: number) => {
    assign(
      p,
      before.map((entry, j) => (j === k ? entry + by : entry)),
    );
    return value();
  };
  const found = before.map((_, k) => (at(k, e) - at(k, -e)) / (2 * e));
  assign(p, before);
  return found;
}

/** The largest difference, relative to the largest entry. */
function apart(a: Tensor, b: Tensor | Float64Array): number {
  const expected = b instanceof Float64Array ? b : Float64Array.from(b.data);
  const scale = expected.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  return worst(Array.from(a.data, (entry, k) => Math.abs(entry - expected[k]) / scale));
}
