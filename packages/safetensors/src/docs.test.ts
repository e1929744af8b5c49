import { tmpdir } from "node:os";
import { join } from "node:path";
import { docTests } from "@unroll/doc-tests";
import * as tensor from "@unroll/tensor";
import * as safetensors from "./index.ts";
import * as node from "./node/index.ts";

docTests({
  url: import.meta.url,
  modules: {
    "@unroll/safetensors": safetensors,
    "@unroll/safetensors/node": node,
    "@unroll/tensor": tensor,
    "node:os": { tmpdir },
    "node:path": { join },
  },
  before: () => tensor.manualSeed(0),
});
