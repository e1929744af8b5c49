import { checkPackages } from "./package-rules.mjs";
import { listPackages, report, root } from "./workspace.mjs";

report("check:packages", checkPackages(root), `${listPackages(root).length} packages are consistent`);
