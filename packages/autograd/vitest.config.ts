import { tests } from "@unroll/vitest";

// Memory is measured: each file has a process of its own.
export default tests();
