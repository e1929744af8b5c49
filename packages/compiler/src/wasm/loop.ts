import type { Access, Call, Rows } from "../plan.ts";
import { type FunctionBody, type ImportedFunction, Op } from "./assembler.ts";
import { argumentBytes } from "./pass.ts";
import { stepBytes, stepFields } from "./step-record.ts";
import { type Index, VectorCode } from "./vector-code.ts";

/**
 * A phase's loop over steps: the address of its calls' arguments, that of the first step's record, how many steps, and the
 * bytes from one record to the next, negative to go back in time.
 */
export type LoopFunction = (frame: number, record: number, count: number, stride: number) => void;

/** Bytes of the arguments of a call. */
export function callBytes(call: Call): number {
  if (call.kind === "pass") return argumentBytes(call.operands.length);
  return call.kind === "product" ? 4 * productWords : 4 * rowWords;
}

// A product: addresses and values between rows of c, a and start; panels, n, k, scratch.
const productWords = 10;
// A row function: addresses and values between rows of what is written and read, and columns.
const rowWords = 5;

/** The kernel that a call calls, with its number of parameters; undefined for a pass. */
export function kernelOf(call: Call): ImportedFunction | undefined {
  if (call.kind === "pass") return undefined;
  if (call.kind === "product") return { name: "gemmPacked", parameters: 12 };
  return { name: call.fn, parameters: isReduction(call.fn) ? 5 : 4 };
}

/** Kernels that reduce any axis take what lies behind it too. */
function isReduction(fn: string): boolean {
  return fn === "sum" || fn === "max" || fn === "min";
}

const [frame, record, count, stride] = [0, 1, 2, 3];

/**
 * A loop over steps that makes `calls` for each. It does nothing else: V8 replaces its first, simple code of a function by
 * optimised code between calls only, so what takes time is in the functions that are called.
 *
 * @param functionOf the number of the function of a call
 */
export function loopFunction(calls: readonly Call[], functionOf: (call: Call) => number): FunctionBody {
  const code = new VectorCode(4, false);
  const rows = new Map<Rows | "count", Index>();
  const field = (name: Exclude<Rows, "fixed"> | "count"): Index => {
    let local = rows.get(name);
    if (local === undefined) {
      local = code.index();
      rows.set(name, local);
    }
    return local;
  };
  const word = (offset: number): void => {
    code.get(frame);
    code.load32(offset);
  };
  /** The address of a step's rows, from words of the frame: where all rows begin, and the values between them. */
  const address = (at: number, from: Rows): void => {
    word(at);
    if (from === "fixed") return;
    code.get(field(from));
    word(at + 4);
    code.emit(Op.i32Mul);
    code.integer(2);
    code.emit(Op.i32Shl, Op.i32Add);
  };
  const body = code.apart(() => {
    let at = 0;
    for (const call of calls) {
      if (call.kind === "pass") {
        code.get(frame);
        code.integer(at);
        code.emit(Op.i32Add);
        code.get(record);
      } else if (call.kind === "product") {
        const start: Access["rows"] = call.start?.kind === "rows" ? call.start.access.rows : "fixed";
        address(at, call.c.rows);
        word(at + 4);
        address(at + 8, call.a.rows);
        word(at + 12);
        code.integer(1);
        word(at + 24);
        code.get(field("count"));
        word(at + 28);
        word(at + 32);
        address(at + 16, start);
        word(at + 20);
        word(at + 36);
      } else {
        address(at, call.out.rows);
        address(at + 8, call.x.rows);
        code.get(field("count"));
        word(at + 16);
        if (isReduction(call.fn)) code.integer(1);
      }
      code.indexed(Op.call, functionOf(call));
      at += callBytes(call);
    }
  });
  code.emit(Op.loop, 0x40);
  for (const [name, local] of rows) {
    code.get(record);
    code.load32(stepFields[name as keyof typeof stepFields]);
    code.set(local);
  }
  code.append(body);
  code.get(record);
  code.get(stride);
  code.emit(Op.i32Add);
  code.set(record);
  code.get(count);
  code.integer(1);
  code.emit(Op.i32Sub);
  code.set(count);
  code.get(count);
  code.emit(Op.brIf, 0, Op.end);
  return { parameters: 4, locals: code.locals, code: code.code() };
}

/** Bytes of the records of `steps` steps. */
export function recordBytes(steps: number): number {
  return stepBytes * steps;
}
