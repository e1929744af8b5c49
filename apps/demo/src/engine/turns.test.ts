import { expect, it } from "vitest";
import { Turns } from "./turns.ts";

it("turns go round, past those that have nothing to do", () => {
  const turns = new Turns<string>();
  const next = (idle: string) => turns.next(["a", "b", "c"], (one) => !idle.includes(one));
  expect([next(""), next("b"), next("b"), next(""), next("ac"), next("abc")]).toEqual([
    "a",
    "c",
    "a",
    "b",
    "b",
    undefined,
  ]);
  expect(turns.next([], () => true)).toBeUndefined();
});
