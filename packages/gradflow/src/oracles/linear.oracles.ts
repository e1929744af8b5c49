import { grad, requireGrad } from "@unroll/autograd";
import { Generator, matmul, mul, ones, randn, select, sum, type Tensor, tensor, zeros } from "@unroll/tensor";
import { gradientFlow } from "../flow.ts";
import { growthRatios } from "../growth.ts";
import { itemisedGradients, truncationKeeps } from "../itemised.ts";
import { connectivity } from "../sensitivity/connectivity.ts";
import { memoryCapacity } from "../sensitivity/memory-capacity.ts";
import { jacobianSpectrum } from "../spectrum/long-jacobian.ts";
import { lyapunovSpectrum } from "../spectrum/lyapunov.ts";
import { matrixOf, positiveQR } from "../spectrum/matrix.ts";
import { weightSpectrum } from "../spectrum/numbers.ts";
import { gradients, LinearCell, logError, matrix, power, range, relativeError, StateSpace, stepsOf } from "./cells.ts";
import { excess, type Oracle, worst } from "./oracle.ts";

const float64 = { dtype: "float64" } as const;
const seeded = (seed: number) => ({ ...float64, generator: new Generator(seed) });
const rest = (steps: number, width: number) => zeros([steps, 1, width], float64);

/** A random orthogonal matrix times g, by the QR decomposition of normal draws. */
export function orthogonal(n: number, seed: number, g: number = 1): Tensor {
  const { q } = positiveQR(matrixOf(randn([n, n], seeded(seed)).data, n, n));
  return mul(tensor(q.to1DArray(), { shape: [n, n], ...float64 }), g);
}

const cyclicShift = (n: number) => matrix(range(n).map((i) => range(n).map((j) => Number(j === (i + 1) % n))));
const nonNormal = matrix([
  [0.9, 1],
  [0, 0.9],
]);

/** `δ` by lag for a probe u at the last step. */
function adjoints(weight: Tensor, steps: number, u: Tensor): number[][] {
  const cell = new LinearCell(weight);
  const run = stepsOf(cell, randn([steps, 1, weight.shape[0]], seeded(11)));
  return gradients(
    sum(mul(run.steps[steps - 1].state.h, u)),
    run.steps.map((step) => step.state.h),
  ).reverse();
}

/** What is known of linear recurrences `h' = U h + x`. */
export const linearOracles: readonly Oracle[] = [
  {
    id: "O1",
    title: "h' = w h + x, L = h_T: dL/dh_t = w^(T-t)",
    source: "chain rule",
    bound: 1e-10,
    error: () =>
      worst(
        [0.5, 0.9, -0.8, 1.1].map((w) =>
          relativeError(
            adjoints(matrix([[w]]), 200, ones([1, 1], float64)).flat(),
            range(200).map((n) => power(w, n)),
          ),
        ),
      ),
  },
  {
    id: "O2",
    title: "h_0 = 1, x = 0: dL/dw = T w^(T-1)",
    source: "derivative of w^T",
    bound: 1e-10,
    error: () =>
      worst(
        [0.5, 0.9, 1, 1.1].map((w) => {
          const cell = new LinearCell(matrix([[w]]));
          const { output } = stepsOf(cell, rest(100, 1), { h: ones([1, 1], float64) });
          return relativeError(gradients(sum(select(output, 0, 99)), [cell.weight])[0], [100 * power(w, 99)]);
        }),
      ),
  },
  {
    id: "O3",
    title: "L = Σ h_t: dL/dh_t = (1 - w^(T-t+1)) / (1 - w)",
    source: "geometric sum; misses when local losses are not added up",
    bound: 1e-10,
    error: () =>
      worst(
        [0.5, 0.9, 1, 1.1].map((w) => {
          const { states } = gradientFlow(new LinearCell(matrix([[w]])), rest(100, 1), {
            loss: (output) => sum(output),
            reduction: "sum",
          });
          const exact = range(100).map((n) => (w === 1 ? n + 1 : (1 - power(w, n + 1)) / (1 - w)));
          return logError(states.h.state.mean, exact.map(Math.log10));
        }),
      ),
  },
  {
    id: "O4",
    title: "orthogonal U: every norm, singular value and exponent stays",
    source: "UᵀU = I",
    bound: 1e-10,
    error: () => {
      const cell = new LinearCell(orthogonal(12, 3));
      const { joint } = gradientFlow(cell, rest(200, 12));
      const { mean } = jacobianSpectrum(cell, rest(200, 12), { lags: [200] });
      const { exponents } = lyapunovSpectrum(cell, rest(200, 12));
      return worst([
        logError(joint.mean, new Float64Array(200)),
        logError(mean, new Float64Array(12)),
        ...exponents.map(Math.abs),
      ]);
    },
  },
  {
    id: "O5",
    title: "U = g Q: ‖δ_t‖ = g^(T-t), exponents ln g, half-life ln 2 / -ln g",
    source: "O4 times g",
    bound: 1e-10,
    error: () =>
      worst(
        [0.8, 0.99].map((g) => {
          const cell = new LinearCell(orthogonal(8, 5, g));
          const { joint } = gradientFlow(cell, rest(300, 8));
          const { exponents } = lyapunovSpectrum(cell, rest(300, 8));
          return worst([
            logError(
              joint.mean,
              range(300).map((n) => n * Math.log10(g)),
            ),
            relativeError(
              exponents,
              exponents.map(() => Math.log(g)),
            ),
            relativeError([joint.fit?.halfLife ?? 0], [Math.LN2 / -Math.log(g)]),
          ]);
        }),
      ),
  },
  {
    id: "O6",
    title: "cyclic shift: δ_t is the shifted δ_T, bit for bit",
    source: "permutations do not round",
    bound: 0,
    error: () => {
      const u = randn([1, 5], seeded(9));
      const found = adjoints(cyclicShift(5), 40, u);
      return relativeError(
        found.flat(),
        range(40).flatMap((n) => range(5).map((i) => u.data[(i - n + 40) % 5])),
      );
    },
  },
  {
    id: "O7",
    title: "symmetric U, δ_T an eigenvector: every ratio is |λ_k|",
    source: "spectral theorem",
    bound: 1e-10,
    error: () => {
      const q = orthogonal(4, 7);
      const eigenvalues = [0.95, -0.7, 0.4, 0.1];
      const u = matmul(mul(q, tensor(eigenvalues, float64)), q, { transposeB: true });
      return worst(
        eigenvalues.slice(0, 2).map((value, k) => {
          const probe = { h: select(q, 1, k) };
          const { joint } = gradientFlow(new LinearCell(u), rest(12, 4), { probe });
          return logError(
            joint.mean,
            range(12).map((n) => n * Math.log10(Math.abs(value))),
          );
        }),
      );
    },
  },
  {
    id: "O9",
    title: "U = [[.9, 1], [0, .9]]: ‖δ‖ rises to 3.8935 at lag 9, below 1 again at 35; σ_max 1.5296",
    source: "δ = (.9^n, n .9^(n-1)): a spectral radius below 1 bounds nothing",
    bound: 1e-10,
    error: () => {
      const exact = range(60).map((n) => Math.hypot(power(0.9, n), n === 0 ? 0 : n * power(0.9, n - 1)));
      const { joint } = gradientFlow(new LinearCell(nonNormal), rest(60, 2), { probe: { h: tensor([1, 0], float64) } });
      const largest = Math.sqrt((2.62 + Math.sqrt(2.62 * 2.62 - 4 * 0.6561)) / 2);
      const peak = joint.mean.indexOf(Math.max(...joint.mean));
      const below = joint.mean.findIndex((value, n) => n > 0 && value < 0);
      return worst([
        logError(joint.mean, exact.map(Math.log10)),
        relativeError([peak, below], [9, 35]),
        relativeError([weightSpectrum(nonNormal).singularValues[0]], [largest]),
      ]);
    },
  },
  {
    id: "O23",
    title: "Σ_s G[tau, s] = δ_tau",
    source: "linearity of the gradient in the loss",
    bound: 1e-10,
    error: () => {
      const cell = new LinearCell(mul(randn([4, 4], seeded(1)), 0.4));
      const x = randn([15, 2, 4], seeded(2));
      const weights = randn([15, 2, 4], seeded(3));
      const loss = (output: Tensor) => sum(mul(output, weights));
      const { total } = itemisedGradients(cell, x, { loss });
      const { joint } = gradientFlow(cell, x, { loss, reduction: "sum" });
      const expected = range(15).flatMap((t) => [0, 1].map((b) => joint.perSample[(14 - t) * 2 + b]));
      return logError(total, expected);
    },
  },
  {
    id: "O30",
    title: "exponents of a triangular U from Q_0 = I: ln |u_ii| from the first step on",
    source: "QR of a triangular product",
    bound: 1e-10,
    error: () => {
      const u = matrix([
        [0.9, 5, -2],
        [0, -0.4, 1],
        [0, 0, 0.1],
      ]);
      const { exponents } = lyapunovSpectrum(new LinearCell(u), rest(7, 3), { start: "identity", warmup: 0 });
      return relativeError(exponents, [0.9, 0.4, 0.1].map(Math.log));
    },
  },
  {
    id: "O32",
    title: "exponents of g Q are all ln g, of a cyclic shift 0",
    source: "O4, O5",
    bound: 1e-10,
    error: () => {
      const scaled = lyapunovSpectrum(new LinearCell(orthogonal(8, 4, 0.7)), rest(50, 8)).exponents;
      const shifted = lyapunovSpectrum(new LinearCell(cyclicShift(6)), rest(50, 6)).exponents;
      return worst([
        relativeError(
          scaled,
          scaled.map(() => Math.log(0.7)),
        ),
        ...shifted.map(Math.abs),
      ]);
    },
  },
  {
    id: "O34",
    title: "Gaussian U of variance g²/N: E ‖Uᵀ v‖² = g² ‖v‖²",
    source: "sum of N variances; 200 draws, N = 64, within 4 standard errors",
    bound: 4 * Math.sqrt(2 / 64 / 200),
    error: () => {
      const [g, n] = [1.3, 64];
      const ratios = range(200).map((k) => {
        const u = mul(randn([n, n], seeded(1000 + k)), g / Math.sqrt(n));
        const { ratio } = growthRatios(new LinearCell(u), rest(1, n), { generator: new Generator(k) });
        return Math.exp(2 * Math.LN10 * ratio.mean[0]);
      });
      return relativeError([ratios.reduce((sum, r) => sum + r, 0) / 200], [g * g]);
    },
  },
  {
    id: "O36",
    title: "white input: Var h = 1/(1-λ²), Var dh/dλ = (1+λ²)/(1-λ²)³",
    source: "sums of λ^2n and n² λ^(2n-2) (Zucchet and Orvieto, 2024)",
    bound: 1e-10,
    error: () =>
      worst(
        [0.9, 0.99].map((lambda) => {
          const steps = lambda === 0.9 ? 400 : 3000;
          const cell = new LinearCell(matrix([[lambda]]));
          const x = randn([steps, 1, 1], seeded(1));
          // Both are linear in x: their derivatives with respect to it are the coefficients, of which variances are sums of squares.
          const { variance, sensitivity } = coefficients(cell, x);
          const rest2 = 1 - lambda * lambda;
          return relativeError([variance, sensitivity], [1 / rest2, (1 + lambda * lambda) / (rest2 * rest2 * rest2)]);
        }),
      ),
  },
  {
    id: "O41",
    title: "connectivity of a linear net: ‖C U^(t~-t) B‖_F²",
    source: "chain rule (Madsen, 2019)",
    bound: 1e-10,
    error: () => {
      const [u, b, c] = [orthogonal(4, 1, 0.6), randn([4, 2], seeded(2)), randn([3, 4], seeded(3))];
      const { series } = connectivity(new StateSpace(u, b), randn([20, 1, 2], seeded(4)), {
        readout: (output) => matmul(output, c, { transposeB: true }),
      });
      let product = b;
      const exact = range(20).map(() => {
        const norm = 2 * Math.log10(Math.hypot(...matmul(c, product).data));
        product = matmul(u, product);
        return norm;
      });
      return logError(series.mean, exact);
    },
  },
  {
    id: "O42",
    title: "memory capacity of a delay line: 1 for each of N delays; of a linear reservoir at most N",
    source: "Jaeger, 2001; the sum within sampling error, 2 % of N",
    bound: 0.02,
    error: () => {
      const n = 6;
      const shift = matrix(range(n).map((i) => range(n).map((j) => Number(i === j + 1))));
      const first = matrix(range(n).map((i) => [Number(i === 0)]));
      const line = memoryCapacity(new StateSpace(shift, first), randn([8000, 1, 1], seeded(1)));
      const reservoir = new StateSpace(orthogonal(n, 2, 0.7), randn([n, 1], seeded(3)));
      const { total } = memoryCapacity(reservoir, randn([8000, 1, 1], seeded(4)), { delays: 30 });
      const exact = relativeError(line.perDelay.subarray(0, n), new Array<number>(n).fill(1));
      // What is exact must be so to 2e-10: it counts 1e8-fold beside what is drawn.
      return worst([exact * 1e8, relativeError([line.total], [n]), excess(total, n)]);
    },
  },
  {
    id: "O53",
    title: "Pascanu's Ω: 0 for an orthogonal net, (g - 1)² per step for g Q",
    source: "Pascanu, Mikolov, Bengio, 2013, section 3.3",
    bound: 1e-10,
    unit: "absolute at g = 1",
    error: () => {
      const of = (g: number) => growthRatios(new LinearCell(orthogonal(6, 1, g)), rest(200, 6)).pascanu[0];
      return worst([of(1), ...[0.7, 1.2].map((g) => relativeError([of(g)], [200 * (g - 1) * (g - 1)]))]);
    },
  },
  {
    id: "O54",
    title: "a window of k keeps (1 - w^(k+1)) / (1 - w^T)",
    source: "geometric sums; the page's inset waits for the page",
    bound: 1e-10,
    error: () => {
      const [w, T] = [0.8, 60];
      const items = itemisedGradients(new LinearCell(matrix([[w]])), rest(T, 1), { loss: (output) => sum(output) });
      const windows = [0, 1, 5, 20, 59];
      return relativeError(
        windows.map((window) => truncationKeeps(items, { window })[0]),
        windows.map((k) => (1 - power(w, k + 1)) / (1 - power(w, T))),
      );
    },
  },
];

/** `Σ (∂h_T/∂x_t)²` and `Σ (∂²h_T/∂λ∂x_t)²`. */
function coefficients(cell: LinearCell, x: Tensor): { variance: number; sensitivity: number } {
  const input = requireGrad(x);
  const last = sum(select(stepsOf(cell, input).output, 0, x.shape[0] - 1));
  const squares = (of: Tensor) => Array.from(of.data).reduce((total, value) => total + value * value, 0);
  const [response, slope] = grad(last, [input, cell.weight], { createGraph: true });
  const [change] = grad(sum(slope), [input]);
  return { variance: squares(response), sensitivity: squares(change) };
}
