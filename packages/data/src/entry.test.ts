import { builtinsReached } from "@unroll/doc-tests";
import { expect, it } from "vitest";

it("reaches no module of Node from the main entry", () => {
  expect(builtinsReached(new URL("./index.ts", import.meta.url))).toEqual([]);
});

it("reaches Node's files from the subpath, which shows that the search finds such modules", () => {
  expect(builtinsReached(new URL("./node/index.ts", import.meta.url))).toContain("node:fs/promises");
});
