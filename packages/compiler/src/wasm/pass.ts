import type { Rows } from "../plan.ts";
import { type FunctionBody, Op, Simd } from "./assembler.ts";
import { stepFields } from "./step-record.ts";
import { type Index, type Lanes, VectorCode } from "./vector-code.ts";

/** How a pass goes through an operand. */
export interface PassAddress {
  /** Whether neighbouring columns are neighbours in memory; otherwise one value serves a whole row. */
  readonly columns: boolean;
  /** Where the operand's rows begin. */
  readonly rows: Rows;
  /** Read, or written. */
  readonly written: boolean;
  /** Whether values that are smaller than the pass's threshold are read as 0. */
  readonly flushed?: boolean;
  /** Whether what is written is the sum over a row's columns: one value for a row, as the kernels add it. */
  readonly summed?: boolean;
}

/** The computation of four columns: it loads and stores operands by their number. */
export type PassComputation = (
  code: VectorCode,
  load: (operand: number) => Lanes,
) => readonly { operand: number; value: Lanes }[];

// Parameters: where the arguments lie, and where the record of the step.
const [argumentsAt, step] = [0, 1];

/** A sum over a row: four float64 lanes add every fourth value. */
interface RowSum {
  readonly low: Lanes;
  readonly high: Lanes;
}

/** Bytes of a vector. */
const vectorBytes = 16;

/** Bytes of the arguments: the columns, the threshold, then address and bytes between rows for each operand. */
export function argumentBytes(operands: number): number {
  return 8 + 8 * operands;
}

/**
 * A function over the rows of a step, two vectors of four columns at a time. What is left of a row is computed on whole
 * vectors too, of which only as many lanes are stored as there are columns; up to three values beyond a row's end are read.
 */
export function passFunction(operands: readonly PassAddress[], compute: PassComputation, fused: boolean): FunctionBody {
  const code = new VectorCode(2, fused);
  const pointers = operands.map(() => code.index());
  const steps = operands.map(() => code.index());
  const [rows, width, pairs, left, at] = [code.index(), code.index(), code.index(), code.index(), code.index()];
  const threshold = operands.some(({ flushed }) => flushed) ? code.lanes() : undefined;
  const flush = (operand: number, lanes: Lanes): Lanes => {
    if (operands[operand].flushed !== true || threshold === undefined) return lanes;
    // NaN is not smaller than anything.
    return code.of(Simd.andNot, lanes, code.of(Simd.lt, code.of(Simd.abs, lanes), threshold));
  };
  const single = new Map<number, Lanes>();
  const singleOf = (operand: number): Lanes => {
    let lanes = single.get(operand);
    if (lanes === undefined) {
      lanes = code.lanes();
      single.set(operand, lanes);
    }
    return lanes;
  };
  const sums = new Map<number, RowSum>();
  operands.forEach(({ summed }, k) => {
    if (summed === true) sums.set(k, { low: code.lanes(), high: code.lanes() });
  });
  const body = (offset: number, store: (operand: number, value: Lanes) => void): void => {
    const loaded = new Map<number, Lanes>();
    const results = compute(code, (operand) => {
      if (!operands[operand].columns) return singleOf(operand);
      let lanes = loaded.get(operand);
      if (lanes === undefined) {
        const values = code.lanes();
        address(code, pointers[operand], at);
        code.access(Simd.load, offset);
        code.set(values);
        lanes = flush(operand, values);
        loaded.set(operand, lanes);
      }
      return lanes;
    });
    for (const { operand, value } of results) store(operand, value);
  };
  const whole = (offset: number) => (operand: number, value: Lanes) => {
    const sum = sums.get(operand);
    if (sum !== undefined) {
      addTo(code, sum, value);
      return;
    }
    address(code, pointers[operand], at);
    code.get(value);
    code.access(Simd.store, offset);
  };
  // One vector after the other: their values need not be in registers together, and share the arithmetic of addresses.
  const pair = code.apart(() => {
    body(0, whole(0));
    body(vectorBytes, whole(vectorBytes));
  });
  const rest = code.apart(() => {
    const inside = sums.size > 0 ? lanesBelow(code, left) : undefined;
    body(0, (operand, value) => {
      const sum = sums.get(operand);
      if (sum !== undefined && inside !== undefined) {
        addTo(code, sum, code.of(Simd.and, value, inside));
        return;
      }
      code.get(left);
      code.integer(4);
      code.emit(Op.i32GeS, Op.if, 0x40);
      whole(0)(operand, value);
      code.emit(Op.else);
      address(code, pointers[operand], at);
      code.get(value);
      storeLane(code, 0);
      for (const lane of [1, 2]) {
        code.get(left);
        code.integer(lane);
        code.emit(Op.i32GtS, Op.if, 0x40);
        address(code, pointers[operand], at);
        code.get(value);
        storeLane(code, lane);
        code.emit(Op.end);
      }
      code.emit(Op.end);
    });
  });
  const zero = sums.size > 0 ? code.splat(0) : undefined;
  load32(code, step, stepFields.count);
  code.set(rows);
  load32(code, argumentsAt, 0);
  code.set(width);
  if (threshold !== undefined) {
    code.get(argumentsAt);
    code.access(Simd.load32Splat, 4);
    code.set(threshold);
  }
  operands.forEach(({ rows: from }, k) => {
    load32(code, argumentsAt, 12 + 8 * k);
    code.set(steps[k]);
    load32(code, argumentsAt, 8 + 8 * k);
    if (from !== "fixed") {
      load32(code, step, stepFields[from]);
      code.get(steps[k]);
      code.emit(Op.i32Mul, Op.i32Add);
    }
    code.set(pointers[k]);
  });
  // Pairs of vectors, in bytes.
  code.get(width);
  code.integer(-8);
  code.emit(Op.i32And);
  code.integer(2);
  code.emit(Op.i32Shl);
  code.set(pairs);
  code.append(code.constants());
  code.emit(Op.block, 0x40, Op.loop, 0x40);
  code.get(rows);
  code.emit(Op.i32Eqz, Op.brIf, 1);
  for (const [operand, lanes] of single) {
    code.get(pointers[operand]);
    code.access(Simd.load32Splat);
    code.set(lanes);
    const flushed = flush(operand, lanes);
    if (flushed !== lanes) {
      code.get(flushed);
      code.set(lanes);
    }
  }
  if (zero !== undefined)
    for (const { low, high } of sums.values()) {
      code.get(zero);
      code.set(low);
      code.get(zero);
      code.set(high);
    }
  code.integer(0);
  code.set(at);
  code.get(pairs);
  code.emit(Op.if, 0x40, Op.loop, 0x40);
  code.append(pair);
  advance(code, at, 2 * vectorBytes);
  code.get(at);
  code.get(pairs);
  code.emit(Op.i32LtS, Op.brIf, 0, Op.end, Op.end);
  code.get(width);
  code.integer(7);
  code.emit(Op.i32And);
  code.set(left);
  code.get(left);
  code.emit(Op.if, 0x40, Op.loop, 0x40);
  code.append(rest);
  advance(code, at, vectorBytes);
  advance(code, left, -4);
  code.get(left);
  code.integer(0);
  code.emit(Op.i32GtS, Op.brIf, 0, Op.end, Op.end);
  for (const [operand, sum] of sums) storeSum(code, sum, pointers[operand]);
  operands.forEach((_, k) => {
    code.get(pointers[k]);
    code.get(steps[k]);
    code.emit(Op.i32Add);
    code.set(pointers[k]);
  });
  advance(code, rows, -1);
  code.emit(Op.br, 0, Op.end, Op.end);
  return { parameters: 2, locals: code.locals, code: code.code() };
}

/** All ones in the lanes before `left`. */
function lanesBelow(code: VectorCode, left: Index): Lanes {
  code.get(code.ordinals());
  code.get(left);
  code.simd(Simd.splatInt);
  code.simd(Simd.lessInt);
  const mask = code.lanes();
  code.set(mask);
  return mask;
}

function addTo(code: VectorCode, { low, high }: RowSum, value: Lanes): void {
  code.get(low);
  code.get(value);
  code.simd(Simd.promoteLow);
  code.simd(Simd.add64);
  code.set(low);
  code.get(high);
  code.get(value);
  code.get(value);
  code.simd(Simd.shuffle);
  code.emit(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  code.simd(Simd.promoteLow);
  code.simd(Simd.add64);
  code.set(high);
}

/** The totals of the lanes as (0 + 2) + (1 + 3), rounded once. */
function storeSum(code: VectorCode, { low, high }: RowSum, pointer: Index): void {
  const pair = code.of(Simd.add64, low, high);
  code.get(pointer);
  for (const lane of [0, 1]) {
    code.get(pair);
    code.simd(Simd.extractLane64);
    code.emit(lane);
  }
  code.emit(Op.f64Add, Op.f32Demote, Op.f32Store, 2, 0);
}

function address(code: VectorCode, pointer: Index, at: Index): void {
  code.get(pointer);
  code.get(at);
  code.emit(Op.i32Add);
}

function advance(code: VectorCode, index: Index, by: number): void {
  code.get(index);
  code.integer(by);
  code.emit(Op.i32Add);
  code.set(index);
}

function load32(code: VectorCode, base: Index, offset: number): void {
  code.get(base);
  code.load32(offset);
}

function storeLane(code: VectorCode, lane: number): void {
  code.access(Simd.store32Lane, 4 * lane);
  code.emit(lane);
}
