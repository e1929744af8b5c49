import { tests } from "@unroll/vitest";

export default tests({ include: ["{src,build}/**/*.test.{ts,tsx}"] });
