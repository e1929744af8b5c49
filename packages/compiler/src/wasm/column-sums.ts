import { type FunctionBody, Op, Simd } from "./assembler.ts";
import { VectorCode } from "./vector-code.ts";

/** Where sums are and where values begin, how many rows, how many columns, and bytes from one row to the next. */
export type ColumnSums = (out: number, x: number, rows: number, width: number, stride: number) => void;

const [out, x, rows, width, stride] = [0, 1, 2, 3, 4];

/** Rows that are added in one go: the sums are read and written once for all of them. */
const together = 4;

/**
 * Adds rows to sums, one after the other: `out[j] = ((out[j] + x[0, j]) + x[1, j]) + …`. Whole vectors are read and written,
 * so up to three values beyond the sums are overwritten.
 */
export function columnSums(): FunctionBody {
  const code = new VectorCode(5, false);
  const [bytes, at] = [code.index(), code.index()];
  const pointers = Array.from({ length: together }, () => code.index());
  const sum = code.lanes();
  code.get(width);
  code.integer(3);
  code.emit(Op.i32Add);
  code.integer(-4);
  code.emit(Op.i32And);
  code.integer(2);
  code.emit(Op.i32Shl);
  code.set(bytes);
  for (const count of [together, 1]) {
    code.emit(Op.block, 0x40, Op.loop, 0x40);
    code.get(rows);
    code.integer(count);
    code.emit(Op.i32LtS, Op.brIf, 1);
    const group = pointers.slice(0, count);
    for (const pointer of group) {
      code.get(x);
      code.set(pointer);
      code.get(x);
      code.get(stride);
      code.emit(Op.i32Add);
      code.set(x);
    }
    code.integer(0);
    code.set(at);
    code.emit(Op.loop, 0x40);
    const address = (base: number): void => {
      code.get(base);
      code.get(at);
      code.emit(Op.i32Add);
    };
    address(out);
    code.access(Simd.load);
    for (const pointer of group) {
      address(pointer);
      code.access(Simd.load);
      code.simd(Simd.add);
    }
    code.set(sum);
    address(out);
    code.get(sum);
    code.access(Simd.store);
    code.get(at);
    code.integer(16);
    code.emit(Op.i32Add);
    code.set(at);
    code.get(at);
    code.get(bytes);
    code.emit(Op.i32LtS, Op.brIf, 0, Op.end);
    code.get(rows);
    code.integer(count);
    code.emit(Op.i32Sub);
    code.set(rows);
    code.emit(Op.br, 0, Op.end, Op.end);
  }
  return { parameters: 5, locals: code.locals, code: code.code() };
}
