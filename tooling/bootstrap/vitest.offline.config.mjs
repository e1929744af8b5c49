import { tests } from "@unroll/vitest";

export default tests({ include: ["*.offline.mjs"], testTimeout: 280_000, hookTimeout: 280_000 });
