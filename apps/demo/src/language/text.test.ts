import { CharVocabulary } from "@unroll/data";
import { describe, expect, it } from "vitest";
import { corpusOf, mostCharacters, problemOf, withinLimit } from "./text.ts";

describe("problemOf", () => {
  it("needs one character to read and one to guess", () => {
    expect(problemOf("")).toEqual({ kind: "empty" });
    expect(problemOf("a")).toEqual({ kind: "short", characters: 1 });
    // One code point of two units.
    expect(problemOf("😀")).toEqual({ kind: "short", characters: 1 });
    expect(problemOf("ab")).toBeUndefined();
    expect(problemOf("aaaa")).toBeUndefined();
  });
});

describe("corpusOf", () => {
  it("counts what a model has to beat", () => {
    const { facts } = corpusOf("aaaabbcd");
    // Shares 1/2, 1/4, 1/8, 1/8: 1/2 + 2/4 + 3/8 + 3/8 bits.
    expect(facts).toEqual({ characters: 8, symbols: 4, uniformBits: 2, unigramBits: 1.75, leftOut: 0 });
    expect(corpusOf("zzz").facts).toMatchObject({ symbols: 1, uniformBits: 0, unigramBits: 0 });
  });

  it("reads code points: emoji, right-to-left, combining marks", () => {
    const text = "👩‍👩‍👧 שלום é";
    const { vocabulary, ids } = corpusOf(text);
    expect(vocabulary.decode(ids)).toBe(text);
    expect(ids).toHaveLength([...text].length);
  });

  it("replaces halves of surrogate pairs, which no file could hold", () => {
    const { vocabulary, ids } = corpusOf("a\ud83db");
    expect(vocabulary.decode(ids)).toBe("a\uFFFDb");
  });

  it("leaves out what a given vocabulary lacks, and says how much", () => {
    const { ids, facts } = corpusOf("abxba", CharVocabulary.fromText("ab"));
    expect([...ids]).toEqual([0, 1, 1, 0]);
    expect(facts).toMatchObject({ characters: 4, leftOut: 1 });
  });
});

describe("withinLimit", () => {
  it("cuts a text that is too long, never inside of a character", () => {
    expect(withinLimit("short")).toBe("short");
    expect(withinLimit("ab".repeat(mostCharacters))).toHaveLength(mostCharacters);
    expect(withinLimit("😀".repeat(mostCharacters / 2 + 1))).toHaveLength(mostCharacters);
    expect(withinLimit(`a${"😀".repeat(mostCharacters / 2)}`)).toHaveLength(mostCharacters - 1);
  });
});
