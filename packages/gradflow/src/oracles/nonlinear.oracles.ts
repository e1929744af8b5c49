import { jacobian } from "@unroll/autograd";
import { type Cell, unroll } from "@unroll/cells";
import {
  add,
  assign,
  eye,
  Generator,
  matmul,
  mul,
  ones,
  randn,
  reshape,
  sigmoid,
  sub,
  sum,
  type Tensor,
  tensor,
  uniform,
  zeros,
} from "@unroll/tensor";
import { gradientFlow } from "../flow.ts";
import { stateJacobian } from "../jacobian/jacobian.ts";
import { jacobianSpectrum } from "../spectrum/long-jacobian.ts";
import { weightSpectrum } from "../spectrum/numbers.ts";
import { fromLog10, gradients, logError, matrix, power, range, relativeError, stepsOf, tanhCell } from "./cells.ts";
import { orthogonal } from "./linear.oracles.ts";
import { excess, type Oracle, worst } from "./oracle.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });
const rest = (steps: number, width: number) => zeros([steps, 1, width], float64);

/** `h' = sigmoid(W h + x)`. */
class SigmoidCell implements Cell<{ h: Tensor }> {
  constructor(readonly w: Tensor) {}

  step(x: Tensor, { h }: { h: Tensor }): { output: Tensor; state: { h: Tensor } } {
    const next = sigmoid(add(matmul(h, this.w, { transposeB: true }), x));
    return { output: next, state: { h: next } };
  }

  initialState(batch: number): { h: Tensor } {
    return { h: zeros([batch, this.w.shape[0]], float64) };
  }
}

/** The point h* = tanh(w h*) that h = 1 falls into. */
function latchOf(w: number): number {
  let h = 1;
  for (let k = 0; k < 2000; k++) h = Math.tanh(w * h);
  return h;
}

/** An identity net with ReLU, `h' = relu(h + x)`, and its gradients of `<u, h_T>` by lag. */
function identityNet(x: Tensor, h: Tensor, u: Tensor): number[][] {
  const width = u.shape[1];
  const cell = tanhCell(eye(width, width, float64), "relu");
  assign(cell.weight_ih, eye(width, width, float64));
  const { steps } = stepsOf(cell, x, { h });
  return gradients(
    sum(mul(steps[steps.length - 1].state.h, u)),
    steps.map((step) => step.state.h),
  ).reverse();
}

/** `E f(√q z)` for a standard normal z, by Simpson's rule from -12 to 12. */
function normalMean(f: (z: number) => number): number {
  const [from, to, parts] = [-12, 12, 4800];
  const step = (to - from) / parts;
  let total = 0;
  for (let k = 0; k <= parts; k++) {
    const z = from + k * step;
    total += (k === 0 || k === parts ? 1 : k % 2 === 1 ? 4 : 2) * f(z) * Math.exp((-z * z) / 2);
  }
  return (total * step) / 3 / Math.sqrt(2 * Math.PI);
}

/** The fixed point of `q = s² E tanh²(√q z)` and `χ = s² E (1 - tanh²)²` there. */
function meanField(s: number): { q: number; chi: number } {
  let q = 1;
  for (let k = 0; k < 400; k++)
    q = s * s * normalMean((z) => Math.tanh(Math.sqrt(q) * z) * Math.tanh(Math.sqrt(q) * z));
  const slope = (z: number) => 1 - Math.tanh(Math.sqrt(q) * z) * Math.tanh(Math.sqrt(q) * z);
  return { q, chi: s * s * normalMean((z) => slope(z) * slope(z)) };
}

/** What is known of nets with a nonlinearity and no gates. */
export const nonlinearOracles: readonly Oracle[] = [
  {
    id: "O8",
    title: "‖∂s_T/∂s_t‖ <= (γ σ_max(U))^n for random tanh and ReLU nets",
    source: "product of norms; Pascanu's condition with singular values",
    bound: 1e-10,
    error: () =>
      worst(
        range(20).map((k) => {
          const u = mul(randn([5, 5], seeded(k)), 0.3);
          const cell = tanhCell(u, k % 2 === 0 ? "tanh" : "relu");
          const { mean, lags } = jacobianSpectrum(cell, rest(15, 5), { state: { h: randn([1, 5], seeded(k + 100)) } });
          const largest = Math.log10(weightSpectrum(u).singularValues[0]);
          return worst(lags.map((n) => excess(fromLog10(mean[n * 5] - n * largest), 1)));
        }),
      ),
  },
  {
    id: "O10",
    title: "a tanh net at h = 0, x = 0: J = U, so that O4 and O5 hold on the nonlinear path",
    source: "tanh'(0) = 1",
    bound: 1e-10,
    error: () =>
      worst(
        [1, 0.9].map((g) => {
          const { joint } = gradientFlow(tanhCell(orthogonal(8, 3, g)), rest(150, 8));
          return logError(
            joint.mean,
            range(150).map((n) => n * Math.log10(g)),
          );
        }),
      ),
  },
  {
    id: "O11",
    title: "a latch h* = tanh(w h*): J = w (1 - h*²) = .619144, .166372, .005393 at w = 1.25, 2, 4",
    source: "Bengio, Simard, Frasconi, 1994: the better it latches, the faster gradients vanish",
    bound: 1e-10,
    error: () =>
      worst(
        [
          [1.25, 0.619144],
          [2, 0.166372],
          [4, 0.005393],
        ].map(([w, printed]) => {
          const h = latchOf(w);
          const exact = w * (1 - h * h);
          const { joint } = gradientFlow(tanhCell(matrix([[w]])), rest(40, 1), {
            state: { h: tensor([[h]], float64) },
          });
          const decimals = Number(Math.abs(exact - printed) > 5e-7);
          return worst([
            logError(
              joint.mean,
              range(40).map((n) => n * Math.log10(exact)),
            ),
            decimals,
          ]);
        }),
      ),
  },
  {
    id: "O12",
    title: "tanh at w = 1 from h_0 = .5: a power law (1 + 2 h_0² n / 3)^(-3/2), not an exponential",
    source: "h' = h - h³/3 near 0; within 4 %",
    bound: 0.04,
    error: () =>
      worst(
        [100, 1000].map((n) => {
          const { mean } = jacobianSpectrum(tanhCell(matrix([[1]])), rest(n, 1), {
            state: { h: tensor([[0.5]], float64) },
            lags: [n],
          });
          const base = 1 + (2 * 0.25 * n) / 3;
          return relativeError([1 / (base * Math.sqrt(base))], [fromLog10(mean[0])]);
        }),
      ),
  },
  {
    id: "O13",
    title: "a sigmoid net with |w_ij| <= w_max < 4/N: entries of T at most N (N w_max / 4)^q",
    source: "Hochreiter and Schmidhuber, 1997, section 3.1",
    bound: 1e-10,
    error: () =>
      worst(
        range(10).map((k) => {
          const [n, largest] = [4, 0.9];
          const cell = new SigmoidCell(mul(sub(mul(uniform([n, n], seeded(k)), 2), 1), largest));
          return worst(
            range(12).map((q) => {
              const x = randn([q + 1, 1, n], seeded(k + 50));
              const h = randn([1, n], seeded(k + 90));
              const product = reshape(
                jacobian((from) => unroll(cell, x, { state: { h: from }, compile: false }).state.h, h),
                [n, n],
              );
              return excess(Math.max(...product.data.map(Math.abs)), n * power((n * largest) / 4, q + 1));
            }),
          );
        }),
      ),
  },
  {
    id: "O14",
    title: "identity and ReLU, x >= 0, h_0 > 0: δ_t = δ_T, bit for bit",
    source: "Le, Jaitly, Hinton, 2015",
    bound: 0,
    error: () => {
      const u = randn([1, 4], seeded(1));
      const found = identityNet(uniform([50, 1, 4], seeded(2)), ones([1, 4], float64), u);
      return relativeError(
        found.flat(),
        range(50).flatMap(() => Array.from(u.data)),
      );
    },
  },
  {
    id: "O15",
    title: "identity and ReLU, a unit below 0 at one step: its gradient is exactly 0 before",
    source: "relu' = 0",
    bound: 0,
    error: () => {
      const u = ones([1, 3], float64);
      const x = Array.from({ length: 20 }, (_, t) => [[0.1, t === 11 ? -100 : 0.1, 0.1]]);
      const found = identityNet(tensor(x, float64), ones([1, 3], float64), u);
      const exact = range(20).flatMap((n) => [1, 19 - n < 11 ? 0 : 1, 1]);
      return relativeError(found.flat(), exact);
    },
  },
  {
    id: "O35",
    title: "wide tanh nets: per step E ‖δ‖² times χ = s² E tanh'²; χ = 1.139 and 1.363 at s = 1.5 and 2",
    source: "mean field (Poole et al., 2016; Schoenholz et al., 2017); N = 400, within 5 %",
    bound: 0.05,
    error: () =>
      worst(
        [
          [1.5, 0.7934, 1.139],
          [2, 2.121, 1.363],
        ].map(([s, printedQ, printedChi]) => {
          const { q, chi } = meanField(s);
          const n = 400;
          // E over all probes is ‖J‖_F² / N, taken where a net has settled.
          const factors = range(12).flatMap((k) => {
            const cell = tanhCell(mul(randn([n, n], seeded(k + 10)), s / Math.sqrt(n)));
            const h = randn([2, n], seeded(k + 30));
            const { state } = unroll(cell, zeros([40, 2, n], float64), { state: { h }, compile: false });
            const { data } = stateJacobian(cell, zeros([2, n], float64), state).matrix;
            const squares = (b: number) => data.subarray(b * n * n, (b + 1) * n * n);
            return [0, 1].map((b) => Array.from(squares(b)).reduce((total, value) => total + value * value, 0) / n);
          });
          const measured = factors.reduce((total, value) => total + value, 0) / factors.length;
          const printed = Math.abs(q - printedQ) < 1e-3 && Math.abs(chi - printedChi) < 1e-3;
          return printed ? relativeError([measured], [chi]) : Number.NaN;
        }),
      ),
  },
];
