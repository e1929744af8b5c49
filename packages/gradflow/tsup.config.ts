import { library } from "@unroll/tsup";

export default library({ index: "src/index.ts", node: "src/node/index.ts" });
