import { docTests } from "@unroll/doc-tests";
import * as tensor from "@unroll/tensor";
import * as autograd from "./index.ts";
import * as testing from "./testing/index.ts";

docTests({
  url: import.meta.url,
  modules: { "@unroll/autograd": autograd, "@unroll/autograd/testing": testing, "@unroll/tensor": tensor },
  before: () => tensor.manualSeed(0),
  complete: true,
});
