import { OptionError } from "@unroll/tensor";
import { show } from "../check.ts";

/** How a text falls into words: at white space, at white space and punctuation, or as a function says. */
export type Tokenize = "whitespace" | "words" | ((text: string) => string[]);

/** Words with their inner apostrophes, and every other character that is not white space as a token of its own. */
const wordPattern = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}]+)*|[^\s]/gu;

/** The function that `tokenize` names. */
export function tokenizerOf(fn: string, tokenize: Tokenize): (text: string) => string[] {
  if (typeof tokenize === "function") return tokenize;
  if (tokenize === "whitespace") return (text) => text.match(/\S+/gu) ?? [];
  if (tokenize === "words") return (text) => text.match(wordPattern) ?? [];
  throw new OptionError(`${fn}: tokenize must be "whitespace", "words" or a function, got ${show(tokenize)}`);
}
