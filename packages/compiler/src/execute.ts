import { gemm, type Kernels, packedBytes, packPanels, scratchBytes } from "@unroll/kernels";
import type { Tensor, TypedArray } from "@unroll/tensor";
import type { Geometry } from "./geometry.ts";
import type { Block } from "./nodes.ts";
import type { Access, BufferPlan, Call, PassOperand, Plan, TermCall } from "./plan.ts";
import type { PassFunction } from "./program.ts";
import { argumentBytes } from "./wasm/pass.ts";

/** Passes read up to three values beyond a row's end. */
const slack = 16;

/** Parts of one block of the kernels' memory, laid out before it is taken. */
export class Layout {
  bytes = 0;

  add(bytes: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil((bytes + slack) / 64) * 64;
    return at;
  }
}

/** How many rows a buffer has. */
export function rowsOf({ kind }: BufferPlan, { batch, totalRows, totalStateRows }: Geometry): number {
  if (kind === "sequence") return totalRows;
  return kind === "state" ? totalStateRows : batch;
}

/** Where the rows of an access begin, as a number for the loops. */
const rowKinds = { current: 0, before: 1, after: 2, fixed: 3 } as const;

interface ReadyPass {
  readonly kind: "pass";
  readonly run: PassFunction;
  readonly at: number;
}

interface Place {
  readonly at: number;
  /** Bytes between rows. */
  readonly stride: number;
  readonly rows: number;
}

interface ReadyProduct {
  readonly kind: "product";
  readonly a: Place;
  readonly c: Place;
  readonly start: Place;
  readonly panels: number;
  readonly k: number;
  readonly n: number;
}

interface ReadyRow {
  readonly kind: "row";
  readonly fn: Extract<Call, { kind: "row" }>["fn"];
  readonly x: Place;
  readonly out: Place;
  readonly width: number;
}

type Ready = ReadyPass | ReadyProduct | ReadyRow;

/** Calls with the addresses of everything that they read and write, for one run of a sequence. */
export class Execution {
  readonly #kernels: Kernels;
  readonly #plan: Plan;
  readonly #geometry: Geometry;
  readonly #outside: readonly Tensor[];
  readonly #layout = new Layout();
  /** Relative to the block until {@link start}. */
  readonly #buffers = new Map<number, number>();
  readonly #vectors = new Map<number, number>();
  readonly #panels = new Map<string, { at: number; weight: Block; k: number; n: number }>();
  readonly #arguments = new Map<Call, number>();
  readonly #kept: (buffer: number) => number | undefined;
  #matrix = 0;
  #scratch = 0;
  #block = 0;
  /** Where rows begin: this step's, the states' before and after it, and 0. */
  readonly #row = [0, 0, 0, 0];

  /**
   * @param own which buffers lie in the block of this run
   * @param kept where other buffers lie
   */
  constructor(
    kernels: Kernels,
    plan: Plan,
    geometry: Geometry,
    outside: readonly Tensor[],
    calls: readonly Call[],
    own: (buffer: BufferPlan) => boolean,
    kept: (buffer: number) => number | undefined,
  ) {
    this.#kernels = kernels;
    this.#plan = plan;
    this.#geometry = geometry;
    this.#outside = outside;
    this.#kept = kept;
    plan.buffers.forEach((buffer, index) => {
      if (own(buffer)) this.#buffers.set(index, this.#layout.add(4 * buffer.width * rowsOf(buffer, geometry)));
    });
    let [matrix, scratch] = [0, 0];
    const vector = (index: number): void => {
      if (!this.#vectors.has(index)) this.#vectors.set(index, this.#layout.add(4 * outside[index].size));
    };
    for (const call of calls) {
      if (call.kind === "pass") {
        this.#arguments.set(call, this.#layout.add(argumentBytes(call.operands.length)));
        for (const operand of call.operands) if (operand.kind !== "rows") vector(operand.outside);
      } else if (call.kind === "product") {
        const { weight, k, n } = call;
        if (call.start?.kind === "vector") vector(call.start.outside);
        const key = panelKey(call);
        if (!this.#panels.has(key)) this.#panels.set(key, { at: this.#layout.add(packedBytes(k, n)), weight, k, n });
        matrix = Math.max(matrix, 4 * outside[weight.outside].size);
        scratch = Math.max(scratch, scratchBytes(Math.max(geometry.totalRows, geometry.batch), k));
      }
    }
    this.#matrix = this.#layout.add(matrix);
    this.#scratch = this.#layout.add(scratch);
  }

  get bytes(): number {
    return this.#layout.bytes;
  }

  /** Room for something more in the block; before {@link start}. */
  reserve(bytes: number): number {
    return this.#layout.add(bytes);
  }

  /** Places the block and copies everything from outside into it. */
  start(block: number): void {
    this.#block = block;
    const { memory } = this.#kernels;
    for (const [index, at] of this.#vectors) memory.f32.set(this.#outside[index].data, (block + at) >> 2);
    for (const { at, weight, k, n } of this.#panels.values()) {
      const { outside, transposed, row, column } = weight;
      const { data, shape } = this.#outside[outside];
      const matrix = block + this.#matrix;
      memory.f32.set(data, matrix >> 2);
      const [bRow, bColumn] = transposed ? [1, shape[1]] : [shape[1], 1];
      const b = matrix + 4 * (row * bRow + column * bColumn);
      packPanels(this.#kernels, { panels: block + at, b, bRow, bColumn, k, n });
    }
  }

  /** Where something of {@link reserve} lies. */
  addressOf(reserved: number): number {
    return this.#block + reserved;
  }

  /** Where a buffer lies. */
  bufferAt(buffer: number): number {
    const own = this.#buffers.get(buffer);
    const at = own === undefined ? this.#kept(buffer) : this.#block + own;
    if (at === undefined) throw new Error(`buffer ${buffer} has no place`);
    return at;
  }

  #place({ buffer, column, rows }: Access): Place {
    const stride = 4 * this.#plan.buffers[buffer].width;
    return { at: this.bufferAt(buffer) + 4 * column, stride, rows: rowKinds[rows] };
  }

  /** Calls with their addresses; `functions` are those of the passes, in order. */
  ready(calls: readonly Call[], functions: readonly PassFunction[]): Ready[] {
    let next = 0;
    return calls.map((call) => {
      switch (call.kind) {
        case "pass": {
          const at = this.#block + (this.#arguments.get(call) as number);
          const { i32 } = this.#kernels.memory;
          let index = at >> 2;
          i32[index++] = call.width;
          for (const operand of call.operands) {
            const { at: address, stride } = this.#operand(operand);
            i32[index++] = address;
            i32[index++] = stride;
          }
          return { kind: "pass", run: functions[next++], at };
        }
        case "product": {
          const { a, c, start, k, n } = call;
          const panels = this.#block + (this.#panels.get(panelKey(call))?.at as number);
          const from: Place =
            start === undefined
              ? { at: 0, stride: 0, rows: rowKinds.fixed }
              : start.kind === "rows"
                ? this.#place(start.access)
                : this.#operand(start);
          return { kind: "product", a: this.#place(a), c: this.#place(c), start: from, panels, k, n };
        }
        default:
          return {
            kind: "row",
            fn: call.fn,
            x: this.#place(call.x),
            out: this.#place(call.out),
            width: call.width,
          };
      }
    });
  }

  #operand(operand: PassOperand): Place {
    if (operand.kind === "rows") return this.#place(operand.access);
    return { at: this.#block + (this.#vectors.get(operand.outside) as number), stride: 0, rows: rowKinds.fixed };
  }

  /** Runs calls on the rows of steps `first` to `end`, which must lie side by side. */
  run(calls: readonly Ready[], first: number, end: number): void {
    const { rows: starts, stateRows, active } = this.#geometry;
    const row = this.#row;
    const count = (end - first) * active[first];
    const current = starts[first];
    const before = stateRows[first];
    const after = stateRows[first + 1];
    row[0] = current;
    row[1] = before;
    row[2] = after;
    this.#runRows(calls, count, row);
  }

  /** Runs calls on all rows at once; for those that read no states. */
  runAll(calls: readonly Ready[]): void {
    this.#row.fill(0);
    this.#runRows(calls, this.#geometry.totalRows, this.#row);
  }

  #runRows(calls: readonly Ready[], count: number, row: readonly number[]): void {
    const { run } = this.#kernels;
    const scratch = this.#block + this.#scratch;
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i];
      if (call.kind === "pass") call.run(call.at, count, row[0], row[1], row[2]);
      else if (call.kind === "product") {
        const { a, c, start, panels, k, n } = call;
        run.gemmPacked(
          c.at + row[c.rows] * c.stride,
          c.stride >> 2,
          a.at + row[a.rows] * a.stride,
          a.stride >> 2,
          1,
          panels,
          count,
          n,
          k,
          start.at + row[start.rows] * start.stride,
          start.stride >> 2,
          scratch,
        );
      } else {
        const { fn, x, out, width } = call;
        const to = out.at + row[out.rows] * out.stride;
        const from = x.at + row[x.rows] * x.stride;
        if (fn === "sum" || fn === "max" || fn === "min") run[fn](to, from, count, width, 1);
        else run[fn](to, from, count, width);
      }
    }
  }

  /** Adds sums over all rows up to `size` values at `at`, which `ones` helps with: the address of a 1. */
  sum(terms: readonly TermCall[], at: number, size: number, ones: number): void {
    const { runs, active, rows: starts, stateRows } = this.#geometry;
    this.#kernels.memory.f32.fill(0, at >> 2, (at >> 2) + size);
    for (const term of terms) {
      for (const [first, end] of runs) {
        const k = (end - first) * active[first];
        const row = [starts[first], stateRows[first], stateRows[first + 1], 0];
        const place = (access: Access): Place => {
          const { at: base, stride, rows } = this.#place(access);
          return { at: base + row[rows] * stride, stride: stride >> 2, rows };
        };
        if (term.kind === "outer") {
          const [left, right] = [place(term.left), place(term.right)];
          const { m, n, offset, stride } = term;
          const c = at + 4 * offset;
          gemm(this.#kernels, {
            ...{ m, n, k, c, cRow: stride, a: left.at, aRow: 1, aColumn: left.stride },
            ...{ b: right.at, bRow: right.stride, bColumn: 1, start: c },
          });
        } else {
          const of = place(term.of);
          gemm(this.#kernels, {
            ...{ m: 1, n: term.n, k, c: at, a: ones, aRow: 0, aColumn: 0 },
            ...{ b: of.at, bRow: of.stride, bColumn: 1, start: at },
          });
        }
      }
    }
  }
}

function panelKey({ weight, k, n }: Extract<Call, { kind: "product" }>): string {
  return JSON.stringify([weight, k, n]);
}

/** Copies values into the kernels' memory; a mask becomes lanes of all ones or zeros. */
export function copyIn({ memory }: Kernels, at: number, data: TypedArray, dtype: Tensor["dtype"]): void {
  if (dtype !== "bool") memory.f32.set(data, at >> 2);
  else for (let i = 0; i < data.length; i++) memory.i32[(at >> 2) + i] = data[i] === 0 ? 0 : -1;
}
