import { CharVocabulary } from "@unroll/data";

/** A text as numbers, and what a model of it has to beat. */
export interface Corpus {
  readonly vocabulary: CharVocabulary;
  readonly ids: Int32Array;
  readonly facts: CorpusFacts;
}

export interface CorpusFacts {
  /** Code points. */
  readonly characters: number;
  readonly symbols: number;
  /** `log2 V`: bits per character of a model that takes every symbol for equally likely. */
  readonly uniformBits: number;
  /** `-Σ p log2 p` of the symbols' shares: the best that can be done without looking at what came before. */
  readonly unigramBits: number;
  /** Characters of the text that the vocabulary of a loaded model lacks, and that are left out. */
  readonly leftOut: number;
}

/** A text needs so many characters: one to read, one to guess. */
export const fewestCharacters = 2;
/** Longer texts are cut, so that their numbers fit beside the models. */
export const mostCharacters = 12_000_000;

/** Why there is nothing to train on. */
export type TextProblem = { readonly kind: "empty" } | { readonly kind: "short"; readonly characters: number };

/** @returns undefined for a text that can be learned from */
export function problemOf(text: string): TextProblem | undefined {
  if (text.length === 0) return { kind: "empty" };
  // A code point takes two units at most, so that a longer text needs no count.
  if (text.length >= 2 * fewestCharacters) return undefined;
  const characters = [...text].length;
  return characters < fewestCharacters ? { kind: "short", characters } : undefined;
}

/** At most {@link mostCharacters} units, never half of a surrogate pair. */
export function withinLimit(text: string): string {
  if (text.length <= mostCharacters) return text;
  const last = text.charCodeAt(mostCharacters - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? mostCharacters - 1 : mostCharacters);
}

/**
 * Numbers the code points of a text.
 *
 * @param known that of a loaded model; what it lacks is left out
 */
export function corpusOf(text: string, known?: CharVocabulary): Corpus {
  // Half of a surrogate pair is no character: files could not hold it.
  const wellFormed = text.replace(/\p{Surrogate}/gu, "\uFFFD");
  const vocabulary = known ?? CharVocabulary.fromText(wellFormed);
  const ids = new Int32Array(wellFormed.length);
  const counts = new Float64Array(vocabulary.size);
  let count = 0;
  let leftOut = 0;
  for (const symbol of wellFormed) {
    const id = vocabulary.idOf(symbol);
    if (id === undefined) {
      leftOut++;
      continue;
    }
    counts[id]++;
    ids[count++] = id;
  }
  return {
    vocabulary,
    ids: ids.slice(0, count),
    facts: {
      characters: count,
      symbols: vocabulary.size,
      uniformBits: Math.log2(vocabulary.size),
      unigramBits: entropyOf(counts, count),
      leftOut,
    },
  };
}

function entropyOf(counts: Float64Array, total: number): number {
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits;
}
