import { tests } from "@unroll/vitest";

export default tests({ include: ["*.browser.ts"], testTimeout: 60_000, hookTimeout: 60_000 });
