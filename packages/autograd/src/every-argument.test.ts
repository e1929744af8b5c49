import { wrongArgumentTests } from "@unroll/doc-tests";
import { mul, sum, type Tensor, tensor, UnrollError } from "@unroll/tensor";
import * as entry from "./index.ts";

const w = entry.parameter([1, 2]);
const loss = () => sum(mul(w, w));
const double = (x: Tensor) => mul(x, 2);

wrongArgumentTests({
  entry,
  isOwn: UnrollError.is,
  valid: {
    backward: [loss(), { gradient: tensor(1), retain: true }],
    checkpoint: [double, w],
    defineFunction: [
      {
        name: "double",
        forward: ([x]: readonly Tensor[]) => ({ outputs: [mul(x, 2)], saved: undefined }),
        backward: () => [undefined],
        plain: ([x]: readonly Tensor[]) => [mul(x, 2)],
      },
    ],
    detach: [w],
    enableGrad: [() => 1],
    grad: [loss(), [w], { gradOutputs: [tensor(1)], createGraph: true, retain: true, unused: "zeros" }],
    jacobian: [double, w, { createGraph: true }],
    noGrad: [() => 1],
    parameter: [[1, 2]],
    parametersOf: [loss()],
    requireGrad: [tensor(1)],
  },
  says: { parameter: /parameter:|tensor:/ },
  unchecked: { Parameter: "made by parameter" },
});
