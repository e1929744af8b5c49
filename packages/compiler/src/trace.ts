import { isRecording, noGrad } from "@unroll/autograd";
import {
  abstractOutput,
  apply,
  type DType,
  type Op,
  peekBlocks,
  type Shape,
  Tensor,
  TracedValueError,
  withEvaluator,
} from "@unroll/tensor";
import { type Source, type StepGraph, Uncompilable, type Value } from "./graph.ts";

/** One step of a cell, whatever its state's names: they come in the order of the state's keys. */
export type Step = (
  x: Tensor,
  states: readonly Tensor[],
  rows: readonly Tensor[],
) => { output: Tensor; states: readonly Tensor[] };

/** What a step is traced on: shapes and dtypes alone. */
export interface StepInputs {
  readonly x: Pick<Tensor, "shape" | "dtype">;
  readonly states: readonly Pick<Tensor, "shape" | "dtype">[];
  readonly rows: readonly Pick<Tensor, "shape" | "dtype">[];
}

/** A traced step with the tensors that it took from outside, in the order of first use. */
export interface TracedStep {
  readonly graph: StepGraph;
  readonly outside: readonly Tensor[];
}

/** A tensor with a shape and no values. */
export function hollow({ shape, dtype }: { shape: Shape; dtype: DType }): Tensor {
  return new Tensor(shape, dtype, { data: undefined, version: 0 });
}

/** Looks on while a step is traced. */
export interface TraceObserver {
  /** Called where the step is called. */
  begin(): void;
  /** Called within the operation that gives a value. */
  added(id: number): void;
}

/** Notes every operation on tensors without values; what has values is computed at once. */
export class Tracer {
  readonly values: Value[];
  readonly outside: Tensor[];
  readonly #ids = new Map<Tensor, number>();
  /** Of numbers from outside that no gradient flows to, by what they are. */
  readonly #numbers = new Map<string, number>();
  readonly #batch: number;
  readonly #observer: TraceObserver | undefined;

  /** Goes on after the values and outside tensors of an earlier trace. */
  constructor(
    batch: number,
    values: readonly Value[] = [],
    outside: readonly Tensor[] = [],
    observer: TraceObserver | undefined = undefined,
  ) {
    this.#batch = batch;
    this.#observer = observer;
    this.values = [...values];
    this.outside = [...outside];
  }

  /** Makes `tensor` stand for a value that is known already. */
  bind(tensor: Tensor, id: number): void {
    this.#ids.set(tensor, id);
  }

  /** A tensor without values that stands for a source. */
  source(source: Source, like: { shape: Shape; dtype: DType }): Tensor {
    const tensor = hollow(like);
    this.#add(tensor, source, undefined, [], undefined, true);
    return tensor;
  }

  idOf(tensor: Tensor): number {
    const known = this.#ids.get(tensor);
    if (known !== undefined) return known;
    if (tensor.storage.data === undefined) throw new Uncompilable("it uses a tensor of another trace");
    // Numbers that are equal are one: what is computed from them need not be computed twice.
    const number = tensor.size === 1 && tensor.node === undefined ? numberKey(tensor) : undefined;
    const same = number === undefined ? undefined : this.#numbers.get(number);
    if (same !== undefined) {
      this.#ids.set(tensor, same);
      return same;
    }
    const source: Source = { kind: "outside", index: this.outside.length };
    this.outside.push(tensor);
    const id = this.#add(tensor, source, undefined, [], undefined, true);
    if (number !== undefined) this.#numbers.set(number, id);
    return id;
  }

  /** The evaluator to trace with. */
  readonly evaluate = (op: Op, inputs: readonly Tensor[], attrs: unknown): Tensor => {
    if (op.draws === true)
      throw new Uncompilable(`${op.name} draws random numbers at every step: draw masks in begin, once per sequence`);
    if (inputs.length > 0 ? haveValues(inputs) : !this.#hasRows(op, attrs))
      return withEvaluator(undefined, () => noGrad(() => apply(op, inputs, attrs as never)));
    const output = abstractOutput(op, inputs, attrs);
    const ids: number[] = [];
    for (const input of inputs) ids.push(this.idOf(input));
    this.#add(output, undefined, op, ids, attrs, isRecording());
    return output;
  };

  /** Whether a constructor gives a constant with as many rows as the batch: that is not a tensor from outside. */
  #hasRows(op: Op, attrs: unknown): boolean {
    return op.name === "full" && op.shape([], attrs as never)[0] === this.#batch;
  }

  #add(
    tensor: Tensor,
    source: Source | undefined,
    op: Op | undefined,
    inputs: readonly number[],
    attrs: unknown,
    recorded: boolean,
  ): number {
    const id = this.values.length;
    const { shape, dtype } = tensor;
    this.values.push({ id, shape, dtype, source, op, inputs, attrs, recorded });
    this.#ids.set(tensor, id);
    this.#observer?.added(id);
    return id;
  }
}

function haveValues(tensors: readonly Tensor[]): boolean {
  for (const { storage } of tensors) if (storage.data === undefined) return false;
  return true;
}

/**
 * Runs a step on tensors without values and notes its operations. Operations on tensors that have values, such as the sum
 * of two biases, run and are recorded as they always are, and their results come from outside.
 *
 * @throws {Uncompilable} when the step throws, reads values, draws random numbers, or gives what it did not compute
 */
export function traceStep(step: Step, { x, states, rows }: StepInputs, observer?: TraceObserver): TracedStep {
  const batch = x.shape[0];
  const tracer = new Tracer(batch, [], [], observer);
  const inputs = {
    x: tracer.source({ kind: "x" }, x),
    states: states.map((like, index) => tracer.source({ kind: "state", index }, like)),
    rows: rows.map((like, index) => tracer.source({ kind: "row", index }, like)),
  };
  try {
    const result = peekBlocks(() =>
      withEvaluator(tracer.evaluate, () => {
        observer?.begin();
        return step(inputs.x, inputs.states, inputs.rows);
      }),
    );
    const graph: StepGraph = {
      batch,
      values: tracer.values,
      output: tracer.idOf(result.output),
      states: result.states.map((state) => tracer.idOf(state)),
    };
    return { graph, outside: tracer.outside };
  } catch (error) {
    if (error instanceof Uncompilable) throw error;
    if (TracedValueError.is(error))
      throw new Uncompilable("it reads values (by item, data, toArray or toString), which a trace does not have", {
        cause: error,
      });
    // Plain ops will throw it again, with the tensors that caused it.
    const message = error instanceof Error ? error.message : String(error);
    throw new Uncompilable(`the step throws: ${message}`, { cause: error });
  }
}

/** What a number is; of as many axes as it has, with -0 told from 0. */
function numberKey({ data: [value], shape, dtype }: Tensor): string {
  return `${Object.is(value, -0) ? "-0" : value} ${dtype} ${shape.length}`;
}

/** Runs a traced step again on other tensors, with whatever evaluator and recorder are in force. */
export function replay(
  graph: StepGraph,
  tensorOf: (source: Source, value: Value) => Tensor,
  computed: (tensor: Tensor, value: Value) => void = () => {},
  batch: number = graph.batch,
): { output: Tensor; states: readonly Tensor[] } {
  const tensors: Tensor[] = [];
  for (const value of graph.values) {
    const { op, source, inputs, recorded } = value;
    if (source !== undefined) {
      tensors.push(tensorOf(source, value));
      continue;
    }
    const attrs = attrsFor(value, graph.batch, batch);
    const operands = inputs.map((id) => tensors[id]);
    const run = () => apply(op as Op, operands, attrs as never);
    const result = recorded ? run() : noGrad(run);
    computed(result, value);
    tensors.push(result);
  }
  return { output: tensors[graph.output], states: graph.states.map((id) => tensors[id]) };
}

/** {@link replay} on the tensors of one step, which may have fewer rows than the step that was traced. */
export function replayStep(
  graph: StepGraph,
  {
    x,
    states,
    rows,
    outside,
  }: { x: Tensor; states: readonly Tensor[]; rows: readonly Tensor[]; outside: readonly Tensor[] },
): { output: Tensor; states: readonly Tensor[] } {
  return replay(
    graph,
    (source) => {
      if (source.kind === "x") return x;
      if (source.kind === "state") return states[source.index];
      if (source.kind === "row") return rows[source.index];
      if (source.kind === "outside") return outside[source.index];
      throw new Error(`a step has no ${source.kind}`);
    },
    undefined,
    x.shape[0],
  );
}

/** The attributes for another number of rows. */
function attrsFor({ op, attrs, shape }: Value, traced: number, batch: number): unknown {
  if (traced === batch || shape[0] !== traced) return attrs;
  if (op?.name !== "full" && op?.name !== "reshape" && op?.name !== "broadcastTo") return attrs;
  return { ...(attrs as object), shape: [batch, ...shape.slice(1)] };
}
