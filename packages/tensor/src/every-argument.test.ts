import { wrongArgumentTests } from "@unroll/doc-tests";
import { expect, it } from "vitest";
import * as entry from "./index.ts";

const inEveryOp = "it runs in every op or draw, where a check would cost";

wrongArgumentTests({
  entry,
  isOwn: entry.UnrollError.is,
  nameTakers: [
    "checkBoolean",
    "checkDType",
    "checkFunction",
    "checkNumber",
    "checkOptions",
    "checkTensor",
    "checkWhole",
    "normalizeDim",
    "refusePromise",
  ],
  says: {
    "Generator.from": /Generator:/,
    manualSeed: /Generator:/,
  },
  unchecked: {
    abstractOutput: inEveryOp,
    allocate: inEveryOp,
    apply: inEveryOp,
    broadcastShapes: inEveryOp,
    endReading: inEveryOp,
    groupOf: inEveryOp,
    keptPanels: inEveryOp,
    philox: inEveryOp,
    sameShape: inEveryOp,
    sizeOf: inEveryOp,
    Tensor: inEveryOp,
  },
});

it.each(Object.entries({ zeros: entry.zeros, ones: entry.ones }))("%s of an impossible size is named", (name, make) => {
  expect(() => make([1e9, 1e9])).toThrow(
    new entry.ShapeError(`${name}: no room for a float32 tensor of shape [1000000000, 1000000000]`),
  );
});
