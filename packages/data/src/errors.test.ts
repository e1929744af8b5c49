import { OptionError, UnrollError } from "@unroll/tensor";
import { expect, it } from "vitest";
import { DataError } from "./errors.ts";

it("a DataError is recognised by its brand and keeps its cause", () => {
  const cause = new Error("deeper");
  const error = new DataError("file: no text", cause);
  expect([DataError.is(error), UnrollError.is(error), error.name, error.cause]).toEqual([
    true,
    true,
    "DataError",
    cause,
  ]);
  expect([new OptionError("x"), new Error("x"), null].map((value) => DataError.is(value))).toEqual([
    false,
    false,
    false,
  ]);
});
