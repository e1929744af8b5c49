// ONNX Runtime, `web` (wasm) or `node` by the first argument, on one thread; it has no gradients.
import { createRequire } from "node:module";
import { Cannot, serve } from "../dist/serve.js";
import { onnxModel } from "./onnx-model.mjs";

const require = createRequire(import.meta.url);
const name = `onnxruntime-${process.argv[2]}`;
const ort = require(name);
if (name === "onnxruntime-web") ort.env.wasm.numThreads = 1;

const options = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  executionProviders: [name === "onnxruntime-web" ? "wasm" : "cpu"],
};

await serve({
  version: ort.env.versions[process.argv[2]],
  notes: [name === "onnxruntime-web" ? "wasm, one thread" : "one thread"],
  async prepare(job) {
    if (job.kind !== "infer") throw new Cannot("it does not train");
    const session = await ort.InferenceSession.create(onnxModel(job), options);
    const { x, h, c } = job.arrays;
    const state = ({ data, shape }) => new ort.Tensor("float32", data, [1, ...shape]);
    const feeds = {
      x: new ort.Tensor("float32", x.data, x.shape),
      h: state(h),
      ...(c === undefined ? {} : { c: state(c) }),
    };
    return {
      run: () => session.run(feeds),
      result: ({ y }) => ({ output: y.data }),
      stop: () => session.release(),
    };
  },
});
