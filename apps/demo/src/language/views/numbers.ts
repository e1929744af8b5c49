import { languageMessages } from "../../messages/language.ts";

/** A symbol as it can be seen. */
export function shownSymbol(symbol: string): string {
  const { space, newline, tab } = languageMessages.value;
  if (symbol === " ") return space;
  if (symbol === "\n") return newline;
  if (symbol === "\t") return tab;
  // A mark that combines needs something to stand on.
  return /^\p{Mark}/u.test(symbol) ? `◌${symbol}` : symbol;
}

export function bitsText(bits: number | null): string {
  return bits === null ? "–" : bits.toFixed(2);
}

export function percentText(probability: number): string {
  const percent = 100 * probability;
  return percent >= 10 ? percent.toFixed(0) : percent >= 0.1 ? percent.toFixed(1) : "< 0.1";
}
