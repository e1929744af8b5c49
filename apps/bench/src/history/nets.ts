import type { Net97 } from "./cell97.ts";

const reber = { inputs: 7, outputs: 7, bias: "gates", range: 0.2 } as const;
const adding = { inputs: 2, outputs: 1, blocks: 2, size: 2, bias: "all", range: 0.1 } as const;

/** The nets of the paper's Table 10, except those of experiments 2a and 2b, whose outputs see the inputs too. */
export const nets = {
  /** Experiment 1 with four blocks of one cell. */
  "reber-4x1": { ...reber, blocks: 4, size: 1, outputGateBias: [-1, -2, -3, -4] },
  /** Experiment 1 with three blocks of two cells. */
  "reber-3x2": { ...reber, blocks: 3, size: 2, outputGateBias: [-1, -2, -3] },
  /** Experiment 2c with 50 distractor symbols. */
  "long-lag-50": { inputs: 54, outputs: 2, blocks: 2, size: 1, bias: "none", range: 0.2 },
  /** Experiment 2c with 1000 distractor symbols. */
  "long-lag-1000": { inputs: 1004, outputs: 2, blocks: 2, size: 1, bias: "none", range: 0.2 },
  /** Experiment 3. */
  "two-sequence": {
    inputs: 1,
    outputs: 1,
    blocks: 3,
    size: 1,
    bias: "hidden",
    inputGateBias: [-1, -3, -5],
    outputGateBias: [-2, -4, -6],
    range: 0.1,
  },
  /** Experiment 4; the same net with random gate biases is that of experiment 5. */
  adding: { ...adding, inputGateBias: [-3, -6] },
  multiplication: adding,
  /** Experiment 6a. */
  "temporal-order-6a": { ...adding, inputs: 8, outputs: 4, inputGateBias: [-2, -4] },
  /** Experiment 6b. */
  "temporal-order-6b": { ...adding, inputs: 8, outputs: 8, blocks: 3, inputGateBias: [-2, -4, -6] },
} as const satisfies Readonly<Record<string, Net97>>;
