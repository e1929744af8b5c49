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
  f32Store: 0x38,
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
  f32Demote: 0xb6,
} as const;

/** Instructions after the SIMD prefix. */
export const Simd = {
  load: 0x00,
  load32Splat: 0x09,
  store: 0x0b,
  const: 0x0c,
  shuffle: 0x0d,
  splatInt: 0x11,
  extractLane64: 0x21,
  lessInt: 0x39,
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
  shrU: 0xad,
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

/** Bytes one after the other. Code grows by pushing: spreading arrays took most of the time of a first compilation. */
export class Bytes {
  #bytes = new Uint8Array(256);
  #length = 0;

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + count, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  push(byte: number): this {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = byte;
    return this;
  }

  append(bytes: ArrayLike<number>): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** A whole number >= 0 in LEB128. */
  unsigned(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.push(rest);
  }

  /** An int32 in LEB128. */
  signed(value: number): this {
    let rest = value | 0;
    // The last byte's highest bit is the sign.
    while (rest > 0x3f || rest < -0x40) {
      this.push((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return this.push(rest & 0x7f);
  }

  text(value: string): this {
    this.unsigned(value.length);
    for (let i = 0; i < value.length; i++) this.push(value.charCodeAt(i));
    return this;
  }

  /** `write` for each item, after their number. */
  vector<T>(items: readonly T[], write: (item: T) => void): this {
    this.unsigned(items.length);
    items.forEach(write);
    return this;
  }

  /** What has been written, as bytes of its own. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** One function: i32 parameters, no result. */
export interface FunctionBody {
  readonly parameters: number;
  /** Types of the locals after the parameters. */
  readonly locals: readonly number[];
  /** Instructions without the closing `end`. */
  readonly code: Uint8Array;
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
export function assemble({ imports, functions, exports }: ModuleParts): Uint8Array {
  const arities = [...new Set([...imports, ...functions].map(({ parameters }) => parameters))];
  const bytes = new Bytes().append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const section = (id: number, write: (content: Bytes) => void): void => {
    const content = new Bytes();
    write(content);
    const written = content.take();
    bytes.push(id).unsigned(written.length).append(written);
  };
  section(1, (content) =>
    content.vector(arities, (n) => {
      content.push(0x60).vector(new Array<number>(n).fill(I32), (type) => content.push(type));
      content.push(0);
    }),
  );
  section(2, (content) => {
    content.unsigned(1 + imports.length);
    content.text("env").text("memory").append([0x02, 0x01]).unsigned(1).unsigned(maximumPages);
    for (const { name, parameters } of imports)
      content.text("env").text(name).push(0x00).unsigned(arities.indexOf(parameters));
  });
  section(3, (content) => content.vector(functions, ({ parameters }) => content.unsigned(arities.indexOf(parameters))));
  section(7, (content) =>
    content.vector(Object.entries(exports), ([name, at]) => {
      content
        .text(name)
        .push(0x00)
        .unsigned(imports.length + at);
    }),
  );
  section(10, (content) =>
    content.vector(functions, (body) => {
      const code = codeOf(body);
      content.unsigned(code.length).append(code);
    }),
  );
  return bytes.take();
}

function codeOf({ locals, code }: FunctionBody): Uint8Array {
  const runs: [count: number, type: number][] = [];
  let last: [count: number, type: number] | undefined;
  for (const type of locals) {
    if (last !== undefined && last[1] === type) last[0]++;
    else {
      last = [1, type];
      runs.push(last);
    }
  }
  const body = new Bytes();
  body.vector(runs, ([count, type]) => body.unsigned(count).push(type));
  return body.append(code).push(Op.end).take();
}
