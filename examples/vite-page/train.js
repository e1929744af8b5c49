import { backward } from "@unroll/autograd";
import { LSTM } from "@unroll/cells";
import { gradientFlow } from "@unroll/gradflow";
import { crossEntropy, Linear } from "@unroll/nn";
import { AdamW, clipGradNorm } from "@unroll/optim";
import { Generator, mul, randn, select, setDeterministic, tensor } from "@unroll/tensor";

const steps = 60;
const batch = 32;
const classes = 4;

/** A class that is shown at the first step only, then noise: it has to be remembered until the end. */
function sequences() {
  const noise = mul(randn([steps, batch, classes], { generator: new Generator(3) }), 0.2);
  const labels = Array.from({ length: batch }, (_, row) => row % classes);
  const values = Float32Array.from(noise.data);
  for (const [row, label] of labels.entries()) values[row * classes + label] += 1;
  return { x: tensor(values, { shape: noise.shape }), labels: tensor(labels, { dtype: "int32" }) };
}

/**
 * @typedef {object} Point
 * @property {number} update how many updates came before
 * @property {number} loss
 * @property {number[]} norms log10 ‖∂L/∂h_t‖ for t = 1 … T, over the batch the mean of the logarithms
 */

/**
 * Trains an LSTM, and every `every` updates yields how long the gradient of its loss is at each step of the sequence.
 *
 * @param {{ updates?: number, every?: number }} [options]
 * @returns {IterableIterator<Point>}
 */
export function* train({ updates = 120, every = 10 } = {}) {
  // The same bits in every browser and in Node, at some speed.
  setDeterministic(true);
  const generator = new Generator(7);
  const { x, labels } = sequences();
  const lstm = new LSTM(classes, 32, { generator });
  const head = new Linear(32, classes, { generator });
  const parameters = [...lstm.parameters(), ...head.parameters()];
  const optimizer = new AdamW(parameters, { lr: 0.01 });
  /** @param {import("@unroll/tensor").Tensor} output */
  const lossOf = (output) => crossEntropy(head.forward(select(output, 0, steps - 1)), labels);
  for (let update = 0; update <= updates; update++) {
    const loss = lossOf(lstm.forward(x).output);
    if (update % every === 0) {
      // By lag, from the last step backwards.
      const { mean } = gradientFlow(lstm, x, { loss: lossOf }).states.h.total;
      yield { update, loss: loss.item(), norms: [...mean].reverse() };
    }
    optimizer.zeroGrad();
    backward(loss);
    clipGradNorm(parameters, 1);
    optimizer.step();
  }
}
