// brain.js: one sample at a time, in plain JavaScript. Its LSTM has no cell state (h' = o tanh(f h + i g)), its RNN is a ReLU
// of one bias, and every net has an output layer: other computations of about the same size, so no result is compared.
import { createRequire } from "node:module";
import { Cannot, serve } from "../dist/serve.js";

const require = createRequire(import.meta.url);
const { recurrent } = require("brain.js");
const nets = { rnn: recurrent.RNNTimeStep, lstm: recurrent.LSTMTimeStep, "gru-before": recurrent.GRUTimeStep };

await serve({
  version: require("brain.js/package.json").version,
  notes: ["plain JavaScript, one sample at a time, another cell"],
  prepare({ kind, cell, T, B, I, H, arrays }) {
    const Net = nets[cell];
    if (Net === undefined || kind === "model") throw new Cannot("it has no such cell");
    const net = new Net({ inputSize: I, hiddenLayers: [H], outputSize: I });
    net.initialize();
    const { data } = arrays.x;
    // It predicts the next input at each step, so it needs one more.
    const samples = Array.from({ length: B }, (_, b) =>
      Array.from({ length: T + 1 }, (_, t) => data.slice(((t % T) * B + b) * I, ((t % T) * B + b + 1) * I)),
    );
    const train = () => {
      for (const sample of samples) {
        net.trainArrayOfArray(sample);
        net.backpropagate();
      }
      // Also sets the gradients back to zero.
      net.adjustWeights();
    };
    const infer = () => samples.map((sample) => net.runArrayOfArray(sample.slice(0, T)));
    // A net runs only after it has been trained.
    net.trainArrayOfArray(samples[0]);
    return { run: kind === "train" ? train : infer, result: () => ({}), differs: "another cell" };
  },
});
