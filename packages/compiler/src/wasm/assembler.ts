// The part of WebAssembly's binary format that the compiler needs: functions of i32 parameters over an imported memory.
// https://webassembly.github.io/spec/core/binary

/** Types of locals. */
export const I32 = 0x7f;
export const V128 = 0x7b;

/** Single-byte instructions. */
export const Op = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  call: 0x10,
  localGet: 0x20,
  localSet: 0x21,
  i32Load: 0x28,
  f64Store: 0x39,
  i32Const: 0x41,
  i32Eqz: 0x45,
  i32LtS: 0x48,
  i32GtS: 0x4a,
  i32GeS: 0x4e,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Shl: 0x74,
  f64Add: 0xa0,
} as const;

/** Instructions after the SIMD prefix. */
export const Simd = {
  load: 0x00,
  load32Splat: 0x09,
  store: 0x0b,
  const: 0x0c,
  extractLane64: 0x21,
  eq: 0x41,
  ne: 0x42,
  lt: 0x43,
  gt: 0x44,
  le: 0x45,
  ge: 0x46,
  not: 0x4d,
  and: 0x4e,
  andNot: 0x4f,
  or: 0x50,
  xor: 0x51,
  bitselect: 0x52,
  load32Zero: 0x5c,
  load64Zero: 0x5d,
  promoteLow: 0x5f,
  store32Lane: 0x5a,
  floor: 0x68,
  nearest: 0x6a,
  shl: 0xab,
  shrS: 0xac,
  addInt: 0xae,
  subInt: 0xb1,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
  add64: 0xf0,
  mul64: 0xf2,
  convert: 0xfa,
  relaxedMadd: 0x105,
} as const;

/** A whole number >= 0 in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** An int32 in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

/** One function: i32 parameters, no result. */
export interface FunctionBody {
  readonly parameters: number;
  /** Types of the locals after the parameters. */
  readonly locals: readonly number[];
  /** Instructions without the closing `end`. */
  readonly code: readonly number[];
}

/** A function of another module: i32 parameters, no result. */
export interface ImportedFunction {
  readonly name: string;
  readonly parameters: number;
}

/** The most pages that the kernels' memory may have, as every module that imports it declares: 2 GiB. */
export const maximumPages = 32_768;

/** What a module consists of. Calls count the imported functions first. */
export interface ModuleParts {
  /** Imported from `env`, beside the memory `env.memory`. */
  readonly imports: readonly ImportedFunction[];
  readonly functions: readonly FunctionBody[];
  /** Names and places among `functions`. */
  readonly exports: Readonly<Record<string, number>>;
}

/** The bytes of a module. */
export function assemble({ imports, functions, exports }: ModuleParts): Uint8Array<ArrayBuffer> {
  const arities = [...new Set([...imports, ...functions].map(({ parameters }) => parameters))];
  const types = arities.map((n) => [0x60, ...vector(new Array<number[]>(n).fill([I32])), 0]);
  const typeOf = ({ parameters }: { parameters: number }) => unsigned(arities.indexOf(parameters));
  const memory = [...text("env"), ...text("memory"), 0x02, 0x01, ...unsigned(1), ...unsigned(maximumPages)];
  const imported = imports.map((fn) => [...text("env"), ...text(fn.name), 0x00, ...typeOf(fn)]);
  const exported = Object.entries(exports).map(([name, at]) => [...text(name), 0x00, ...unsigned(imports.length + at)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([memory, ...imported])),
    ...section(3, vector(functions.map(typeOf))),
    ...section(7, vector(exported)),
    ...section(10, vector(functions.map(codeOf))),
  ]);
}

function codeOf({ locals, code }: FunctionBody): number[] {
  const runs: [count: number, type: number][] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  const body = [...vector(runs.map(([count, type]) => [...unsigned(count), type])), ...code, Op.end];
  return [...unsigned(body.length), ...body];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return vector(Array.from(value, (character) => [character.charCodeAt(0)]));
}
