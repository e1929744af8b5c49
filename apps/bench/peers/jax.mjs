// jax-js on its wasm backend: the time loop unrolled into one graph, since it has no scan, and compiled by jit. Node has no
// Web Workers, so it runs on one thread.
import { blockUntilReady, defaultDevice, grad, init, jit, nn, numpy as np, tree } from "@jax-js/jax";
import { Cannot, serve } from "../dist/serve.js";

await init("wasm");
defaultDevice("wasm");

/** @typedef {any} Value an array; every use but the last is `.ref`, since functions take ownership of their arguments */
/** One step from the gates' input part z and their recurrent weights. */
const steps = {
  rnn: (/** @type {Value} */ z, /** @type {Value} */ { h }, /** @type {Value} */ { weight, bias }) => ({
    h: np.tanh(z.add(np.dot(h, weight.ref)).add(bias.ref)),
  }),
  lstm: (/** @type {Value} */ z, /** @type {Value} */ { h, c }, /** @type {Value} */ { weight, bias }) => {
    const [i, f, g, o] = np.split(z.add(np.dot(h, weight.ref)).add(bias.ref), 4, 1);
    const next = nn
      .sigmoid(f)
      .mul(c)
      .add(nn.sigmoid(i).mul(np.tanh(g)));
    return { h: nn.sigmoid(o).mul(np.tanh(next.ref)), c: next };
  },
  gru: (/** @type {Value} */ x, /** @type {Value} */ { h }, /** @type {Value} */ { weight, bias }) => {
    const [xr, xz, xn] = np.split(x, 3, 1);
    const [hr, hz, hn] = np.split(np.dot(h.ref, weight.ref).add(bias.ref), 3, 1);
    const z = nn.sigmoid(xz.add(hz));
    const n = np.tanh(xn.add(nn.sigmoid(xr.add(hr)).mul(hn)));
    return { h: n.ref.add(z.mul(h.sub(n))) };
  },
};

/** @param {Value} parameters @param {Value} x @param {number} T */
function outputs({ weight_ih, weight_hh, bias_ih, bias_hh, ...state }, x, T, step) {
  const [, B, I] = x.shape;
  // Each step multiplies its own input: one product of all before the loop, split afterwards, was slower (and weights that
  // lie transposed, as PyTorch has them, were faster than others).
  const input = { weight: np.transpose(weight_ih), bias: bias_ih };
  const recurrent = { weight: np.transpose(weight_hh), bias: bias_hh };
  const all = [];
  for (const part of np.split(x.reshape([T * B, I]), T, 0)) {
    state = step(np.dot(part, input.weight.ref).add(input.bias.ref), state, recurrent);
    all.push(state.h.ref);
  }
  tree.dispose([input, recurrent, state]);
  return np.stack(all);
}

await serve({
  version: (await import("./node_modules/@jax-js/jax/package.json", { with: { type: "json" } })).default.version,
  notes: ["wasm, jit, time loop unrolled, one thread"],
  prepare({ kind, cell, T, arrays }) {
    const step = steps[cell];
    if (kind === "model" || step === undefined) throw new Cannot("not written for it");
    const { x, dy, ...rest } = Object.fromEntries(
      Object.entries(arrays).map(([name, { data, shape }]) => [name, np.array(data.slice()).reshape(shape)]),
    );
    const compute =
      kind === "infer"
        ? jit((parameters, x) => ({ output: outputs(parameters, x, T, step) }))
        : jit(grad((parameters, x, dy) => outputs(parameters, x, T, step).mul(dy).sum()));
    const data = kind === "infer" ? [x] : [x, dy];
    let kept;
    return {
      run() {
        tree.dispose(kept);
        kept = compute(tree.ref(rest), ...data.map((one) => one.ref));
        return blockUntilReady(kept);
      },
      result(value) {
        const read = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, one.ref.dataSync()]));
        if (kind === "train") read.output = outputs(tree.ref(rest), x.ref, T, step).dataSync();
        return read;
      },
      stop() {
        tree.dispose([kept, rest, x, dy]);
        compute.dispose();
      },
    };
  },
});
