import type { Engine } from "./runtime.ts";

/** Plain TypeScript over typed arrays: every dtype, every op, and the oracle that faster engines are tested against. */
export const referenceEngine: Engine = {
  name: "reference",
  run(op, out, output, inputs, attrs) {
    op.forward(out, inputs, attrs as never, output);
  },
};
