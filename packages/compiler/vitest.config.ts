import { tests } from "@unroll/vitest";

export default tests();
