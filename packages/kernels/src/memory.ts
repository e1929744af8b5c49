import { KernelMemoryError } from "./errors.ts";
import { Spans } from "./spans.ts";
import type { WasmMemory } from "./web-assembly.ts";

const pageBytes = 65_536;
/** A cache line: whatever starts on one is aligned for every vector load. */
const alignment = 64;
/** Address 0 stays unused, so that no address is mistaken for none. */
const start = alignment;
const stackBytes = 1 << 20;

/** What a block is kept for, told when memory runs out. */
export type Label = string | (() => string);

interface Block {
  readonly size: number;
  readonly label: Label;
}

/** What is kept in the memory, in bytes. */
export interface MemoryUse {
  /** Handed out and not given back. */
  readonly used: number;
  /** The memory's size now. */
  readonly size: number;
  /** The size beyond which it cannot grow. */
  readonly maximum: number;
  readonly blocks: number;
}

/**
 * The linear memory that all kernels share, with two ways to take a part of it: a *frame* for the operands of one call,
 * given back before the call returns, and a *block* for what is kept between calls.
 *
 * Its state lives in JavaScript, so that modules on other threads could share the memory. Growing detaches every view,
 * so views are read from here after the last allocation of a call, and never kept.
 */
export class KernelMemory {
  readonly memory: WasmMemory;
  /** The memory as float32 values; an address divided by 4 is an index. */
  f32: Float32Array;
  /** The memory as int32 values. */
  i32: Int32Array;
  /** The memory as bytes. */
  u8: Uint8Array;
  /** Asked when the memory cannot grow any more: each gives something back that is only kept for speed, or returns false. */
  readonly reclaim: (() => boolean)[] = [];
  readonly #maximum: number;
  readonly #stress: boolean;
  readonly #free = new Spans();
  readonly #blocks = new Map<number, Block>();
  readonly #stack: number;
  #top: number;

  constructor(memory: WasmMemory, maximumPages: number, stress = false) {
    this.memory = memory;
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.u8 = new Uint8Array(this.memory.buffer);
    this.#maximum = maximumPages * pageBytes;
    this.#stress = stress;
    this.#free.give(start, this.memory.buffer.byteLength - start);
    this.#stack = this.allocate(stackBytes, "the operands of calls");
    this.#top = this.#stack;
  }

  /**
   * Takes `bytes` bytes for the operands of one call; frames end in the reverse order of their beginning.
   *
   * @returns the frame's address, a multiple of 64
   * @throws {KernelMemoryError} when the memory cannot grow that far
   */
  frame(bytes: number, label: Label): number {
    const at = this.#top;
    const end = at + align(bytes);
    // Larger frames are blocks of their own, as all are under stress, where each must move the views.
    if (end > this.#stack + stackBytes || this.#stress) return this.allocate(bytes, label);
    this.#top = end;
    return at;
  }

  /** Gives a frame back. */
  endFrame(at: number): void {
    if (at >= this.#stack && at < this.#stack + stackBytes) this.#top = at;
    else this.free(at);
  }

  /**
   * Takes `bytes` bytes to keep until {@link free}.
   *
   * @param label what they hold, for the error when memory runs out
   * @returns the block's address, a multiple of 64
   * @throws {KernelMemoryError} when the memory cannot grow that far
   */
  allocate(bytes: number, label: Label): number {
    const size = align(bytes);
    if (this.#stress) this.#grow(0);
    let at = this.#free.take(size);
    while (at === undefined) {
      if (!this.#makeRoom(size) && !this.reclaim.some((give) => give())) throw this.#exhausted(size, label);
      at = this.#free.take(size);
    }
    this.#blocks.set(at, { size, label });
    return at;
  }

  /** Gives a block back. */
  free(at: number): void {
    const block = this.#blocks.get(at);
    if (block === undefined) throw new RangeError(`free: no block starts at address ${at}`);
    this.#blocks.delete(at);
    if (this.#stress) this.f32.fill(Number.NaN, at >> 2, (at + block.size) >> 2);
    this.#free.give(at, block.size);
  }

  /** How much of the memory is in use. */
  use(): MemoryUse {
    let used = 0;
    for (const { size } of this.#blocks.values()) used += size;
    return { used, size: this.memory.buffer.byteLength, maximum: this.#maximum, blocks: this.#blocks.size };
  }

  #makeRoom(size: number): boolean {
    const now = this.memory.buffer.byteLength;
    const missing = size - this.#free.tail(now);
    // By an eighth at least: many small growths would each detach and derive all views again.
    const wanted = Math.ceil(Math.max(missing, now / 8) / pageBytes);
    const needed = Math.ceil(missing / pageBytes);
    if (!this.#grow(wanted) && !this.#grow(needed)) return false;
    this.#free.give(now, this.memory.buffer.byteLength - now);
    return true;
  }

  #grow(pages: number): boolean {
    if (this.memory.buffer.byteLength + pages * pageBytes > this.#maximum) return false;
    try {
      this.memory.grow(pages);
    } catch (error) {
      // Within the maximum, yet the machine has no such memory.
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.f32 = new Float32Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
    this.u8 = new Uint8Array(this.memory.buffer);
    return true;
  }

  #exhausted(size: number, label: Label): KernelMemoryError {
    const alive = [...this.#blocks.values()]
      .sort((a, b) => b.size - a.size)
      .slice(0, 5)
      .map((block) => `${megabytes(block.size)} for ${textOf(block.label)}`);
    const { used, blocks } = this.use();
    const more = blocks > alive.length ? ` and ${blocks - alive.length} more` : "";
    return new KernelMemoryError(
      `no room for ${megabytes(size)} for ${textOf(label)}: ${megabytes(used)} of at most ${megabytes(this.#maximum)} of kernel memory are in use: ${alive.join(", ")}${more}`,
    );
  }
}

function align(bytes: number): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
}

function textOf(label: Label): string {
  return typeof label === "string" ? label : label();
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
