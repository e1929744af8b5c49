import { tests } from "@unroll/vitest";

// Compares results with the peers, in processes of their own; needs `pnpm build` and what peers/test.mjs looks for.
export default tests({ include: ["src/**/*.peers.mjs"], testTimeout: 120_000 });
