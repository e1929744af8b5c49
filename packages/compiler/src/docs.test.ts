import * as autograd from "@unroll/autograd";
import { docTests } from "@unroll/doc-tests";
import * as tensor from "@unroll/tensor";
import * as compiler from "./index.ts";

docTests({
  url: import.meta.url,
  modules: { "@unroll/compiler": compiler, "@unroll/autograd": autograd, "@unroll/tensor": tensor },
  before: () => tensor.manualSeed(0),
});
