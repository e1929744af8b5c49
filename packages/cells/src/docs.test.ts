import * as autograd from "@unroll/autograd";
import { docTests } from "@unroll/doc-tests";
import * as nn from "@unroll/nn";
import * as tensor from "@unroll/tensor";
import * as cells from "./index.ts";

docTests({
  url: import.meta.url,
  modules: { "@unroll/cells": cells, "@unroll/nn": nn, "@unroll/autograd": autograd, "@unroll/tensor": tensor },
  before: () => tensor.manualSeed(0),
  complete: true,
});
