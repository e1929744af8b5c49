import { checkOptions, OptionError, type Tensor } from "@unroll/tensor";
import { flag, show, wholeNumber } from "../check.ts";
import { DataError } from "../errors.ts";
import type { IntegerSequence } from "../integers.ts";
import { byCodePoint, SymbolTable } from "./symbols.ts";
import { type Tokenize, tokenizerOf } from "./tokenize.ts";

/** Tokens with a meaning of their own; each one given gets an id below those of the words. */
export interface SpecialTokens {
  /** Fills the end of short sequences; its id is 0. */
  pad?: string;
  /** Stands for every word without an id; without it those are errors. */
  unknown?: string;
  /** Begins a sequence. */
  bos?: string;
  /** Ends a sequence. */
  eos?: string;
}

/** Options of {@link WordVocabulary.fromText}. */
export interface WordVocabularyOptions extends SpecialTokens {
  /** How often a word must occur to get an id; 1 unless given. */
  minCount?: number;
  /** How many ids there may be, special tokens included; no limit unless given. */
  maxSize?: number;
  /** How a text falls into words; "whitespace" unless given. */
  tokenize?: Tokenize;
}

/** A word vocabulary as JSON keeps it. */
export interface WordVocabularyJSON {
  readonly kind: "WordVocabulary";
  readonly version: 1;
  readonly symbols: readonly string[];
  readonly special: SpecialTokens;
  /** "custom" when the vocabulary had a function, which JSON cannot keep. */
  readonly tokenize: "whitespace" | "words" | "custom";
}

const roles = ["pad", "unknown", "bos", "eos"] as const;

/**
 * Words and their ids: special tokens first, then the words of a text from frequent to rare, equally frequent ones by
 * code point. As in torchtext's `build_vocab_from_iterator`.
 *
 * @example
 * ```ts
 * const vocabulary = WordVocabulary.fromText("to be or not to be", { unknown: "<unk>" });
 * vocabulary.symbols; // ["<unk>", "be", "to", "not", "or"]
 * vocabulary.encode("to sleep").toArray(); // [2, 0]
 * ```
 */
export class WordVocabulary {
  /** The token of each id. */
  readonly symbols: readonly string[];
  /** The special tokens that there are. */
  readonly special: Readonly<SpecialTokens>;
  readonly #table: SymbolTable;
  readonly #tokenize: Tokenize;

  private constructor(symbols: readonly string[], special: SpecialTokens, tokenize: Tokenize) {
    this.#table = new SymbolTable("WordVocabulary", symbols, special.unknown);
    this.symbols = this.#table.symbols;
    this.special = Object.freeze({ ...special });
    this.#tokenize = tokenize;
  }

  /**
   * The words of a text, or of several.
   *
   * @throws {OptionError} when an option has a wrong name or value
   */
  static fromText(text: string | Iterable<string>, options: WordVocabularyOptions = {}): WordVocabulary {
    const fn = "WordVocabulary.fromText";
    checkOptions(fn, options, [...roles, "minCount", "maxSize", "tokenize"]);
    const minCount = wholeNumber(fn, "minCount", options.minCount ?? 1, 1);
    const special = specialOf(fn, options);
    const first = Object.values(special);
    const room =
      options.maxSize === undefined
        ? Number.POSITIVE_INFINITY
        : wholeNumber(fn, "maxSize", options.maxSize, first.length) - first.length;
    const tokenize = options.tokenize ?? "whitespace";
    const counts = countWords(fn, text, tokenizerOf(fn, tokenize));
    for (const token of first) counts.delete(token);
    const words = [...counts]
      .filter(([, count]) => count >= minCount)
      .sort(([a, countA], [b, countB]) => countB - countA || byCodePoint(a, b))
      .map(([word]) => word);
    return new WordVocabulary([...first, ...words.slice(0, room)], special, tokenize);
  }

  /**
   * The vocabulary that `toJSON` wrote.
   *
   * @param options the function that the vocabulary was built with, if it was
   */
  static fromJSON(json: WordVocabularyJSON, options: { tokenize?: Tokenize } = {}): WordVocabulary {
    const fn = "WordVocabulary.fromJSON";
    checkOptions(fn, options, ["tokenize"]);
    if (json?.kind !== "WordVocabulary" || json.version !== 1 || !Array.isArray(json.symbols))
      throw new DataError(`${fn}: expected a word vocabulary of version 1, got ${show(json?.kind ?? json)}`);
    const special = specialOf(fn, json.special ?? {});
    for (const token of Object.values(special))
      if (!json.symbols.includes(token))
        throw new DataError(`${fn}: the special token ${show(token)} is not among the symbols`);
    if (json.tokenize === "custom" && options.tokenize === undefined)
      throw new OptionError(`${fn}: the vocabulary was built with a function; pass it again as the option tokenize`);
    const tokenize = options.tokenize ?? (json.tokenize as Tokenize);
    tokenizerOf(fn, tokenize);
    return new WordVocabulary(json.symbols, special, tokenize);
  }

  /** How many tokens there are. */
  get size(): number {
    return this.symbols.length;
  }

  /** The id of a token, or undefined when it has none of its own. */
  idOf(token: string): number | undefined {
    return this.#table.find(token);
  }

  /**
   * The ids of the words of a text, or of words that are tokens already.
   *
   * @param options whether to put the special token `bos` before the words and `eos` after them
   * @returns int32 `[N]`
   * @throws {DataError} when a word has no id and there is no unknown token, naming the word
   * @throws {OptionError} when `bos` or `eos` is asked for and the vocabulary has none
   */
  encode(text: string | readonly string[], options: { bos?: boolean; eos?: boolean } = {}): Tensor {
    const fn = "WordVocabulary.encode";
    checkOptions(fn, options, ["bos", "eos"]);
    const words = typeof text === "string" ? wordsOf(fn, text, tokenizerOf(fn, this.#tokenize)) : text;
    if (!Array.isArray(words)) throw new DataError(`${fn}: expected text or an array of words, got ${show(text)}`);
    const around = (role: "bos" | "eos"): string[] => {
      if (!flag(fn, role, options[role] ?? false)) return [];
      const token = this.special[role];
      if (token === undefined) throw new OptionError(`${fn}: the vocabulary was built without the token ${role}`);
      return [token];
    };
    const before = around("bos");
    const all = [...before, ...words, ...around("eos")];
    return this.#table.encode(
      all,
      all.length,
      (word, position) => `the word ${show(word)} at position ${position - before.length}`,
    );
  }

  /**
   * The tokens of ids.
   *
   * @throws {DataError} when an id is not in the vocabulary
   */
  decodeTokens(ids: IntegerSequence): string[] {
    return this.#table.decode(ids);
  }

  /** The tokens of ids with a space between them; the white space of the original text is gone. */
  decode(ids: IntegerSequence): string {
    return this.decodeTokens(ids).join(" ");
  }

  toJSON(): WordVocabularyJSON {
    return {
      kind: "WordVocabulary",
      version: 1,
      symbols: this.symbols,
      special: this.special,
      tokenize: typeof this.#tokenize === "function" ? "custom" : this.#tokenize,
    };
  }
}

function countWords(
  fn: string,
  texts: string | Iterable<string>,
  tokenize: (text: string) => string[],
): Map<string, number> {
  if (typeof texts !== "string" && typeof texts?.[Symbol.iterator] !== "function")
    throw new DataError(`${fn}: expected text or several texts, got ${show(texts)}`);
  const counts = new Map<string, number>();
  for (const text of typeof texts === "string" ? [texts] : texts) {
    if (typeof text !== "string") throw new DataError(`${fn}: expected texts, got ${show(text)}`);
    for (const word of wordsOf(fn, text, tokenize)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** The words of a text, for which a function of the user's own may answer. */
function wordsOf(fn: string, text: string, tokenize: (text: string) => string[]): string[] {
  const words = tokenize(text);
  if (!Array.isArray(words) || !words.every((word) => typeof word === "string"))
    throw new OptionError(`${fn}: the function tokenize must give an array of words, got ${show(words)}`);
  return words;
}

function specialOf(fn: string, options: SpecialTokens): SpecialTokens {
  const special: SpecialTokens = {};
  const seen = new Set<string>();
  for (const role of roles) {
    const token = options[role];
    if (token === undefined) continue;
    if (typeof token !== "string" || token === "" || seen.has(token))
      throw new OptionError(`${fn}: ${role} must be a token of its own, got ${show(token)}`);
    seen.add(token);
    special[role] = token;
  }
  return special;
}
