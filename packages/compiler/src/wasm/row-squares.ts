import { type FunctionBody, Op, Simd } from "./assembler.ts";
import { VectorCode } from "./vector-code.ts";

/** Where values begin and where sums go, how many rows, how many values each, and bytes from one row to the next. */
export type RowSquares = (x: number, out: number, rows: number, width: number, stride: number) => void;

const [x, out, rows, width, stride] = [0, 1, 2, 3, 4];

/**
 * The sum of squares of each row, added in float64, where the square of every float32 is exact and neither underflows nor
 * overflows: `out` gets a float64 for each row.
 */
export function rowSquares(): FunctionBody {
  const code = new VectorCode(5, false);
  const [from, whole, left] = [code.index(), code.index(), code.index()];
  // An addition takes several cycles: four of them are under way at once.
  const sums = [code.lanes(), code.lanes(), code.lanes(), code.lanes()];
  /** Adds the squares of values that are loaded as the low lanes, zeros above them. */
  const addSquares = (load: number, offset: number, sum: number): void => {
    code.get(from);
    code.access(load, offset);
    code.simd(Simd.promoteLow);
    const value = code.lanes();
    code.set(value);
    code.get(value);
    code.get(value);
    code.simd(Simd.mul64);
    code.get(sum);
    code.simd(Simd.add64);
    code.set(sum);
  };
  const advance = (local: number, by: number): void => {
    code.get(local);
    code.integer(by);
    code.emit(Op.i32Add);
    code.set(local);
  };
  const zero = code.splat(0);
  code.append(code.constants());
  code.emit(Op.block, 0x40, Op.loop, 0x40);
  code.get(rows);
  code.emit(Op.i32Eqz, Op.brIf, 1);
  for (const sum of sums) {
    code.get(zero);
    code.set(sum);
  }
  code.get(x);
  code.set(from);
  code.get(width);
  code.integer(-8);
  code.emit(Op.i32And);
  code.set(whole);
  code.emit(Op.block, 0x40, Op.loop, 0x40);
  code.get(whole);
  code.emit(Op.i32Eqz, Op.brIf, 1);
  sums.forEach((sum, k) => {
    addSquares(Simd.load64Zero, 8 * k, sum);
  });
  advance(from, 32);
  advance(whole, -8);
  code.emit(Op.br, 0, Op.end, Op.end);
  code.get(width);
  code.integer(7);
  code.emit(Op.i32And);
  code.set(left);
  code.emit(Op.block, 0x40, Op.loop, 0x40);
  code.get(left);
  code.emit(Op.i32Eqz, Op.brIf, 1);
  addSquares(Simd.load32Zero, 0, sums[0]);
  advance(from, 4);
  advance(left, -1);
  code.emit(Op.br, 0, Op.end, Op.end);
  code.get(sums[0]);
  for (const sum of sums.slice(1)) {
    code.get(sum);
    code.simd(Simd.add64);
  }
  code.set(sums[0]);
  code.get(out);
  for (const lane of [0, 1]) {
    code.get(sums[0]);
    code.simd(Simd.extractLane64);
    code.emit(lane);
  }
  code.emit(Op.f64Add, Op.f64Store, 3, 0);
  code.get(x);
  code.get(stride);
  code.emit(Op.i32Add);
  code.set(x);
  advance(out, 8);
  advance(rows, -1);
  code.emit(Op.br, 0, Op.end, Op.end);
  return { parameters: 5, locals: code.locals, code: code.code() };
}
