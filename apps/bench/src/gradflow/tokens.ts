import { CharVocabulary } from "@unroll/data";

/** A text as symbols, in memory that all threads share where there is such memory. */
export interface Tokens {
  /** What the text is called. */
  readonly name: string;
  readonly ids: Int32Array;
  readonly symbols: number;
}

/** Numbers the characters of a text, once for all runs. */
export function tokensOf(name: string, text: string): Tokens {
  const vocabulary = CharVocabulary.fromText(text);
  const encoded = vocabulary.encode(text);
  const bytes = encoded.size * Int32Array.BYTES_PER_ELEMENT;
  // Pages have it only where they are isolated from other origins.
  const ids = new Int32Array(
    typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes),
  );
  ids.set(encoded.data);
  return { name, ids, symbols: vocabulary.size };
}
