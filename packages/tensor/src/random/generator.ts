import { describe } from "../describe.ts";
import { OptionError } from "../errors.ts";
import { checkFunction } from "../options.ts";
import { runtime } from "../runtime.ts";
import { refusePromise } from "../switches.ts";
import { philox } from "./philox.ts";

/** Where a generator stands: plain numbers, safe to keep as JSON. */
export interface GeneratorState {
  readonly seed: number;
  /** How many counters have been given out. */
  readonly counter: number;
}

/** A reserved run of counters: draw `i` of a block is a pure function of `seed`, `start` and `i`. */
export interface Block {
  readonly seed: number;
  readonly start: number;
}

/** A memory of blocks: filled in order while `replay` is false, given out again in the same order while it is true. */
export interface BlockTape {
  readonly blocks: Block[];
  readonly replay: boolean;
  next: number;
  /** The tape that was in use before; a recording one passes its draws through it, so that nested ones agree. */
  readonly outer: BlockTape | undefined;
  /** On a tape for looking ahead: puts each generator back to where it stood. Such a tape keeps no blocks. */
  readonly undo: (() => void)[] | undefined;
}

function blockFrom(tape: BlockTape | undefined, fresh: (undo: (() => void)[] | undefined) => Block): Block {
  if (tape === undefined || tape.undo !== undefined) return fresh(tape?.undo);
  if (tape.replay) {
    const again = tape.blocks[tape.next++];
    if (again === undefined)
      throw new OptionError(
        "Generator: a repeated computation drew more often than the first time; it must do the same each time",
      );
    return again;
  }
  const block = blockFrom(tape.outer, fresh);
  tape.blocks.push(block);
  return block;
}

/**
 * A counter-based random number generator (Philox4x32-10). Its state is a seed and a counter; reserving a block of
 * counters is all that drawing changes, so draws can be repeated, reordered and resumed exactly.
 *
 * @example
 * ```ts
 * const generator = new Generator(7);
 * const x = randn([2, 3], { generator });
 * const saved = generator.state(); // { seed: 7, counter: 6 }
 * ```
 */
export class Generator {
  readonly seed: number;
  #counter = 0;

  /** @throws {OptionError} unless `seed` is a whole number in [0, 2^53) */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new OptionError(`Generator: the seed must be a whole number in [0, 2^53), got ${describe(seed)}`);
    this.seed = seed;
  }

  /** Gives out the next `count` counters. */
  reserve(count: number): Block {
    if (!Number.isSafeInteger(count) || count < 0)
      throw new OptionError(`Generator: expected a whole number of counters >= 0, got ${describe(count)}`);
    return blockFrom(runtime().blocks, (undo) => {
      const start = this.#counter;
      undo?.push(() => {
        this.#counter = start;
      });
      this.#counter += count;
      return { seed: this.seed, start };
    });
  }

  /** Where the generator stands, for {@link Generator.from}. */
  state(): GeneratorState {
    return { seed: this.seed, counter: this.#counter };
  }

  /** A generator that goes on where `state` was taken. */
  static from(state: GeneratorState): Generator {
    if (typeof state !== "object" || state === null)
      throw new OptionError(`Generator: expected a state { seed, counter }, got ${describe(state)}`);
    const generator = new Generator(state.seed);
    if (!Number.isSafeInteger(state.counter) || state.counter < 0)
      throw new OptionError(`Generator: the counter must be a whole number >= 0, got ${describe(state.counter)}`);
    generator.#counter = state.counter;
    return generator;
  }

  /** The next number in [0, 1), with 53 random bits. */
  next(): number {
    return unitDouble(this.reserve(1), 0);
  }

  /** The next whole number in [0, n). Throws an {@link OptionError} unless `n` is a whole number >= 1. */
  integer(n: number): number {
    if (!Number.isSafeInteger(n) || n < 1)
      throw new OptionError(`Generator: expected a whole bound >= 1, got ${describe(n)}`);
    return Math.floor(this.next() * n);
  }
}

const words = new Uint32Array(4);

/** Two of the words of one counter as a number in [0, 1) with 53 bits. Every value of every distribution uses one counter. */
export function unitDouble({ seed, start }: Block, index: number): number {
  const counter = start + index;
  philox(counter >>> 0, Math.floor(counter / 0x100000000), 0, 0, seed >>> 0, Math.floor(seed / 0x100000000), words);
  return ((words[0] >>> 5) * 0x4000000 + (words[1] >>> 6)) / 0x20000000000000;
}

/**
 * The generator that random functions use when none is given; it starts from seed 0.
 *
 * @example
 * ```ts
 * defaultGenerator().state(); // { seed: 0, counter: 0 }
 * ```
 */
export function defaultGenerator(): Generator {
  const state = runtime();
  state.generator ??= new Generator(0);
  return state.generator;
}

/**
 * Restarts the default generator from `seed`: same seed, same numbers.
 *
 * @example
 * ```ts
 * manualSeed(3);
 * const x = randn([2]).toArray();
 * manualSeed(3);
 * allClose(randn([2]), tensor(x)); // true
 * ```
 * @throws {OptionError} unless `seed` is a whole number in [0, 2^53)
 */
export function manualSeed(seed: number): void {
  runtime().generator = new Generator(seed);
}

/**
 * Runs `fn` with `generator` as the default one, and restores the previous one afterwards, also after an error.
 *
 * @example
 * ```ts
 * const generator = new Generator(5);
 * withGenerator(generator, () => randn([4]).shape); // [4]
 * generator.state(); // { seed: 5, counter: 4 }
 * ```
 * @throws {OptionError} when `fn` returns a promise: the switch would end before the work does
 */
export function withGenerator<T>(generator: Generator, fn: () => T): T {
  if (typeof generator?.reserve !== "function")
    throw new OptionError(`withGenerator: expected a Generator, got ${describe(generator)}`);
  checkFunction("withGenerator", "fn", fn);
  const state = runtime();
  const previous = state.generator;
  state.generator = generator;
  try {
    return refusePromise("withGenerator", fn());
  } finally {
    state.generator = previous;
  }
}

/**
 * Runs `fn` and remembers every block of counters that it draws from, so that {@link replayBlocks} can repeat it exactly.
 *
 * @example
 * ```ts
 * const { value, blocks } = recordBlocks(() => randn([2]).toArray());
 * const again = replayBlocks(blocks, () => randn([2]).toArray());
 * String(again) === String(value); // true
 * ```
 * @throws {OptionError} when `fn` returns a promise
 */
export function recordBlocks<T>(fn: () => T): { value: T; blocks: readonly Block[] } {
  const blocks: Block[] = [];
  return { value: withTape("recordBlocks", { blocks, replay: false, undo: undefined }, fn), blocks };
}

/**
 * Runs `fn` with the draws of an earlier run; generators stay where they are. See {@link recordBlocks}.
 *
 * @throws {OptionError} when `blocks` are none, or `fn` draws more often than the first time or returns a promise
 */
export function replayBlocks<T>(blocks: readonly Block[], fn: () => T): T {
  if (!Array.isArray(blocks))
    throw new OptionError(`replayBlocks: expected the blocks of recordBlocks, got ${describe(blocks)}`);
  return withTape("replayBlocks", { blocks: [...blocks], replay: true, undo: undefined }, fn);
}

/**
 * Runs `fn` and puts every generator that it draws from back to where it stood, also after an error: for asking what a
 * function would give, such as its shape, without a trace. What it draws is on no tape around it.
 *
 * @example
 * ```ts
 * const ahead = peekBlocks(() => randn([2]).toArray());
 * String(randn([2]).toArray()) === String(ahead); // true
 * ```
 * @throws {OptionError} when `fn` is no function, or returns a promise
 */
export function peekBlocks<T>(fn: () => T): T {
  const undo: (() => void)[] = [];
  try {
    return withTape("peekBlocks", { blocks: [], replay: false, undo }, fn);
  } finally {
    for (const back of undo.reverse()) back();
  }
}

function withTape<T>(name: string, tape: Pick<BlockTape, "blocks" | "replay" | "undo">, fn: () => T): T {
  checkFunction(name, "fn", fn);
  const state = runtime();
  const outer = state.blocks;
  state.blocks = { ...tape, next: 0, outer };
  try {
    return refusePromise(name, fn());
  } finally {
    state.blocks = outer;
  }
}
