import { Bytes, I32, Op, Simd, V128 } from "./assembler.ts";

/** A local that holds four float32 lanes, or a mask of four lanes. */
export type Lanes = number;

/** A local that holds an int32. */
export type Index = number;

/**
 * Instructions of one function, each result in a local of its own: V8's optimizing compiler sees through locals, and no
 * order of a stack has to be kept. Constants are set once, where {@link constants} is placed.
 */
export class VectorCode {
  readonly locals: number[] = [];
  readonly #parameters: number;
  readonly #fused: boolean;
  readonly #constants = new Map<number, Lanes>();
  #ordinals: Lanes | undefined = undefined;
  #code = new Bytes();

  /** @param fused whether `madd` rounds once, as in the relaxed build of the kernels */
  constructor(parameters: number, fused: boolean) {
    this.#parameters = parameters;
    this.#fused = fused;
  }

  /** The instructions that `write` emits, taken out of the function's. */
  apart(write: () => void): Uint8Array {
    const outer = this.#code;
    this.#code = new Bytes();
    write();
    const inner = this.#code;
    this.#code = outer;
    return inner.take();
  }

  emit(...bytes: readonly number[]): void {
    for (let i = 0; i < bytes.length; i++) this.#code.push(bytes[i]);
  }

  /** Instructions that were written {@link apart}. */
  append(code: Uint8Array): void {
    this.#code.append(code);
  }

  /** An instruction with a whole number >= 0: of a local, a label or a function. */
  indexed(op: number, index: number): void {
    this.#code.push(op).unsigned(index);
  }

  /** The int32 at an address and an offset. */
  load32(offset: number): void {
    this.#code.push(Op.i32Load).push(2).unsigned(offset);
  }

  /** All instructions so far. */
  code(): Uint8Array {
    return this.#code.take();
  }

  index(): Index {
    return this.#local(I32);
  }

  lanes(): Lanes {
    return this.#local(V128);
  }

  #local(type: number): number {
    this.locals.push(type);
    return this.#parameters + this.locals.length - 1;
  }

  get(local: number): void {
    this.#code.push(Op.localGet).unsigned(local);
  }

  set(local: number): void {
    this.#code.push(Op.localSet).unsigned(local);
  }

  integer(value: number): void {
    this.#code.push(Op.i32Const).signed(value);
  }

  simd(op: number): void {
    this.#code.push(0xfd).unsigned(op);
  }

  /** A SIMD instruction on memory; addresses are multiples of 4 and no more. */
  access(op: number, offset = 0): void {
    this.simd(op);
    this.#code.push(2).unsigned(offset);
  }

  /** The instructions that set all constants used so far. */
  constants(): Uint8Array {
    return this.apart(() => {
      for (const [bits, local] of this.#constants) this.#constant([bits, bits, bits, bits], local);
      if (this.#ordinals !== undefined) this.#constant([0, 1, 2, 3], this.#ordinals);
    });
  }

  #constant(lanes: readonly number[], local: Lanes): void {
    this.simd(Simd.const);
    for (const bits of lanes) for (let k = 0; k < 32; k += 8) this.emit((bits >>> k) & 0xff);
    this.set(local);
  }

  /** The int32 0, 1, 2 and 3. */
  ordinals(): Lanes {
    this.#ordinals ??= this.lanes();
    return this.#ordinals;
  }

  /** Four lanes of the same int32. */
  bits(value: number): Lanes {
    const key = value | 0;
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.lanes();
      this.#constants.set(key, local);
    }
    return local;
  }

  /** Four lanes of the same number. */
  splat(value: number): Lanes {
    return this.bits(new Int32Array(Float32Array.of(value).buffer)[0]);
  }

  /** The result of a SIMD instruction on lanes. */
  of(op: number, ...operands: readonly Lanes[]): Lanes {
    for (const operand of operands) this.get(operand);
    this.simd(op);
    const out = this.lanes();
    this.set(out);
    return out;
  }

  /** Each lane shifted by the same number of bits. */
  shift(op: number, x: Lanes, by: number): Lanes {
    this.get(x);
    this.integer(by);
    this.simd(op);
    const out = this.lanes();
    this.set(out);
    return out;
  }

  /** `a b + c`. */
  madd(a: Lanes, b: Lanes, c: Lanes): Lanes {
    return this.#fused ? this.of(Simd.relaxedMadd, a, b, c) : this.of(Simd.add, this.of(Simd.mul, a, b), c);
  }
}
