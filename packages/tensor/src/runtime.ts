import type { TypedArray } from "./dtype.ts";
import type { Op } from "./op.ts";
import { type Origin, ownOrigin } from "./origin.ts";
import type { BlockTape, Generator } from "./random/generator.ts";
import type { Tensor } from "./tensor.ts";

/** Sees every operation after it ran, to remember how its output came about. Autograd installs one. */
export type Recorder = (op: Op, inputs: readonly Tensor[], attrs: unknown, output: Tensor) => void;

/** Turns an operation on inputs into an output. The default one computes; a tracer only derives shapes. */
export type Evaluator = (op: Op, inputs: readonly Tensor[], attrs: unknown) => Tensor;

/** Fills `out` with the values of an operation. */
export interface Engine {
  readonly name: string;
  run(op: Op, out: TypedArray, output: Tensor, inputs: readonly Tensor[], attrs: unknown): void;
}

/** What exists once per process, whichever copy of the package created it. */
export interface Runtime {
  /** Where this state came from, for errors about mixed copies. */
  readonly origin: Origin;
  recorder: Recorder | undefined;
  evaluator: Evaluator | undefined;
  /** What computes; the wasm engine when undefined. */
  engine: Engine | undefined;
  generator: Generator | undefined;
  /** Keeps, or gives again, the blocks of counters that generators hand out; see `recordBlocks`. */
  blocks: BlockTape | undefined;
}

const key = Symbol.for(`unroll.tensor/v${ownOrigin.format}`);
let own: Runtime | undefined;

/** The process-wide state of this tensor format; a second copy of the package joins it. */
export function runtime(): Runtime {
  if (own === undefined) {
    const shared = globalThis as { [key]?: Runtime };
    shared[key] ??= {
      origin: ownOrigin,
      recorder: undefined,
      evaluator: undefined,
      engine: undefined,
      generator: undefined,
      blocks: undefined,
    };
    own = shared[key];
  }
  return own;
}
