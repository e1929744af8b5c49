import { count, grouped, listed, powerOfTen, significant } from "@unroll/bench/format";

/** What is left of a gradient: `1 part in 10⁹`, `1 part in 12`, `63 %`; `4.1-fold` for what has grown. */
function share(log10: number): string {
  if (log10 === Number.NEGATIVE_INFINITY) return "nothing";
  if (log10 <= -4) return `1 part in ${powerOfTen(Math.round(-log10))}`;
  if (log10 <= -1) return `1 part in ${rounded(10 ** -log10)}`;
  if (log10 <= 0.0005) return `${significant(Math.min(100, 100 * 10 ** log10), 3)} %`;
  return log10 < 4 ? `${rounded(10 ** log10)}-fold` : `${powerOfTen(Math.round(log10))}-fold`;
}

function rounded(value: number): string {
  return grouped(Number(value.toPrecision(2)));
}

interface Kept {
  readonly name: string;
  /** NaN for what is not finite. */
  readonly log10: number;
}

/** The views of the lab: titles, settings, and the sentences that are made from numbers. */
export const labViews = {
  about: (title: string) => `What exactly is measured: ${title}`,
  stepsBack: "steps back in time",
  padlock: "Hold the range of colours and heights",
  locked: "All pictures have the range from 10⁻¹² to 10³. Unlock it to see small differences.",
  unlocked: "The range follows the values. Lock it to compare runs.",
  lockedShort: "Range held",
  unlockedShort: "Range follows",
  colors: {
    label: "Colours from the smallest norm, dark, to the largest, bright",
    words: "10⁻⁶ is a millionth",
    shades: { below: "smaller", zero: "exactly 0", nan: "not finite" },
  },
  lanes: {
    title: "The pulse, on its way back",
    about:
      "Every node is a step of the sequence, the loss at the last one. Its colour is log10 of ‖∂L/∂h‖, on the upper rail of an LSTM of ‖∂L/∂c‖, with L = ⟨u, s_T⟩; the width of a link is how much a step back multiplies the norm. Above 64 steps a node is the median of several.",
    rails: "The networks, unrolled",
    pulse: "Send the pulse",
    playPulse: "Send the pulse back through time",
    cursor: (label: string) => `${label}: steps back in time`,
    label: (label: string, half: string) => `Unrolled ${label}, half-life ${half}`,
    at: (lag: number, values: readonly (readonly [string, string])[]) =>
      `${count(lag, "step")} back: ${values.map(([state, value]) => `d${state} ${value}`).join(", ")}`,
    half: (
      fit: { readonly halfLife: number; readonly exponential: boolean } | null | undefined,
      format: (value: number) => string,
    ) => {
      if (fit === undefined) return { value: "", unit: "" };
      if (fit === null) return { value: "–", unit: "gone at once" };
      if (!Number.isFinite(fit.halfLife)) return { value: "∞", unit: "nothing is lost" };
      return { value: format(fit.halfLife), unit: `steps half-life${fit.exponential ? "" : ", not exponential"}` };
    },
    finding: (reaches: readonly { readonly name: string; readonly horizon: number | null }[], lags: number) =>
      reaches.length === 0
        ? ""
        : `A thousandth of the pulse is still there ${listed(
            reaches.map(({ name, horizon }) =>
              horizon === null
                ? `nowhere in ${name}`
                : horizon >= lags
                  ? `all ${lags} steps back in ${name}`
                  : `${count(horizon, "step")} back in ${name}`,
            ),
          )}.`,
  },
  decay: {
    title: "How much of the gradient is left",
    about:
      "L = ⟨u, s_T⟩ with a fixed random unit vector u at the last step; the curve is log10 ‖∂L/∂s‖ by steps back, for each of eight held-out sequences by itself, then the mean of the logarithms (line) and where 10 to 90 % of the sequences lie (band). [dh; dc] takes h and c of an LSTM as one state, so that cells can be compared. The half-life comes from a straight line through the logarithms.",
    quantity: "Gradient of",
    quantities: { joint: "[dh; dc]", h: "dh", c: "dc" },
    scale: "Scale",
    absolute: "absolute",
    relative: "from 1",
    cursor: "Steps back in time",
    at: (lag: number, values: readonly (readonly [string, string])[]) =>
      `${count(lag, "step")} back: ${values.map(([label, value]) => `${label} ${value}`).join("; ")}`,
    half: (steps: string) => `half-life ${steps}`,
    legend:
      "Dotted: what the keep gates alone would leave (Π f), and the most that a plain recurrent weight allows, (γ σmax)ⁿ.",
    noSuchState: "No cell here has a state c: choose an LSTM, or another gradient.",
    nameOf: (label: string) => `the ${label.replace(/, (.*)$/, " ($1)")}`,
    finding: (lag: number, kept: readonly Kept[]) => {
      const clauses = kept.map(({ name, log10 }, k) => {
        if (Number.isNaN(log10) || log10 === Number.POSITIVE_INFINITY) return `that of ${name} is not finite`;
        if (log10 > 0.0005)
          return `${k === 0 ? `the gradient of ${name}` : `that of ${name}`} has grown ${share(log10)}`;
        const first = !kept.slice(0, k).some((other) => other.log10 <= 0.0005);
        return first ? `${name} keeps ${share(log10)} of its gradient` : `${name} ${share(log10)}`;
      });
      return `After ${count(lag, "step")} back in time ${listed(clauses)}.`;
    },
  },
  race: {
    title: "The race",
    about: (metric: string, success: string | null) =>
      `Training loss (${metric}) of every batch, pale, and its running mean over 15 points, on the same sequences for all cells. The dashed line is the exact loss of the best answer that remembers nothing.${success === null ? "" : ` Solved: ${success}, on held-out sequences.`} Time is what the cell itself computed; FLOP counts two operations for each weight and use, and twice as much for the way back.`,
    axis: "Run over",
    axes: { sequences: "sequences", time: "seconds", flop: "FLOP" },
    amount: (axis: "sequences" | "time" | "flop", value: number) =>
      axis === "time"
        ? `${significant(value, 3)} s`
        : axis === "flop"
          ? `${significant(value, 2)} FLOP`
          : `${grouped(Math.round(value))} sequences`,
    play: "Play",
    pause: "Pause",
    step: "Step",
    reset: "Same seed again",
    newSeed: "New seed",
    chance: "guessing",
    chanceFormula: (formula: string) => `guessing: ${formula}`,
    solved: "solved",
    winner: (name: string, at: string) => `${name}: solved after ${at}`,
    cursor: "Training step",
    trainingStep: "Training step",
    at: (step: number, values: readonly (readonly [string, string])[]) =>
      `Training step ${grouped(step)}: ${values.map(([label, value]) => `${label} ${value}`).join("; ")}`,
    finding: (
      cells: readonly { readonly name: string; readonly loss: number }[],
      chance: number,
      winner: { readonly name: string; readonly at: string } | undefined,
    ) => {
      const measured = cells.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss - b.loss);
      if (winner !== undefined) return `First to solve the task was ${winner.name}, after ${winner.at}.`;
      const [best] = measured;
      if (best === undefined) return "";
      const part = best.loss / chance;
      if (part > 0.95) return "No cell is better than guessing yet: the answer lies many steps back.";
      const rest = measured.slice(1).filter(({ loss }) => loss / chance > 0.95);
      const behind =
        rest.length === 0
          ? ""
          : `; ${listed(rest.map(({ name }) => name))} still ${rest.length === 1 ? "guesses" : "guess"}`;
      return `${best.name.charAt(0).toUpperCase()}${best.name.slice(1)} leads, with ${significant(100 * part, 2)} % of the loss of guessing${behind}.`;
    },
  },
  heatmap: {
    title: "The gradient while the cells learn",
    about:
      "Each column is a probe, at most 512 of them: when they are full, every other one goes. Downwards are the steps back in time, the loss on top. Colours are log10 of the mean norm, with the same range for all cells. A press on a column shows that training step in all other views.",
    steps: "Training steps",
    linear: "steps evenly",
    log: "steps by logarithm",
    now: (step: string) => `Step ${step} · back to now`,
    label: (label: string) => `${label}: gradient norms by steps back (down) and training step (right)`,
    spark: (label: string) => `${label}: training loss, on the same training steps`,
    cursor: (label: string) => `${label}: training step, and steps back with up and down`,
    at: (step: string, lag: number, value: string) => `Training step ${step}, ${count(lag, "step")} back: ${value}`,
    where: (step: string, lag: number) => `training step ${step}, ${count(lag, "step")} back`,
    value: (lag: number, value: string) => `${value} at lag ${lag}`,
    loss: "loss",
    row: (lag: number) => `The row ${count(lag, "step")} back in time`,
    trainingStep: "training step",
    finding: (lag: number, cells: readonly { readonly name: string; readonly from: number; readonly to: number }[]) => {
      const moved = cells.map(({ name, from, to }) => {
        const change = to - from;
        if (!Number.isFinite(change)) return `not to be compared in ${name}`;
        if (Math.abs(change) < 0.02) return `as before in ${name}`;
        return `${rounded(10 ** Math.abs(change))} times as ${change > 0 ? "large" : "small"} in ${name}`;
      });
      return moved.length === 0
        ? ""
        : `Since training began, the gradient ${count(lag, "step")} back has become ${listed(moved)}.`;
    },
  },
  gates: {
    title: "What the gates do",
    about:
      "Each hill is the share of a gate's values between 0 and 1, over all units and steps of two held-out sequences; training goes from top to bottom. Below 0.1 a gate is almost closed, above 0.9 almost open. A unit whose keep gate has the mean logarithm E[ln f] remembers for τ = −1 / E[ln f] steps.",
    keeps: "keeps the state",
    roles: { i: "lets in", f: "keeps the state", o: "lets out", r: "resets", z: "keeps the state" },
    label: (label: string, gate: string, closed: string, open: string) =>
      `${label}, gate ${gate} over training: ${closed} almost closed, ${open} almost open`,
    shares: (closed: string, open: string) => `${closed} below 0.1 · ${open} above 0.9`,
    scales: "For how long each unit remembers",
    scalesLabel: "The time scale of every unit, on a logarithmic axis",
    axis: "time scale of a unit, steps",
    median: (steps: string) => `median ${steps}`,
    target: "chrono: U(1, Tmax)",
    finding: (cells: readonly { readonly name: string; readonly steps: string }[]) =>
      cells.length === 0
        ? "No cell here has gates."
        : `By its keep gate, the middle unit remembers ${listed(cells.map(({ name, steps }) => `${steps} steps in ${name}`))}.`,
  },
  table: {
    title: "Numbers",
    about:
      "The same numbers as in the pictures, and as the command line prints them. Norms are log10. Click a column to sort by it; the saved file has all digits.",
    which: "Series of",
    names: {
      decay: "decay curves",
      heatmap: "gradient at one lag over training",
      race: "training losses",
      gates: "gate histograms",
      scales: "time scales of units",
    },
    closed: "Every series that is drawn above is here in numbers, too.",
    show: "Show the table",
    hide: "Hide the table",
    copy: "Copy",
    copied: "The table is copied.",
    copyFailed: "The browser did not allow copying.",
    save: "Save as CSV",
    all: (rows: number) => `Show all ${grouped(rows)} rows`,
    finding: (rows: number, columns: number) =>
      `${count(rows, "row")} of ${count(columns, "column")}, as they are drawn.`,
    columns: {
      lag: "steps back",
      step: "training step",
      unit: "unit",
      from: "from",
      to: "to",
      mean: (label: string) => `${label}: log10 mean`,
      low: (label: string) => `${label}: 10 %`,
      high: (label: string) => `${label}: 90 %`,
      atLag: (label: string, lag: number) => `${label}: log10 at lag ${lag}`,
      place: (label: string, axis: string) => `${label}: ${axis}`,
      loss: (label: string) => `${label}: loss`,
      share: (label: string, gate: string) => `${label}: share of ${gate}`,
      scale: (label: string) => `${label}: steps`,
    },
  },
  oracles: {
    title: "Known in advance, measured in your browser",
    about: (lags: number, bound: string) =>
      `Cells whose gradients are a formula, measured when the page opened, by the same layers and probes as the lanes, over ${lags} steps back. The error is the largest relative one over all of them; ${bound} is what rounding in 32 bits may cause.`,
    measuring: "Being measured.",
    failed: "Nothing could be measured: the worker did not start.",
    finding: (passed: number, all: number, lags: number) =>
      passed === all
        ? `All ${all} known gradients were met over ${lags} steps back.`
        : `${passed} of ${all} known gradients were met: do not trust the others.`,
    names: {
      orthogonal: "Orthogonal",
      half: "Decay by ½",
      bump: "Not normal",
      carousel: "Error carousel",
      bias: "Forget bias 3",
    },
    laws: {
      orthogonal: "‖δ‖ stays 1",
      half: "‖δ‖ = 0.5ⁿ, half-life 1",
      bump: "rises to 3.89 at lag 9, then fades",
      carousel: "an LSTM that forgets nothing: ‖δ‖ stays 1",
      bias: "‖δ‖ = σ(3)ⁿ, half-life 14.27",
    },
    states: { waiting: "waiting", passed: "passed", missed: "missed" },
    error: (error: string) => `error ${error}`,
  },
};
