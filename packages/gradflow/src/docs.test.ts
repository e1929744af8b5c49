import * as autograd from "@unroll/autograd";
import * as cells from "@unroll/cells";
import { docTests } from "@unroll/doc-tests";
import * as tensor from "@unroll/tensor";
import * as gradflow from "./index.ts";
import * as node from "./node/index.ts";

docTests({
  url: import.meta.url,
  modules: {
    "@unroll/gradflow": gradflow,
    "@unroll/gradflow/node": node,
    "@unroll/cells": cells,
    "@unroll/autograd": autograd,
    "@unroll/tensor": tensor,
  },
  before: () => tensor.manualSeed(0),
});
