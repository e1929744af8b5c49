import { tests } from "@unroll/vitest";

export default tests({ include: ["*.terminal.mjs"], testTimeout: 240_000 });
