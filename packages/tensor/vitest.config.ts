import { tests } from "@unroll/vitest";

// Files share a process: loading the packages anew for each takes longer than testing them.
export default tests({ isolate: false });
