import { tests } from "@unroll/vitest";

// Starts the built program in a pseudo-terminal; needs `pnpm build` before.
export default tests({ include: ["src/**/*.terminal.ts"], testTimeout: 120_000 });
