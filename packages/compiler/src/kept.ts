import type { Execution } from "./execute.ts";
import {
  bringRows,
  type Checkpoint,
  forwardExecution,
  keptLayout,
  putStates,
  type Run,
  type RunInputs,
  runBlock,
  runForward,
} from "./forward.ts";
import { allocate, endLease } from "./lease.ts";
import { type Segment, segmentGeometry } from "./segments.ts";

/**
 * What a backward pass reads of the forward pass: what that has leased, or what is computed again, of all steps where the
 * lease was taken away and of one segment after the other where only states were kept.
 */
export class Kept {
  readonly #run: Run;
  readonly #inputs: RunInputs;
  readonly #offsets: ReadonlyMap<number, number>;
  readonly #replay: Replay | undefined;

  constructor(run: Run, inputs: RunInputs) {
    this.#run = run;
    this.#inputs = inputs;
    const { program, geometry, checkpoint } = run;
    if (checkpoint === undefined) {
      if (run.lease.at === 0) runForward(run, inputs);
      this.#offsets = keptLayout(program.plan, geometry).offsets;
      this.#replay = undefined;
      return;
    }
    const { bytes, offsets } = keptLayout(program.plan, segmentGeometry(geometry, checkpoint.segments));
    this.#offsets = offsets;
    this.#replay = new Replay(run, inputs, checkpoint, bytes, (buffer) => this.addressOf(buffer));
  }

  /** Where the rows of all steps would begin, of which those that are loaded are there. */
  addressOf(buffer: number): number {
    const { program, geometry, lease } = this.#run;
    const offset = this.#offsets.get(buffer) as number;
    if (this.#replay === undefined) return lease.at + offset;
    const { kind, width } = program.plan.buffers[buffer];
    const { first } = this.#replay.loaded;
    const before = kind === "sequence" ? geometry.rows[first] : kind === "state" ? geometry.stateRows[first] : 0;
    return this.#replay.at + offset - 4 * width * before;
  }

  /** Brings back what was kept of a step; true where that has moved what {@link addressOf} gives. */
  load(step: number): boolean {
    return this.#replay?.load(step, this.#inputs) ?? false;
  }

  /** Gives the memory back, a lease only where nobody wants it again. */
  end(retain: boolean): void {
    this.#replay?.end();
    if (!retain) endLease(this.#run.kernels, this.#run.lease);
  }
}

/** Runs segments forward again, in memory for one of them. */
class Replay {
  readonly #run: Run;
  readonly #checkpoint: Checkpoint;
  readonly #execution: Execution;
  readonly #phases: ReturnType<typeof forwardExecution>["phases"];
  /** Where what is kept lies. */
  readonly at: number;
  readonly #block: number;
  loaded: Segment;
  #isLoaded = false;

  constructor(
    run: Run,
    { outside }: RunInputs,
    checkpoint: Checkpoint,
    bytes: number,
    addressOf: (buffer: number) => number,
  ) {
    this.#run = run;
    this.#checkpoint = checkpoint;
    this.loaded = checkpoint.segments[0];
    const { execution, phases } = forwardExecution(run, outside, addressOf);
    this.#execution = execution;
    this.#phases = phases;
    this.at = allocate(run.kernels, bytes, "a segment of a sequence");
    try {
      this.#block = allocate(run.kernels, execution.bytes, "a sequence");
    } catch (error) {
      run.kernels.memory.free(this.at);
      throw error;
    }
  }

  load(step: number, inputs: RunInputs): boolean {
    const { first, end } = this.loaded;
    if (this.#isLoaded && first <= step && step < end) return false;
    const { segments, states } = this.#checkpoint;
    const index = segments.findIndex((segment) => segment.end > step);
    this.loaded = segments[index];
    if (this.#isLoaded) this.#execution.rebase();
    else {
      this.#execution.start(this.#block);
      bringRows(this.#run, this.#execution, inputs.rows);
    }
    this.#isLoaded = true;
    const { blocks } = this.loaded;
    putStates(this.#run, this.#execution, blocks[0], states[index]);
    for (const block of blocks) runBlock(this.#run, this.#execution, this.#phases, block, inputs);
    return true;
  }

  end(): void {
    const { memory } = this.#run.kernels;
    memory.free(this.#block);
    memory.free(this.at);
  }
}
