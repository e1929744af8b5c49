import { jacobian } from "@unroll/autograd";
import { type Cell, GRUCell, LSTMCell, RNNCell } from "@unroll/cells";
import {
  add,
  addmm,
  assign,
  chunk,
  Generator,
  mul,
  ones,
  randn,
  select,
  sigmoid,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  zeros,
} from "@unroll/tensor";
import { determinant } from "ml-matrix";
import { gradientFlow } from "../flow.ts";
import { jacobiansOf, stateJacobian } from "../jacobian/jacobian.ts";
import { lyapunovSpectrum } from "../spectrum/lyapunov.ts";
import { matrixOf } from "../spectrum/matrix.ts";
import { follow } from "../trajectory.ts";
import { blindGRU, blindLSTM, FlippedGateCell, gradients, logError, range, relativeError, stepsOf } from "./cells.ts";
import { type Oracle, worst } from "./oracle.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });

interface Gated {
  readonly weight_ih: Tensor;
  readonly weight_hh: Tensor;
  readonly bias_ih: Tensor | undefined;
  readonly bias_hh: Tensor | undefined;
}

/** The sums of all gates, by the definition. */
function sums({ weight_ih, weight_hh, bias_ih, bias_hh }: Gated, count: number, x: Tensor, h: Tensor): Tensor[] {
  const bias = bias_ih && bias_hh ? add(bias_ih, bias_hh) : zeros([1], float64);
  return chunk(addmm(addmm(bias, x, weight_ih, { transposeB: true }), h, weight_hh, { transposeB: true }), count, -1);
}

/** An LSTM without a forget gate, as in 1997, with gates that do not see h: `c' = c + i g`. */
class CarouselCell implements Cell<{ h: Tensor; c: Tensor }> {
  readonly #gates: LSTMCell;

  constructor(gates: LSTMCell) {
    this.#gates = gates;
  }

  step(x: Tensor, { h, c }: { h: Tensor; c: Tensor }): { output: Tensor; state: { h: Tensor; c: Tensor } } {
    const [i, , g, o] = sums(this.#gates, 4, x, h);
    const next = add(c, mul(sigmoid(i), tanh(g)));
    const output = mul(sigmoid(o), tanh(next));
    return { output, state: { h: output, c: next } };
  }

  initialState(batch: number): { h: Tensor; c: Tensor } {
    return this.#gates.initialState(batch);
  }
}

/** `log10 ‖Π w_k u‖` by lag. */
function productNorms(u: Tensor, factors: readonly ArrayLike<number>[]): number[] {
  let product = Array.from(u.data);
  return factors.toReversed().map((factor) => {
    const norm = Math.log10(Math.hypot(...product));
    product = product.map((value, k) => value * factor[k]);
    return norm;
  });
}

/** The largest difference, relative to the largest entry. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Array.from(b).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return worst(Array.from(a, (value, k) => Math.abs(value - b[k]) / scale));
}

/** Sets the sums of some of a cell's gates, of H = `hidden` units each, to fixed numbers. */
function fix(cell: GRUCell, sumsOfGates: readonly number[], hidden: number): void {
  for (const weight of [cell.weight_ih, cell.weight_hh]) assign(weight, zeros(weight.shape, float64));
  if (cell.bias_ih)
    assign(
      cell.bias_ih,
      sumsOfGates.flatMap((value) => new Array<number>(hidden).fill(value)),
    );
  if (cell.bias_hh) assign(cell.bias_hh, new Array<number>(sumsOfGates.length * hidden).fill(0));
}

const point = (hidden: number, seed: number) => ({
  h: randn([2, hidden], seeded(seed)),
  c: randn([2, hidden], seeded(seed + 1)),
});

/** One of each kind, of 3 inputs and 5 units. */
const everyCell = () => [
  new RNNCell(3, 5, seeded(1)),
  new LSTMCell(3, 5, seeded(1)),
  new GRUCell(3, 5, seeded(1)),
  new GRUCell(3, 5, { ...seeded(1), resetAfter: false }),
];

/** What is known of LSTM and GRU. */
export const gatedOracles: readonly Oracle[] = [
  {
    id: "O16",
    title: "LSTM with U = 0: dc_T/dc_t is the product of forget gates",
    source: "gates that see no h leave the direct path alone",
    bound: 1e-10,
    error: () => {
      const cell = blindLSTM(3, 5, seeded(1));
      const x = randn([200, 1, 3], seeded(2));
      const u = randn([5], seeded(3));
      const { states } = gradientFlow(cell, x, { probe: { h: zeros([5], float64), c: u } });
      const forget = range(200).map((t) => sigmoid(sums(cell, 4, select(x, 0, t), zeros([1, 5], float64))[1]).data);
      return logError(states.c.state.mean, productNorms(u, forget));
    },
  },
  {
    id: "O17",
    title: "without the forget gate it is the identity: the constant error carousel",
    source: "Hochreiter and Schmidhuber, 1997, section 3.2",
    bound: 0,
    error: () => {
      const cell = new CarouselCell(blindLSTM(3, 5, seeded(1)));
      const { steps } = stepsOf(cell, randn([100, 1, 3], seeded(2)));
      const u = randn([1, 5], seeded(3));
      const found = gradients(
        sum(mul(steps[99].state.c, u)),
        steps.map((step) => step.state.c),
      );
      return relativeError(
        found.flat(),
        range(100).flatMap(() => Array.from(u.data)),
      );
    },
  },
  {
    id: "O18",
    title: "LSTM with only a forget bias b: sigmoid(b)^n, half-life ln 2 / ln(1 + e^-b)",
    source: "O16 with a constant gate: 1.00, 2.21, 5.46, 14.27, 103.2 steps for b = 0, 1, 2, 3, 5",
    bound: 1e-10,
    error: () =>
      worst(
        [0, 1, 2, 3, 5].map((forgetBias) => {
          const cell = blindLSTM(1, 2, { ...float64, forgetBias });
          assign(cell.weight_ih, zeros([8, 1], float64));
          const probe = { h: zeros([2], float64), c: tensor([0.6, 0.8], float64) };
          const { fit, mean } = gradientFlow(cell, zeros([101, 1, 1], float64), { probe }).joint;
          const loss = Math.log1p(Math.exp(-forgetBias));
          return worst([
            logError(
              mean,
              range(101).map((n) => (-n * loss) / Math.LN10),
            ),
            relativeError([fit?.halfLife ?? 0], [Math.LN2 / loss]),
          ]);
        }),
      ),
  },
  {
    id: "O19",
    title: "LSTM in one step, any weights: ∂c'/∂c at fixed h is the forget gate",
    source: "c' = f c + i g",
    bound: 1e-10,
    error: () => {
      const cell = new LSTMCell(3, 4, seeded(1));
      const x = randn([2, 3], seeded(2));
      const state = point(4, 3);
      const { matrix } = stateJacobian(cell, x, state, { method: "autodiff" });
      const forget = sigmoid(sums(cell, 4, x, state.h)[1]).data;
      const block = (b: number) =>
        range(4).flatMap((i) => range(4).map((j) => matrix.data[b * 64 + (4 + i) * 8 + 4 + j]));
      const exact = (b: number) => range(4).flatMap((i) => range(4).map((j) => (i === j ? forget[b * 4 + i] : 0)));
      return worst([0, 1].map((b) => relativeError(block(b), exact(b))));
    },
  },
  {
    id: "O20",
    title: "LSTM in two steps: dc_2/dc_0 = F_2 F_1 + C_h,2 H_c,1, which is not Π f",
    source: "block product of [[H_h, H_c], [C_h, C_c]]",
    bound: 1e-10,
    error: () => {
      const cell = new LSTMCell(3, 4, seeded(1));
      const [x1, x2] = [randn([1, 3], seeded(2)), randn([1, 3], seeded(3))];
      const state = { h: randn([1, 4], seeded(4)), c: randn([1, 4], seeded(5)) };
      const middle = cell.step(x1, state).state;
      const found = jacobian((c) => cell.step(x2, cell.step(x1, { h: state.h, c }).state).state.c, state.c).data;
      const [first, second] = [stateJacobian(cell, x1, state), stateJacobian(cell, x2, middle)].map(
        (j) => j.matrix.data,
      );
      const at = (m: ArrayLike<number>, i: number, j: number) => m[i * 8 + j];
      const exact = range(4).flatMap((i) =>
        range(4).map((j) =>
          range(4).reduce(
            (total, k) => total + at(second, 4 + i, k) * at(first, k, 4 + j),
            i === j ? at(second, 4 + i, 4 + i) * at(first, 4 + j, 4 + j) : 0,
          ),
        ),
      );
      const gatesOnly = range(16).map((k) =>
        k % 5 === 0 ? at(second, 4 + k / 5, 4 + k / 5) * at(first, 4 + k / 5, 4 + k / 5) : 0,
      );
      return apart(gatesOnly, found) > 1e-3 ? apart(found, exact) : Number.NaN;
    },
  },
  {
    id: "O21",
    title: "Jacobians of RNN, LSTM and both GRUs in closed form against central differences",
    source: "derivatives of the definitions",
    bound: 1e-8,
    error: () =>
      worst(
        everyCell().map((cell) => {
          const known = cell as unknown as Cell<Record<string, Tensor>>;
          const { h, c } = point(5, 7);
          const state: Record<string, Tensor> = cell instanceof LSTMCell ? { h, c } : { h };
          const by = (method: "analytic" | "autodiff" | "difference") =>
            stateJacobian(known, randn([2, 3], seeded(9)), state, { method }).matrix.data;
          return worst([apart(by("analytic"), by("difference")), apart(by("autodiff"), by("difference"))]);
        }),
      ),
  },
  {
    id: "O22",
    title: "LSTM: dc_total = dh o (1 - tanh² c) + f' dc_total', its second term the state adjoint",
    source: "the textbook's recursion against the Markov adjoint",
    bound: 1e-10,
    error: () => {
      const [T, H] = [12, 4];
      const cell = new LSTMCell(3, H, seeded(5));
      const x = randn([T, 2, 3], seeded(6));
      const { steps, output } = stepsOf(cell, x);
      const loss = sum(mul(output, randn(output.shape, seeded(7))));
      const of = (pick: (step: (typeof steps)[number]) => Tensor) => gradients(loss, steps.map(pick));
      const [dh, dcState, dcTotal] = [of((s) => s.state.h), of((s) => s.state.c), of((s) => s.value.c)];
      const gate = (t: number, k: number) =>
        sigmoid(sums(cell, 4, select(x, 0, t), t === 0 ? zeros([2, H], float64) : steps[t - 1].state.h)[k]).data;
      return worst(
        range(T).map((t) => {
          const [o, c] = [gate(t, 3), steps[t].value.c.data];
          const carried = dcTotal[t].map((_, k) => (t + 1 < T ? gate(t + 1, 1)[k] * dcTotal[t + 1][k] : 0));
          const exact = carried.map((value, k) => value + dh[t][k] * o[k] * (1 - Math.tanh(c[k]) * Math.tanh(c[k])));
          return worst([apart(dcTotal[t], exact), t + 1 < T ? apart(dcState[t], carried) : 0]);
        }),
      );
    },
  },
  {
    id: "O24",
    title: "GRU with U = 0: dh_T/dh_t = Π z; in the other convention Π (1 - z)",
    source: "PyTorch keeps by z, Chung et al., 2014, by 1 - z",
    bound: 1e-10,
    error: () => {
      const x = randn([60, 1, 5], seeded(2));
      const u = randn([5], seeded(3));
      const flipped = gradientFlow(new FlippedGateCell(5, "float64"), x, { probe: { h: u } }).joint.mean;
      const other = range(60).map((t) => sub(1, sigmoid(select(x, 0, t))).data);
      return worst([
        logError(flipped, productNorms(u, other)),
        ...[true, false].map((resetAfter) => {
          const cell = blindGRU(5, 5, { ...seeded(1), resetAfter });
          const keep = range(60).map((t) => sigmoid(sums(cell, 3, select(x, 0, t), zeros([1, 5], float64))[1]).data);
          return logError(gradientFlow(cell, x, { probe: { h: u } }).joint.mean, productNorms(u, keep));
        }),
      ]);
    },
  },
  {
    id: "O25",
    title: "GRU with z = 1: h and the gradient stay; with z = 0 and U = 0: dh'/dh = 0",
    source: "h' = (1 - z) n + z h",
    bound: 0,
    error: () => {
      const kept = new GRUCell(2, 3, seeded(1));
      fix(kept, [0, 1000, 0.3], 3);
      const h = randn([1, 3], seeded(2));
      const x = randn([50, 1, 2], seeded(3));
      const { joint } = gradientFlow(kept, x, { state: { h }, probe: { h: tensor([0, 1, 0], float64) } });
      const { steps } = stepsOf(kept, x, { h });
      const lost = new GRUCell(2, 3, seeded(1));
      fix(lost, [0, -1000, 0.3], 3);
      const { matrix } = stateJacobian(lost, select(x, 0, 0), { h });
      return worst([
        logError(joint.mean, new Float64Array(50)),
        relativeError(steps[49].state.h.data, h.data),
        ...matrix.data.map(Math.abs),
      ]);
    },
  },
  {
    id: "O31",
    title: "the sum of all Lyapunov exponents is the mean of ln |det J_t|, at any length",
    source: "det Q = ±1",
    bound: 1e-10,
    error: () =>
      worst(
        everyCell().map((cell) => {
          const subject = cell as unknown as Cell<Record<string, Tensor>>;
          const x = randn([40, 1, 3], seeded(2));
          const { exponents } = lyapunovSpectrum(subject, x, { warmup: 0 });
          const trajectory = follow("oracle", subject, x, {});
          const { width, steps } = trajectory;
          const logs = steps.map((step) =>
            Math.log(
              Math.abs(determinant(matrixOf(jacobiansOf("oracle", trajectory, step).matrices[0], width, width))),
            ),
          );
          return relativeError(
            [exponents.reduce((a, b) => a + b, 0)],
            [logs.reduce((a, b) => a + b, 0) / steps.length],
          );
        }),
      ),
  },
  {
    id: "O33",
    title: "LSTM with U = 0: H of 2 H exponents are -∞, the others E ln f",
    source: "rank H; only c carries",
    bound: 1e-10,
    error: () => {
      const cell = blindLSTM(2, 4, { ...float64, forgetBias: 2 });
      assign(cell.weight_ih, zeros(cell.weight_ih.shape, float64));
      const bias = cell.bias_ih;
      // With i = g = o fixed and c settled, h' follows c by a constant, which a warm-up takes out.
      if (bias)
        assign(
          bias,
          range(16).map((k) => (k >= 4 && k < 8 ? 2 : 0)),
        );
      if (cell.bias_hh) assign(cell.bias_hh, zeros([16], float64));
      const { exponents, lost } = lyapunovSpectrum(cell, ones([80, 1, 2], float64), { warmup: 40 });
      return worst([
        Number(lost !== 4),
        relativeError(exponents.subarray(0, 4), new Array<number>(4).fill(-Math.log1p(Math.exp(-2)))),
      ]);
    },
  },
];
