import { type FunctionBody, Op, Simd, unsigned } from "./assembler.ts";
import { type Index, type Lanes, VectorCode } from "./vector-code.ts";

/** How a pass goes through an operand. */
export interface PassAddress {
  /** Whether neighbouring columns are neighbours in memory; otherwise one value serves a whole row. */
  readonly columns: boolean;
  /** Which of the row numbers given at a call is where the operand's rows begin; `fixed` for row 0. */
  readonly rows: "current" | "before" | "after" | "fixed";
  /** Read, or written. */
  readonly written: boolean;
}

/** The computation of four columns: it loads and stores operands by their number. */
export type PassComputation = (
  code: VectorCode,
  load: (operand: number) => Lanes,
) => readonly { operand: number; value: Lanes }[];

// Parameters: where the arguments lie, how many rows, and where the rows of this step and of the states begin.
const [argumentsAt, rows, current, before, after] = [0, 1, 2, 3, 4];

/** Bytes of the arguments: the columns, then address and bytes between rows for each operand. */
export function argumentBytes(operands: number): number {
  return 4 + 8 * operands;
}

/**
 * A function over `rows` rows, four columns at a time. What is left of a row is computed on whole vectors too, of which
 * only as many lanes are stored as there are columns; up to three values beyond a row's end are read.
 */
export function passFunction(operands: readonly PassAddress[], compute: PassComputation, fused: boolean): FunctionBody {
  const code = new VectorCode(5, fused);
  const pointers = operands.map(() => code.index());
  const steps = operands.map(() => code.index());
  const [bytes, left, at] = [code.index(), code.index(), code.index()];
  const single = new Map<number, Lanes>();
  const single4 = (operand: number): Lanes => {
    let lanes = single.get(operand);
    if (lanes === undefined) {
      lanes = code.lanes();
      single.set(operand, lanes);
    }
    return lanes;
  };
  const body = (store: (operand: number, value: Lanes) => void): void => {
    const loaded = new Map<number, Lanes>();
    const results = compute(code, (operand) => {
      if (!operands[operand].columns) return single4(operand);
      let lanes = loaded.get(operand);
      if (lanes === undefined) {
        lanes = code.lanes();
        address(code, pointers[operand], at);
        code.access(Simd.load);
        code.set(lanes);
        loaded.set(operand, lanes);
      }
      return lanes;
    });
    for (const { operand, value } of results) store(operand, value);
  };
  const whole = code.apart(() =>
    body((operand, value) => {
      address(code, pointers[operand], at);
      code.get(value);
      code.access(Simd.store);
    }),
  );
  const rest = code.apart(() =>
    body((operand, value) => {
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
    }),
  );
  load32(code, 0);
  code.set(left);
  operands.forEach(({ rows: from }, k) => {
    load32(code, 8 + 8 * k);
    code.set(steps[k]);
    load32(code, 4 + 8 * k);
    if (from !== "fixed") {
      code.get(from === "current" ? current : from === "before" ? before : after);
      code.get(steps[k]);
      code.emit(Op.i32Mul, Op.i32Add);
    }
    code.set(pointers[k]);
  });
  // Whole vectors of a row, in bytes, and how many columns are left.
  code.get(left);
  code.integer(-4);
  code.emit(Op.i32And);
  code.integer(4);
  code.emit(Op.i32Mul);
  code.set(bytes);
  code.get(left);
  code.integer(3);
  code.emit(Op.i32And);
  code.set(left);
  code.emit(...code.constants());
  code.emit(Op.block, 0x40, Op.loop, 0x40);
  code.get(rows);
  code.emit(Op.i32Eqz, Op.brIf, ...unsigned(1));
  for (const [operand, lanes] of single) {
    code.get(pointers[operand]);
    code.access(Simd.load32Splat);
    code.set(lanes);
  }
  code.integer(0);
  code.set(at);
  code.get(bytes);
  code.emit(Op.if, 0x40, Op.loop, 0x40, ...whole);
  code.get(at);
  code.integer(16);
  code.emit(Op.i32Add);
  code.set(at);
  code.get(at);
  code.get(bytes);
  code.emit(Op.i32LtS, Op.brIf, ...unsigned(0), Op.end, Op.end);
  code.get(left);
  code.emit(Op.if, 0x40, ...rest, Op.end);
  operands.forEach((_, k) => {
    code.get(pointers[k]);
    code.get(steps[k]);
    code.emit(Op.i32Add);
    code.set(pointers[k]);
  });
  code.get(rows);
  code.integer(1);
  code.emit(Op.i32Sub);
  code.set(rows);
  code.emit(Op.br, ...unsigned(0), Op.end, Op.end);
  return { parameters: 5, locals: code.locals, code: [...code.code] };
}

function address(code: VectorCode, pointer: Index, at: Index): void {
  code.get(pointer);
  code.get(at);
  code.emit(Op.i32Add);
}

function load32(code: VectorCode, offset: number): void {
  code.get(argumentsAt);
  code.emit(Op.i32Load, 2, ...unsigned(offset));
}

function storeLane(code: VectorCode, lane: number): void {
  code.access(Simd.store32Lane, 4 * lane);
  code.emit(lane);
}
