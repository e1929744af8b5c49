import { checkOptions, OptionError, type Tensor } from "@unroll/tensor";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";
import type { IntegerSequence } from "../integers.ts";
import { byCodePoint, SymbolTable } from "./symbols.ts";

/** Options of {@link CharVocabulary.fromText}. */
export interface CharVocabularyOptions {
  /** A symbol with an id of its own that stands for every other character; without it those are errors. */
  unknown?: string;
}

/** A character vocabulary as JSON keeps it. */
export interface CharVocabularyJSON {
  readonly kind: "CharVocabulary";
  readonly version: 1;
  readonly symbols: readonly string[];
  readonly unknown: string | null;
}

/**
 * Characters and their ids: each code point of a text is a symbol, in ascending order, after the one for unknown
 * characters if there is one. As in char-rnn (Karpathy 2015).
 *
 * @example
 * ```ts
 * const vocabulary = CharVocabulary.fromText("hello");
 * vocabulary.symbols; // ["e", "h", "l", "o"]
 * vocabulary.decode(vocabulary.encode("hole")); // "hole"
 * ```
 */
export class CharVocabulary {
  /** The symbol of each id. */
  readonly symbols: readonly string[];
  /** What stands for characters without an id, if anything does. */
  readonly unknown: string | undefined;
  readonly #table: SymbolTable;

  private constructor(symbols: readonly string[], unknown: string | undefined) {
    this.#table = new SymbolTable("CharVocabulary", symbols, unknown);
    this.symbols = this.#table.symbols;
    this.unknown = unknown;
  }

  /**
   * The characters of `text`.
   *
   * @throws {OptionError} when `unknown` is empty or itself a character of the text
   */
  static fromText(text: string, options: CharVocabularyOptions = {}): CharVocabulary {
    const fn = "CharVocabulary.fromText";
    checkOptions(fn, options, ["unknown"]);
    const { unknown } = options;
    if (typeof text !== "string") throw new DataError(`${fn}: expected text, got ${show(text)}`);
    if (unknown !== undefined && (typeof unknown !== "string" || unknown === ""))
      throw new OptionError(`${fn}: unknown must be a symbol, got ${show(unknown)}`);
    const found = new Set(text);
    if (unknown !== undefined && found.has(unknown))
      throw new OptionError(`${fn}: unknown must not be a character of the text, got ${show(unknown)}`);
    const symbols = [...found].sort(byCodePoint);
    return new CharVocabulary(unknown === undefined ? symbols : [unknown, ...symbols], unknown);
  }

  /** The vocabulary that `toJSON` wrote. */
  static fromJSON(json: CharVocabularyJSON): CharVocabulary {
    const fn = "CharVocabulary.fromJSON";
    if (json?.kind !== "CharVocabulary" || json.version !== 1 || !Array.isArray(json.symbols))
      throw new DataError(`${fn}: expected a character vocabulary of version 1, got ${show(json?.kind ?? json)}`);
    const unknown = json.unknown ?? undefined;
    if (unknown !== undefined && !json.symbols.includes(unknown))
      throw new DataError(`${fn}: the unknown symbol ${show(unknown)} is not among the symbols`);
    return new CharVocabulary(json.symbols, unknown);
  }

  /** How many symbols there are. */
  get size(): number {
    return this.symbols.length;
  }

  /** The id of a symbol, or undefined when it has none of its own. */
  idOf(symbol: string): number | undefined {
    return this.#table.find(symbol);
  }

  /**
   * The ids of the characters of `text`.
   *
   * @returns int32 `[N]`, N the number of code points
   * @throws {DataError} when a character has no id and there is no unknown symbol, naming the character
   */
  encode(text: string): Tensor {
    if (typeof text !== "string") throw new DataError(`CharVocabulary.encode: expected text, got ${show(text)}`);
    return this.#table.encode(text, text.length, (character, position) => {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      return `the character ${show(character)} (U+${code}) at position ${position}`;
    });
  }

  /**
   * The text of ids.
   *
   * @throws {DataError} when an id is not in the vocabulary
   */
  decode(ids: IntegerSequence): string {
    return this.#table.decode(ids).join("");
  }

  toJSON(): CharVocabularyJSON {
    return { kind: "CharVocabulary", version: 1, symbols: this.symbols, unknown: this.unknown ?? null };
  }
}
