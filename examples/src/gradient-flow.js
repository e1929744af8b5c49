// Shows how far gradients reach back through fresh cells: node examples/src/gradient-flow.js
import { pathToFileURL } from "node:url";
import { GRU, LSTM, RNN } from "@unroll/cells";
import { gradientFlow } from "@unroll/gradflow";
import { Generator, randn } from "@unroll/tensor";

/** @param {{ log?: (line: string) => void }} [options] */
export function main({ log = console.log } = {}) {
  const x = randn([100, 8, 16], { generator: new Generator(1) });
  const layers = {
    RNN: new RNN(16, 32, { generator: new Generator(2) }),
    GRU: new GRU(16, 32, { generator: new Generator(2) }),
    "LSTM, forget bias 0": new LSTM(16, 32, { generator: new Generator(2), forgetBias: 0 }),
    "LSTM, forget bias 1": new LSTM(16, 32, { generator: new Generator(2), forgetBias: 1 }),
    "LSTM, forget bias 3": new LSTM(16, 32, { generator: new Generator(2), forgetBias: 3 }),
  };
  /** @type {Record<string, number>} */
  const halfLives = {};
  for (const [name, layer] of Object.entries(layers)) {
    const { fit, mean } = gradientFlow(layer, x).joint;
    halfLives[name] = fit?.halfLife ?? Number.NaN;
    log(
      `${name.padEnd(20)} half of the gradient is left after ${halfLives[name].toFixed(1)} steps, 10^${mean[50].toFixed(1)} after 50`,
    );
  }
  return halfLives;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
