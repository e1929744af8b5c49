import { checkChangesets } from "./changeset-rules.mjs";
import { report, root } from "./workspace.mjs";

report("check:changesets", checkChangesets(root), "every change since the last release is described");
