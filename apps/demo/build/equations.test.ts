import { describe, expect, it } from "vitest";
import { equations } from "../src/story/equations.ts";
import { mathOf } from "./equations.ts";

describe("mathOf", () => {
  it("gives MathML and nothing else", () => {
    const math = mathOf(String.raw`h_t = \tanh(W x_t)`);
    expect(math).toMatch(/^<math xmlns="http:\/\/www.w3.org\/1998\/Math\/MathML" display="block">/);
    expect(math).toContain("<mi>tanh</mi>");
    expect(math).not.toMatch(/class=|<span|annotation encoding/);
  });

  it.each(Object.entries(equations))("sets the equation %s", (_name, tex) => {
    expect(mathOf(tex)).toContain("</math>");
  });

  it("refuses what it does not know", () => {
    expect(() => mathOf(String.raw`\unknown{x}`)).toThrow(/unknown/);
  });
});
