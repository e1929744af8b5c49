import { tests } from "@unroll/vitest";

export default tests({ include: ["*.offline.mjs"], testTimeout: 280_000, hookTimeout: 900_000 });
