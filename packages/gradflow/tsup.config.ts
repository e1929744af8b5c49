import { library } from "@unroll/tsup";

export default library();
