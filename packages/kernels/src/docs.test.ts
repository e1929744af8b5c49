import { docTests } from "@unroll/doc-tests";
import * as kernels from "./index.ts";
import * as testing from "./testing.ts";

docTests({
  url: import.meta.url,
  modules: { "@unroll/kernels": kernels, "@unroll/kernels/testing": testing },
});
