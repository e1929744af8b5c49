import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { reorderGates } from "./layout.mjs";

const Model = protobuf.loadSync(fileURLToPath(new URL("onnx.proto", import.meta.url))).lookupType("onnx.ModelProto");
const float = 1;
const int = 2;

/** By cell: the operator, and which of PyTorch's gates comes k-th in ONNX' layout. */
const operators = {
  rnn: { op: "RNN", order: [0] },
  lstm: { op: "LSTM", order: [0, 3, 1, 2] },
  gru: { op: "GRU", order: [1, 0, 2], resetAfter: 1 },
  "gru-before": { op: "GRU", order: [1, 0, 2], resetAfter: 0 },
};

/**
 * An ONNX model of one layer: inputs `x` [T, B, I], `h` and, for an LSTM, `c` [1, B, H]; output `y` [T, 1, B, H].
 *
 * @param {import("../src/speed/peers/protocol.ts").Job} job
 * @returns {Uint8Array}
 */
export function onnxModel({ cell, T, B, I, H, arrays }) {
  const { op, order, ...more } = operators[/** @type {keyof typeof operators} */ (cell)];
  const gates = order.length;
  const { weight_ih, weight_hh, bias_ih, bias_hh } = arrays;
  const tensor = (/** @type {string} */ name, /** @type {number[]} */ dims, /** @type {Float32Array} */ data) => ({
    name,
    dims,
    dataType: float,
    rawData: new Uint8Array(data.buffer),
  });
  const value = (/** @type {string} */ name, /** @type {number[]} */ shape) => ({
    name,
    type: { tensorType: { elemType: float, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
  });
  const [wb, rb] = [bias_ih, bias_hh].map(({ data }) => reorderGates(data, order));
  const bias = new Float32Array(2 * gates * H);
  bias.set(wb);
  bias.set(rb, gates * H);
  const states = op === "LSTM" ? ["h", "c"] : ["h"];
  const model = {
    irVersion: 8,
    producerName: "unroll-bench",
    opsetImport: [{ domain: "", version: 14 }],
    graph: {
      name: cell,
      node: [
        {
          opType: op,
          name: "layer",
          input: ["x", "w", "r", "b", "", ...states],
          output: ["y"],
          attribute: [
            { name: "hidden_size", type: int, i: H },
            ...("resetAfter" in more ? [{ name: "linear_before_reset", type: int, i: more.resetAfter }] : []),
          ],
        },
      ],
      initializer: [
        tensor("w", [1, gates * H, I], reorderGates(weight_ih.data, order)),
        tensor("r", [1, gates * H, H], reorderGates(weight_hh.data, order)),
        tensor("b", [1, 2 * gates * H], bias),
      ],
      input: [value("x", [T, B, I]), ...states.map((name) => value(name, [1, B, H]))],
      output: [value("y", [T, 1, B, H])],
    },
  };
  const problem = Model.verify(model);
  if (problem !== null) throw new Error(`the ONNX model: ${problem}`);
  return Model.encode(Model.create(model)).finish();
}

/** @param {Uint8Array} bytes */
export function readOnnxModel(bytes) {
  return Model.toObject(Model.decode(bytes), { longs: Number });
}
