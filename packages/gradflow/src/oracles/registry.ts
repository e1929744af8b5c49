import { gatedOracles } from "./gated.oracles.ts";
import { linearOracles } from "./linear.oracles.ts";
import { nonlinearOracles } from "./nonlinear.oracles.ts";
import type { OpenOracle, Oracle } from "./oracle.ts";
import { taskOracles } from "./task.oracles.ts";
import { trainingOracles } from "./training.oracles.ts";

const number = ({ id }: { readonly id: string }) => Number(id.slice(1));

/** All oracles that are measured, in the order of their numbers. */
export const oracles: readonly Oracle[] = [
  ...linearOracles,
  ...nonlinearOracles,
  ...gatedOracles,
  ...trainingOracles,
  ...taskOracles,
].sort((a, b) => number(a) - number(b));

/** Those that wait for something that does not exist yet. */
export const openOracles: readonly OpenOracle[] = [
  { id: "O26", title: "minGRU: Π (1 - z) for all weights; minLSTM: Π f / (f + i)", waits: "these cells" },
  { id: "O27", title: "a scan in logarithms gives what the loop gives", waits: "a cell with a parallel scan" },
  { id: "O28", title: "LRU: |∂x_T/∂x_t|_j = |λ_j|^n, stationary variances", waits: "complex diagonal cells" },
  { id: "O29", title: "sLSTM: stabilised equals naive; f = 1 makes c/n a running mean", waits: "the cell" },
  { id: "O47", title: "the weight counts of LSTM-1997's nets", waits: "the paper's nets" },
  { id: "O49", title: "a constant field has one colour, w = .5 a ramp of -.30103 decades per step", waits: "the page" },
  { id: "O50", title: "one thread or two, the same logarithms of adjoints", waits: "threads" },
  {
    id: "O51",
    title: "a gradient step keeps an orthogonal parametrisation orthogonal",
    waits: "such a parametrisation",
  },
  { id: "O52", title: "mLSTM: recurrent equals parallel form; dC_T/dC_t = Π f I", waits: "the cell" },
];
