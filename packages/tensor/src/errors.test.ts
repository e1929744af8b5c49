import { describe, expect, it } from "vitest";
import {
  DTypeError,
  FormatError,
  IndexError,
  OptionError,
  ShapeError,
  TracedValueError,
  UnrollError,
} from "./index.ts";

const kinds = { ShapeError, DTypeError, OptionError, IndexError, TracedValueError, FormatError };

describe.each(Object.entries(kinds))("%s", (name, Kind) => {
  const error = new Kind("add: something");

  it("is an error with its name and message", () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(UnrollError);
    expect([error.name, error.message, String(error)]).toEqual([name, "add: something", `${name}: add: something`]);
    expect(error.stack).toContain("add: something");
  });

  it("is recognised by its own kind and by the base, and by no other", () => {
    const recognised = Object.entries(kinds).filter(([, Other]) => Other.is(error));
    expect(recognised.map(([other]) => other)).toEqual([name]);
    expect(UnrollError.is(error)).toBe(true);
  });

  it("does not take anything else for one of its own", () => {
    for (const other of [undefined, null, name, new Error(name), { name }, Object.assign(new Error("x"), { name })])
      expect(Kind.is(other)).toBe(false);
  });
});

describe("an error of a package above", () => {
  class StaleError extends UnrollError {
    constructor(message: string) {
      super("StaleError", message);
    }
  }

  it("is an Unroll error under its own name", () => {
    expect(UnrollError.is(new StaleError("x"))).toBe(true);
    expect(ShapeError.is(new StaleError("x"))).toBe(false);
    expect(new StaleError("x").name).toBe("StaleError");
  });
});
