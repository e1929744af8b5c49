import type { AttrsOf, DType, OpName, Shape, Tensor, TypedArray } from "@unroll/tensor";

/** What a gradient rule can always see. */
export interface Context<Attrs> {
  /** The gradient of the output, `∂L/∂y`. */
  readonly g: Tensor;
  readonly attrs: Attrs;
  /** The inputs' shapes and dtypes, known without keeping their values. */
  readonly shapes: readonly Shape[];
  readonly dtypes: readonly DType[];
}

/** A context with the inputs' values. */
export interface InputsContext<Attrs> extends Context<Attrs> {
  readonly input: (index: number) => Tensor;
}

/** A context with the value of one input: asking for another one does not compile. */
export interface OneInputContext<Attrs, Index extends number> extends Context<Attrs> {
  readonly input: (index: Index) => Tensor;
}

/** A context with the output's value. */
export interface OutputContext<Attrs> extends Context<Attrs> {
  readonly output: () => Tensor;
}

/**
 * `∂L/∂(input index)` before un-broadcasting: the walker sums it to the input's shape. Written with differentiable
 * ops, so that second derivatives come by themselves.
 */
export type Rule<C> = (context: C, index: number) => Tensor;

/** How the gradient of one input is added to what others have brought it, without a tensor of its own. */
export interface Adds<Attrs> {
  /** Which input. */
  readonly input: number;
  /** Whether it is a part of the input's gradient, so that even the first is added, to zeros. */
  readonly part: boolean;
  /** Whether this call can be added in place; all can when left out. */
  readonly fits?: (context: Context<Attrs>) => boolean;
  readonly into: (into: TypedArray, context: Context<Attrs> & InputsContext<Attrs>) => void;
}

/** The gradient of one op: what it keeps of the forward pass, and one rule per input (the last serves all further ones). */
export interface Row<Attrs> {
  readonly keeps: "nothing" | "input" | "inputs" | "output" | "both";
  /** The one input that is kept where `keeps` is "input". */
  readonly kept?: number | undefined;
  readonly rules: readonly Rule<InputsContext<Attrs> & OutputContext<Attrs>>[];
  readonly adds?: Adds<Attrs> | undefined;
}

/** A row of any op, as the walker sees it. */
export type AnyRow = Row<never>;

/** A row for every op of the tensor package, or `null` for those through which no gradient flows. */
export type GradientTable = { readonly [Name in OpName]: Row<AttrsOf<Name>> | null };

/** A row whose rules need shapes and attributes only. */
export function keepNothing<Attrs>(...rules: Rule<Context<Attrs>>[]): Row<Attrs> {
  return { keeps: "nothing", rules };
}

/** A row whose rules read one input, such as a mask or an index; the others are not kept and may be overwritten. */
export function keepInput<Attrs, Index extends number>(
  kept: Index,
  ...rules: Rule<OneInputContext<Attrs, Index>>[]
): Row<Attrs> {
  return { keeps: "input", kept, rules };
}

/** A row whose rules read the inputs. */
export function keepInputs<Attrs>(...rules: Rule<InputsContext<Attrs>>[]): Row<Attrs> {
  return { keeps: "inputs", rules };
}

/** A row whose rules read the output. */
export function keepOutput<Attrs>(...rules: Rule<OutputContext<Attrs>>[]): Row<Attrs> {
  return { keeps: "output", rules };
}

/** A row whose rules read inputs and output. */
export function keepBoth<Attrs>(...rules: Rule<InputsContext<Attrs> & OutputContext<Attrs>>[]): Row<Attrs> {
  return { keeps: "both", rules };
}
