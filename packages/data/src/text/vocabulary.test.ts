import { DTypeError, OptionError, ShapeError, tensor } from "@unroll/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataError } from "../errors.ts";
import { CharVocabulary, type CharVocabularyJSON } from "./char-vocabulary.ts";
import { WordVocabulary, type WordVocabularyJSON } from "./word-vocabulary.ts";

// All of them, halves of surrogate pairs included.
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
const reload = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("CharVocabulary", () => {
  it("orders code points, and knows characters beyond U+FFFF", () => {
    const vocabulary = CharVocabulary.fromText("b😀a\uffeea");
    expect(vocabulary.symbols).toEqual(["a", "b", "\uffee", "😀"]);
    expect(vocabulary.size).toBe(4);
    const ids = vocabulary.encode("😀ab");
    expect([ids.dtype, ids.toArray()]).toEqual(["int32", [3, 0, 1]]);
    expect(vocabulary.decode(ids)).toBe("😀ab");
    expect(vocabulary.decode([0, 1])).toBe("ab");
    expect([vocabulary.idOf("b"), vocabulary.idOf("z")]).toEqual([1, undefined]);
    expect(vocabulary.encode("").shape).toEqual([0]);
  });

  it("gives back any text that it was built from, also through JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        const vocabulary = CharVocabulary.fromText(text);
        const again = CharVocabulary.fromJSON(reload(vocabulary.toJSON()));
        expect(again.decode(vocabulary.encode(text))).toBe(text);
        expect(again.symbols).toEqual(vocabulary.symbols);
      }),
      { seed: 1 },
    );
  });

  it("names a character that it does not know", () => {
    const vocabulary = CharVocabulary.fromText("abc");
    expect(() => vocabulary.encode("abé")).toThrow(DataError);
    expect(() => vocabulary.encode("abé")).toThrow(
      'CharVocabulary.encode: the character "é" (U+00E9) at position 2 is not in the vocabulary; build it with the option unknown to allow that',
    );
  });

  it("maps unknown characters to one symbol when asked", () => {
    const vocabulary = CharVocabulary.fromText("ab", { unknown: "\ufffd" });
    expect(vocabulary.encode("axb").toArray()).toEqual([1, 0, 2]);
    expect(vocabulary.decode(vocabulary.encode("axb"))).toBe("a\ufffdb");
    expect(CharVocabulary.fromJSON(reload(vocabulary.toJSON())).encode("xy").toArray()).toEqual([0, 0]);
    expect(() => CharVocabulary.fromText("ab", { unknown: "a" })).toThrow(OptionError);
    expect(() => CharVocabulary.fromText("ab", { unknown: "" })).toThrow('unknown must be a symbol, got ""');
  });

  it("refuses ids and JSON that are none", () => {
    const vocabulary = CharVocabulary.fromText("abc");
    expect(() => vocabulary.decode([3])).toThrow("CharVocabulary.decode: expected ids in [0, 3), got 3");
    expect(() => vocabulary.decode(tensor([1, 2]))).toThrow(DTypeError);
    expect(() => vocabulary.decode(tensor(1, { dtype: "int32" }))).toThrow(ShapeError);
    expect(() => vocabulary.decode([0.5])).toThrow("whole numbers");
    expect(() => vocabulary.decode(3 as never)).toThrow(DTypeError);
    expect(() => CharVocabulary.fromText(3 as never)).toThrow(DataError);
    const json = vocabulary.toJSON();
    for (const damage of [
      { version: 2 },
      { kind: "WordVocabulary" },
      { symbols: "abc" },
      { symbols: ["a", "a"] },
      { symbols: [1] },
      { unknown: "?" },
    ])
      expect(() => CharVocabulary.fromJSON({ ...json, ...damage } as unknown as CharVocabularyJSON)).toThrow(DataError);
    expect(() => CharVocabulary.fromJSON(null as never)).toThrow(DataError);
  });
});

describe("WordVocabulary", () => {
  const text = "the cat and the dog and the end";

  it("orders words by frequency, then by code point", () => {
    expect(WordVocabulary.fromText(text).symbols).toEqual(["the", "and", "cat", "dog", "end"]);
    expect(WordVocabulary.fromText(["the cat", "the dog"]).symbols).toEqual(["the", "cat", "dog"]);
  });

  it("keeps to a minimal count and a maximal size, special tokens included", () => {
    expect(WordVocabulary.fromText(text, { minCount: 2 }).symbols).toEqual(["the", "and"]);
    const special = { pad: "<pad>", unknown: "<unk>", bos: "<s>", eos: "</s>" };
    const vocabulary = WordVocabulary.fromText(text, { maxSize: 6, ...special });
    expect(vocabulary.symbols).toEqual(["<pad>", "<unk>", "<s>", "</s>", "the", "and"]);
    expect(vocabulary.special).toEqual(special);
    expect(vocabulary.idOf("<pad>")).toBe(0);
    expect(() => WordVocabulary.fromText(text, { maxSize: 3, ...special })).toThrow(
      "maxSize must be a whole number >= 4",
    );
  });

  it("encodes texts and lists of words, between bos and eos when asked", () => {
    const vocabulary = WordVocabulary.fromText(text, { unknown: "<unk>", bos: "<s>", eos: "</s>" });
    const ids = vocabulary.encode("the  cow\nand", { bos: true, eos: true });
    expect(vocabulary.decodeTokens(ids)).toEqual(["<s>", "the", "<unk>", "and", "</s>"]);
    expect(vocabulary.decode(vocabulary.encode(["the", "dog"]))).toBe("the dog");
    expect(vocabulary.encode("").shape).toEqual([0]);
    expect(() => WordVocabulary.fromText(text).encode("the", { bos: true })).toThrow("built without the token bos");
  });

  it("names a word that it does not know", () => {
    const vocabulary = WordVocabulary.fromText(text, { bos: "<s>" });
    expect(() => vocabulary.encode("the cow", { bos: true })).toThrow(DataError);
    expect(() => vocabulary.encode("the cow", { bos: true })).toThrow(
      'the word "cow" at position 1 is not in the vocabulary',
    );
  });

  it("splits words from punctuation when asked, or as a function says", () => {
    const words = WordVocabulary.fromText("Don't stop, Ahab’s whale!", { tokenize: "words" });
    expect(words.symbols.toSorted()).toEqual(["!", ",", "Ahab’s", "Don't", "stop", "whale"]);
    const letters = WordVocabulary.fromText("aba", { tokenize: (t) => [...t] });
    expect(letters.encode("ab").toArray()).toEqual([0, 1]);
    expect(() => WordVocabulary.fromText(text, { tokenize: "chars" as never })).toThrow(OptionError);
  });

  it("does not count a special token that the text holds", () => {
    const vocabulary = WordVocabulary.fromText("a <eos> b <eos>", { eos: "<eos>" });
    expect(vocabulary.symbols).toEqual(["<eos>", "a", "b"]);
    expect(vocabulary.encode("a <eos>").toArray()).toEqual([1, 0]);
  });

  it("survives JSON, but for a function, which must be given again", () => {
    const vocabulary = WordVocabulary.fromText("a, b", { tokenize: "words", unknown: "?" });
    const again = WordVocabulary.fromJSON(reload(vocabulary.toJSON()));
    expect(again.encode("b, x").toArray()).toEqual(vocabulary.encode("b, x").toArray());
    const tokenize = (t: string): string[] => [...t];
    const json = reload(WordVocabulary.fromText("ab", { tokenize }).toJSON());
    expect(() => WordVocabulary.fromJSON(json)).toThrow("pass it again as the option tokenize");
    expect(WordVocabulary.fromJSON(json, { tokenize }).encode("ba").toArray()).toEqual([1, 0]);
  });

  it("refuses special tokens that are none, and damaged JSON", () => {
    expect(() => WordVocabulary.fromText(text, { pad: "<x>", eos: "<x>" })).toThrow(OptionError);
    expect(() => WordVocabulary.fromText(text, { pad: "" })).toThrow(OptionError);
    expect(() => WordVocabulary.fromText(text, { minCount: 0 })).toThrow(OptionError);
    expect(() => WordVocabulary.fromText(text, { unk: "?" } as never)).toThrow("did you mean");
    const json = WordVocabulary.fromText(text).toJSON();
    for (const damage of [{ version: 0 }, { symbols: {} }, { special: { pad: "<pad>" } }])
      expect(() => WordVocabulary.fromJSON({ ...json, ...damage } as unknown as WordVocabularyJSON)).toThrow(DataError);
    expect(() => WordVocabulary.fromJSON({ ...json, tokenize: "x" as never })).toThrow(OptionError);
  });
});
