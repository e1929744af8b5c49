import { tests } from "@unroll/vitest";

export default tests({ include: ["*.test.ts"] });
