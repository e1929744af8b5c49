// tfjs-layers' recurrent layers on the backend named by the first argument; wasm with SIMD, on one thread.
import { createRequire } from "node:module";
import path from "node:path";
import { Cannot, serve } from "../dist/serve.js";
import { inverse, reorderGates, summed, transposed } from "./layout.mjs";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs-core");
const layers = require("@tensorflow/tfjs-layers");
const backend = process.argv[2];
if (backend === "wasm") {
  const { setThreadsCount, setWasmPaths } = require("@tensorflow/tfjs-backend-wasm");
  setThreadsCount(1);
  setWasmPaths(`${path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"))}/dist/`);
} else require("@tensorflow/tfjs-backend-cpu");
await tf.setBackend(backend);
await tf.ready();

/** By cell: the layer, and which of PyTorch's gates comes k-th in Keras' layout. */
const cells = {
  rnn: { make: layers.layers.simpleRNN, order: [0] },
  lstm: { make: layers.layers.lstm, order: [0, 1, 2, 3], recurrentActivation: "sigmoid" },
  "gru-before": { make: layers.layers.gru, order: [1, 0, 2], recurrentActivation: "sigmoid" },
};

/** Weights are set right afterwards; its orthogonal start takes long and needs ops chained to tensors. */
const zeros = { kernelInitializer: "zeros", recurrentInitializer: "zeros" };

/** @param {import("../src/speed/peers/protocol.ts").Job} job */
function sequence({ kind, cell, H, arrays }) {
  const known = cells[/** @type {keyof typeof cells} */ (cell)];
  if (known === undefined) throw new Cannot("its GRU resets before the product only");
  const { make, order, ...options } = known;
  const rows = order.length * H;
  const layer = make({ units: H, returnSequences: true, ...options, ...zeros });
  const { weight_ih, weight_hh, bias_ih, bias_hh, x, h, c, dy } = arrays;
  // Keras is batch first, which the layers turn round and back in every call.
  const input = tf.transpose(tf.tensor(x.data, x.shape), [1, 0, 2]);
  const gradient = kind === "train" ? tf.transpose(tf.tensor(dy.data, dy.shape), [1, 0, 2]) : undefined;
  layer.apply(layers.input({ batchShape: input.shape }));
  const kernel = (/** @type {{ data: Float32Array, shape: number[] }} */ { data, shape }) =>
    tf.tensor(transposed(reorderGates(data, order), rows), [shape[1], rows]);
  layer.setWeights([
    kernel(weight_ih),
    kernel(weight_hh),
    tf.tensor1d(reorderGates(summed(bias_ih.data, bias_hh.data), order)),
  ]);
  const states = [h, ...(c === undefined ? [] : [c])].map(({ data, shape }) => tf.variable(tf.tensor(data, shape)));
  const weights = layer.trainableWeights.map((/** @type {any} */ weight) => weight.val);
  const forward = () => layer.apply(input, { initialState: states });
  /** @type {any} */
  let kept;
  const hold = (/** @type {any} */ next) => {
    tf.dispose(kept);
    kept = next;
    return next;
  };
  const stop = () => {
    tf.dispose([kept, input, gradient, states]);
    layer.dispose();
  };
  const flip = (/** @type {any} */ value) => tf.tidy(() => tf.transpose(value, [1, 0, 2]).dataSync());
  if (kind === "infer")
    return { run: () => hold(tf.tidy(forward)), result: (/** @type {any} */ value) => ({ output: flip(value) }), stop };
  const step = () =>
    hold(tf.tidy(() => tf.variableGrads(() => tf.sum(tf.mul(forward(), gradient)), [...weights, ...states])));
  const back = inverse(order);
  return {
    run: step,
    result: (/** @type {any} */ { grads }) => {
      const [ih, hh, bias, ...rest] = [...weights, ...states].map(({ name }) => grads[name].dataSync());
      const output = flip(tf.tidy(forward));
      const unkernel = (/** @type {Float32Array} */ data) => reorderGates(transposed(data, data.length / rows), back);
      const [dh, dc] = rest;
      return {
        output,
        weight_ih: unkernel(ih),
        weight_hh: unkernel(hh),
        bias_ih: reorderGates(bias, back),
        h: dh,
        ...(dc === undefined ? {} : { c: dc }),
      };
    },
    stop,
  };
}

/** A language model: embedding, LSTM, linear, cross entropy, Adam. */
function model(/** @type {import("../src/speed/peers/protocol.ts").Job} */ { V, H, lr, arrays }) {
  const { embedding, weight_ih, weight_hh, bias_ih, bias_hh, head, tokens, targets } = arrays;
  const kernel = (/** @type {{ data: Float32Array, shape: number[] }} */ { data, shape: [rows, columns] }) =>
    tf.tensor(transposed(data, rows), [columns, rows]);
  const layer = layers.layers.lstm({ units: H, returnSequences: true, recurrentActivation: "sigmoid", ...zeros });
  const [T, B] = tokens.shape;
  layer.apply(layers.input({ batchShape: [B, T, embedding.shape[1]] }));
  layer.setWeights([kernel(weight_ih), kernel(weight_hh), tf.tensor1d(summed(bias_ih.data, bias_hh.data))]);
  const table = tf.variable(tf.tensor(embedding.data, embedding.shape));
  const [weight, bias] = [tf.variable(kernel(head)), tf.variable(tf.zeros([V]))];
  const indices = (/** @type {{ data: Float32Array, shape: number[] }} */ { data, shape }) =>
    tf.tidy(() => tf.transpose(tf.tensor2d(Int32Array.from(data), shape, "int32")));
  const [ids, labels] = [indices(tokens), tf.tidy(() => tf.cast(tf.oneHot(indices(targets), V), "float32"))];
  const oneHot = tf.tidy(() => tf.cast(tf.oneHot(ids, V), "float32"));
  // The wasm backend has no gradient of gather (UnsortedSegmentSum): a product with one-hot rows does the same.
  const embed = () =>
    backend === "wasm"
      ? tf.reshape(tf.matMul(tf.reshape(oneHot, [B * T, V]), table), [B, T, -1])
      : tf.gather(table, ids);
  const optimizer = tf.train.adam(lr, 0.9, 0.999, 1e-8);
  const variables = [table, ...layer.trainableWeights.map((/** @type {any} */ one) => one.val), weight, bias];
  const run = () =>
    tf.tidy(
      () =>
        optimizer
          .minimize(
            () => {
              const output = layer.apply(embed());
              const logits = tf.add(tf.matMul(tf.reshape(output, [B * T, H]), weight), bias);
              return tf.losses.softmaxCrossEntropy(tf.reshape(labels, [B * T, V]), logits);
            },
            true,
            variables,
          )
          .dataSync()[0],
    );
  return {
    run,
    // It adds both biases into one, which Adam moves half as far: from the second step on, losses differ.
    result: (/** @type {number} */ loss) => ({ loss: [loss] }),
    stop: () => {
      tf.dispose([table, weight, bias, ids, labels, oneHot]);
      layer.dispose();
      optimizer.dispose();
    },
  };
}

await serve({
  version: tf.version_core,
  notes: [`layers API, backend ${tf.getBackend()}${backend === "wasm" ? ", SIMD, one thread" : ""}`],
  prepare: (job) => (job.kind === "model" ? model(job) : sequence(job)),
});
