import { parameter } from "@unroll/autograd";
import { wrongArgumentTests } from "@unroll/doc-tests";
import { Generator, tensor, UnrollError, zeros } from "@unroll/tensor";
import * as entry from "./index.ts";

const generator = new Generator(1);
const x = zeros([2, 3]);
const classes = tensor([0, 1], { dtype: "int32" });
const linear = new entry.Linear(3, 2);

wrongArgumentTests({
  entry,
  isOwn: UnrollError.is,
  nameTakers: ["fansOf"],
  valid: {
    checkModule: [linear, x],
    crossEntropy: [x, classes, { ignoreIndex: 1, labelSmoothing: 0.1, weight: zeros([3]), reduction: "sum" }],
    Dropout: [0.5, { generator }],
    Embedding: [4, 2, { paddingIdx: 0 }],
    huber: [x, x, { delta: 1, reduction: "sum" }],
    l1: [x, x, { reduction: "sum" }],
    LayerNorm: [3, { eps: 1e-5, elementwiseAffine: true, bias: false }],
    Linear: [
      3,
      2,
      {
        bias: true,
        weight: parameter([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      },
    ],
    "Linear.forward": [x],
    mse: [x, x, { reduction: "sum" }],
    Sequential: [linear],
  },
  instances: { Linear: linear },
  // A shape is checked by what draws, an input by the module that gets it.
  says: {
    checkModule: /checkModule:|Linear\.forward:/,
    normalInit: /normalInit:|randn:/,
    truncNormal: /truncNormal:|uniform:/,
    uniformInit: /uniformInit:|uniform:/,
  },
  unchecked: { StateDictError: "made by loadStateDict" },
});
