import type { Tokens } from "../gradflow/tokens.ts";
import type { LoopName } from "./loops.ts";

/** What plain JavaScript is to be timed at. */
export type PlainJob =
  | {
      readonly kind: "loop";
      readonly what: LoopName;
      readonly x: Float32Array;
      readonly y: Float32Array;
      readonly outputs: number;
      readonly columns: number;
      /** Whether every call makes a new array for its result, as ops do. */
      readonly fresh: boolean;
    }
  /** Training steps by the reference engine; the result is the losses of the first `compared` ones. */
  | { readonly kind: "training"; readonly text: Tokens; readonly compared: number };

/** What the thread answers: once what it computed, then the seconds of each request. */
export type PlainAnswer = { readonly result: ArrayLike<number> } | { readonly seconds: number };
