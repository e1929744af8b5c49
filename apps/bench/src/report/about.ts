import type { BenchResult } from "../gradflow/result.ts";
import { commandOf } from "./command.ts";
import { count, duration, grouped, listed } from "./format.ts";
import { escapeHtml } from "./html.ts";

/** What the measured things are, how the run was set up, and how to repeat it. */
export function renderAbout({ config, environment, startedAt, seconds }: BenchResult): string {
  const text = config.tasks.includes("text");
  const adding = config.tasks.includes("adding");
  const both = <T>(values: { readonly text: T; readonly adding: T }, show: (value: T) => string): string =>
    text && adding
      ? `${show(values.text)} (text), ${show(values.adding)} (adding)`
      : show(adding ? values.adding : values.text);
  const command = commandOf(config);
  const settings: [string, string][] = [
    ["Cells", config.cells.join(", ")],
    ["Seeds", config.seeds.join(", ")],
    ["Hidden size", both(config.hidden, grouped)],
    ["Training window", count(config.length, "step")],
    ["Batch", both(config.batch, grouped)],
    ["Training steps", both(config.steps, grouped)],
    ...(text ? [["Embedding", grouped(config.embedding)] as [string, string]] : []),
    ["Optimiser", `Adam, learning rate ${config.learningRate}, gradient norm clipped at ${config.clip}`],
    [
      "Gradient flow",
      `at step 0 and every ${count(config.probeEvery, "step")}, ${count(config.probeBatch, "sample")}, lags 0 to ${grouped(config.lags)} after ${count(config.warmup, "step")} that let the state settle`,
    ],
    ["Gates", "at five of these moments, one sequence"],
    ...(config.spectra.tasks.length === 0
      ? []
      : [
          [
            "Singular values",
            `${listed(config.spectra.tasks)}, before and after training, one sequence, at lags ${listed(config.spectra.lags.map(String))}`,
          ] as [string, string],
        ]),
    ...(text ? [["Text", config.data ?? "Moby Dick, bundled"] as [string, string]] : []),
    ["Started", startedAt],
    ["Took", duration(seconds)],
    [
      "Machine",
      `${environment.cpu}, ${count(environment.cores, "core")}, ${environment.platform} ${environment.arch}, Node ${environment.node.replace(/^v/, "")}, Unroll ${environment.unroll}`,
    ],
  ];
  return `<section aria-labelledby="about"><h2 id="about">What was measured</h2>
<dl>${definitions.map(([term, meaning]) => `<dt>${term}</dt><dd>${meaning}</dd>`).join("")}</dl>
<h3>Settings</h3>
<dl>${settings.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>
<h3>To repeat this run</h3>
${command === undefined ? "<p>No command line gives these settings; they come from code.</p>" : `<pre><code>${escapeHtml(command)}</code></pre>`}
<p>The same seeds give the same numbers. Every number shown here is in, or a median of numbers in, the file <code>result.json</code> beside this report.</p>
<h3>Sources</h3>
<ul class="sources">${sources.map((source) => `<li>${source}</li>`).join("")}</ul></section>`;
}

const definitions: readonly (readonly [string, string])[] = [
  [
    "Probe",
    "L = ⟨u, s<sub>T</sub>⟩, where s<sub>T</sub> is the whole state at the last step T and u a fixed random unit vector. A probe has no local losses on the way, so that cells and tasks can be compared.",
  ],
  [
    "∂L/∂h<sub>t</sub>",
    "The gradient of L with respect to the hidden state that step t hands to step t + 1, other states held fixed; likewise ∂L/∂c<sub>t</sub> for an LSTM's cell state.",
  ],
  ["Lag", "The number of steps back from the probe: T − t. Lag 0 is the last step."],
  [
    "Norm",
    "The Euclidean norm over units, for each sample by itself, summed in float64. Powers of two are taken out on the way back, so that nothing underflows.",
  ],
  [
    "Aggregation",
    "The mean over samples of log₁₀ of the norm (a geometric mean), and where 10 % and 90 % of the samples lie; with several seeds, the median over seeds of each of these.",
  ],
  [
    "Decay per step, half-life, R²",
    "A least-squares line through ln ‖∂L/∂h‖ against lag, without the first 5 % of lags: what one step back leaves of the norm, e<sup>slope</sup>; ln 2 / −slope; and how much of the variance the line explains. With R² below 0.9 the decay is not exponential, and the half-life means little.",
  ],
  ["Horizon", "The largest lag at which more than a thousandth of the gradient at lag 0 is left."],
  [
    "Singular values σ",
    "Of the long-term Jacobian ∂s<sub>T</sub>/∂s<sub>T−n</sub>, the product of n one-step Jacobians, from triangular factors that are collected step by step; the product itself is never formed, since it loses all but its largest value to rounding.",
  ],
  [
    "Closed, open, time scale",
    "A gate is closed below 0.1 and open above 0.9. A unit's time scale is τ = −1 / E[ln f], with f the gate that keeps its state (z for a GRU): n steps of it alone leave e<sup>−n/τ</sup>.",
  ],
  [
    "Equal size, equal parameters",
    "All cells are shown at equal hidden size; those marked with the parameters of the LSTM have more units instead, until their parameter count comes nearest to the LSTM's.",
  ],
];

const sources: readonly string[] = [
  "S. Hochreiter and J. Schmidhuber, <cite>Long short-term memory</cite>, Neural Computation 9(8), 1997: the LSTM and the adding problem.",
  "Y. Bengio, P. Simard and P. Frasconi, <cite>Learning long-term dependencies with gradient descent is difficult</cite>, IEEE Transactions on Neural Networks 5(2), 1994.",
  "R. Pascanu, T. Mikolov and Y. Bengio, <cite>On the difficulty of training recurrent neural networks</cite>, ICML 2013: vanishing, exploding, clipping.",
  "K. Cho et al., <cite>Learning phrase representations using RNN encoder–decoder for statistical machine translation</cite>, EMNLP 2014: the GRU.",
  "A. Karpathy, J. Johnson and L. Fei-Fei, <cite>Visualizing and understanding recurrent networks</cite>, 2015: gates that are open or closed.",
  "C. Tallec and Y. Ollivier, <cite>Can recurrent neural networks warp time?</cite>, ICLR 2018: time scales of gates, and chrono initialisation.",
  "O. Roy and M. Vetterli, <cite>The effective rank: a measure of effective dimensionality</cite>, EUSIPCO 2007.",
  "J. Nuñez, C. Anderton and R. Renslow, <cite>Optimizing colormaps with consideration for color vision deficiency</cite>, PLOS ONE 13(7), 2018: the colour scale.",
];
