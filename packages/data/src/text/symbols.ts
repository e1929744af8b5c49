import { type Tensor, tensor } from "@unroll/tensor";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";
import { type IntegerSequence, integersOf } from "../integers.ts";

/** A two-way table of symbols and their ids, which both vocabularies stand on. */
export class SymbolTable {
  readonly symbols: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #fn: string;
  readonly #unknown: number | undefined;

  /** @throws {DataError} when a symbol is no text or appears twice, which only JSON can have */
  constructor(fn: string, symbols: readonly string[], unknown: string | undefined) {
    const ids = new Map<string, number>();
    for (const symbol of symbols) {
      if (typeof symbol !== "string")
        throw new DataError(`${fn}.fromJSON: expected symbols that are text, got ${show(symbol)}`);
      if (ids.has(symbol)) throw new DataError(`${fn}.fromJSON: the symbol ${show(symbol)} appears twice`);
      ids.set(symbol, ids.size);
    }
    this.#fn = fn;
    this.symbols = Object.freeze([...symbols]);
    this.#ids = ids;
    this.#unknown = unknown === undefined ? undefined : ids.get(unknown);
  }

  /** The id of a symbol, or undefined when it has none of its own. */
  find(symbol: string): number | undefined {
    return this.#ids.get(symbol);
  }

  /** The ids of symbols, int32 `[N]`; those without one get that of the unknown symbol, or make an error that names them. */
  encode(symbols: Iterable<string>, atMost: number, describe: (symbol: string, position: number) => string): Tensor {
    const ids = new Int32Array(atMost);
    let count = 0;
    for (const symbol of symbols) {
      const id = this.#ids.get(symbol) ?? this.#unknown;
      if (id === undefined)
        throw new DataError(
          `${this.#fn}.encode: ${describe(symbol, count)} is not in the vocabulary; build it with the option unknown to allow that`,
        );
      ids[count++] = id;
    }
    return tensor(ids.subarray(0, count));
  }

  /** The symbols of ids. */
  decode(ids: IntegerSequence): string[] {
    const fn = `${this.#fn}.decode`;
    return Array.from(integersOf(fn, ids), (id) => {
      const symbol = this.symbols[id];
      if (symbol === undefined) throw new DataError(`${fn}: expected ids in [0, ${this.symbols.length}), got ${id}`);
      return symbol;
    });
  }
}

/** Orders text by code points, so that ids do not depend on a locale or on UTF-16. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Halves of surrogate pairs stand for characters beyond all others, though their numbers lie below some. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
