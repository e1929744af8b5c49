import { docTests } from "@unroll/doc-tests";
import * as tensor from "@unroll/tensor";
import * as data from "./index.ts";
import * as node from "./node/index.ts";

docTests({
  url: import.meta.url,
  modules: { "@unroll/data": data, "@unroll/data/node": node, "@unroll/tensor": tensor },
  complete: true,
  before: () => tensor.manualSeed(0),
});
