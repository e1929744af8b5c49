import { library } from "@unroll/tsup";

export default library({ index: "src/index.ts", constants: "src/constants.ts", testing: "src/testing.ts" });
