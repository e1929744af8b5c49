import { parameter } from "@unroll/autograd";
import { wrongArgumentTests } from "@unroll/doc-tests";
import { UnrollError } from "@unroll/tensor";
import * as entry from "./index.ts";

const w = parameter([1]);
const adam = new entry.Adam([w]);
const moments = { lr: 0.1, betas: [0.9, 0.99], eps: 1e-8, weightDecay: 0.1, amsgrad: true };

wrongArgumentTests({
  entry,
  isOwn: UnrollError.is,
  valid: {
    Adagrad: [[w], { lr: 0.1, lrDecay: 0.1, eps: 1e-8, initialAccumulatorValue: 1, weightDecay: 0.1 }],
    Adam: [[w], moments],
    "Adam.loadStateDict": [{ ...adam.stateDict() }],
    AdamW: [[w], moments],
    applySchedule: [adam, entry.constant(), 0],
    clipGradNorm: [[w], 1],
    clipGradValue: [[w], 1],
    cosine: [{ steps: 9, min: 0.1 }],
    exponential: [0.9],
    gradNorm: [[w]],
    linearWarmup: [{ steps: 9, start: 0.1 }],
    oneCycle: [{ steps: 9 }],
    product: [entry.constant(), entry.constant()],
    RMSprop: [[w], { lr: 0.1, alpha: 0.9, eps: 1e-8, weightDecay: 0.1, momentum: 0.9, centered: true }],
    SGD: [[w], { lr: 0.1, momentum: 0.9, dampening: 0, weightDecay: 0.1, nesterov: true }],
    sequence: [[entry.constant(), entry.constant()], [3]],
    stepDecay: [{ every: 2, gamma: 0.5 }],
  },
  instances: { Adam: adam },
  unchecked: { Optimizer: "protected: made by its subclasses" },
});
