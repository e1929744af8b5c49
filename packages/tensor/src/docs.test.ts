import { docTests } from "@unroll/doc-tests";
import * as tensor from "./index.ts";
import * as testing from "./testing/index.ts";

docTests({
  url: import.meta.url,
  modules: { "@unroll/tensor": tensor, "@unroll/tensor/testing": testing },
  before: () => tensor.manualSeed(0),
  complete: true,
});
