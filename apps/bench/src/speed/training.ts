import { useEngine } from "@unroll/tensor";
import { loadText } from "../gradflow/text.ts";
import { atLeast, trainingAims } from "./aims.ts";
import type { Timing } from "./measure.ts";
import { startPlain } from "./plain.ts";
import type { Row } from "./result.ts";
import { ratios, spreadOf } from "./spread.ts";
import { agree, type Bench, type Suite, timingOf } from "./suite.ts";
import { trainer, trainingConfig } from "./trainer.ts";

const { hidden, batch, length } = trainingConfig;

/** One step of training, by either engine. */
export const trainingSuite: Suite = {
  suite: "training",
  title: "A training step of the main job",
  about: `The character language model of bench gradflow with its default settings: an LSTM of ${hidden.text} units, ${batch.text} streams of ${length} steps; forward, backward, clipping and Adam, by the reference engine, on a thread where no WebAssembly runs, and by WebAssembly, from the same weights and data.`,
  ratio: { kind: "times", against: "the reference engine" },
  weight: 3,
  run: trainingSteps,
};

/** Both engines round differently, so losses drift apart in training; over the first steps they must not. */
const comparedSteps = 2;

async function* trainingSteps(bench: Bench): AsyncGenerator<Row> {
  const text = await loadText(undefined);
  const reference = await startPlain({ kind: "training", text, compared: comparedSteps });
  try {
    const step = trainer(text, trainingConfig);
    const wasm = () => useEngine("wasm", step);
    agree(
      "the losses of the first training steps",
      Array.from({ length: comparedSteps }, wasm),
      reference.result,
      1e-4,
    );
    yield* rowsOf(bench, await bench.measure("training steps", 1, { reference, wasm }));
  } finally {
    await reference.stop();
  }
}

function rowsOf({ kernels }: Bench, timings: Readonly<Record<"reference" | "wasm", Timing>>): Row[] {
  const ratio = spreadOf(ratios(timings.reference.samples, timings.wasm.samples));
  const aim = trainingAims[kernels.build];
  const what = `LSTM, B ${batch.text}, T ${length}, H ${hidden.text}`;
  return [
    { what, way: "reference", ...timingOf(timings.reference) },
    { what, way: "wasm", ...timingOf(timings.wasm), ratio, ...(aim === undefined ? {} : { aim: atLeast(aim, ratio) }) },
  ];
}
