import { enableGrad, grad, noGrad, requireGrad } from "@unroll/autograd";
import { abstractOutput, add, isFloat, type Tensor, withEvaluator } from "@unroll/tensor";
import type { Source, StepGraph, Value } from "./graph.ts";
import { hollow, replay, Tracer } from "./trace.ts";

/** Which inputs of a sequence need gradients. */
export interface Needs {
  readonly x: boolean;
  readonly states: readonly boolean[];
  readonly rows: readonly boolean[];
  readonly outside: readonly boolean[];
  /** Whether the adjoints of the states after each step are looked at. */
  readonly taps: boolean;
}

/** A step with its gradient: the values of the step come first. */
export interface GradientGraph {
  readonly step: StepGraph;
  readonly values: readonly Value[];
  /** The gradient of each input, undefined where it is not wanted. */
  readonly x: number | undefined;
  readonly states: readonly number[];
  readonly rows: readonly (number | undefined)[];
  readonly outside: readonly (number | undefined)[];
  /** The two adjoints of each state after the step, `state` and `total`; empty unless they are looked at. */
  readonly taps: readonly number[];
  /** Numbers that the gradient's rules brought along, by their place among the outside tensors. */
  readonly constants: ReadonlyMap<number, Tensor>;
}

/** Whether anything of a sequence needs a gradient. */
export function needsAny({ x, states, rows, outside, taps }: Needs): boolean {
  return x || taps || [...states, ...rows, ...outside].includes(true);
}

/** Derives the gradient of a traced step by running autograd's own rules on tensors without values. */
export function differentiate(step: StepGraph, needs: Needs): GradientGraph {
  const outsideCount = needs.outside.length;
  const tracer = new Tracer(step.batch, step.values, new Array<Tensor>(outsideCount));
  const leaves = new Map<number, Tensor>();
  const computed = new Map<number, Tensor>();
  // States lead back to the steps before, whatever it is that needs a gradient.
  const wants = (source: Source, value: Value) => isFloat(value.dtype) && wanted(source, needs);
  const { output, states } = enableGrad(() =>
    withEvaluator(abstractOutput, () =>
      replay(
        step,
        (source, value) => {
          const bare = abstractLike(value);
          const tensor = wants(source, value) ? requireGrad(bare) : bare;
          leaves.set(value.id, tensor);
          tracer.bind(tensor, value.id);
          return tensor;
        },
        (tensor, value) => {
          computed.set(value.id, tensor);
          tracer.bind(tensor, value.id);
        },
      ),
    ),
  );
  const ofOutput = { value: output, adjoint: tracer.source({ kind: "outputAdjoint" }, output) };
  const ofStates = states.map((value, index) => ({
    value,
    own: computed.get(ownOf(step, index)) ?? value,
    adjoint: tracer.source({ kind: "stateAdjoint", index }, value),
  }));
  const adjoints = [ofOutput, ...ofStates].filter(({ value }) => value.node !== undefined);
  const targets = step.values.filter((value) => value.source !== undefined && wants(value.source, value));
  const tapped = needs.taps ? ofStates.filter(({ value }) => value.node !== undefined) : [];
  const gradients = withEvaluator(tracer.evaluate, () =>
    adjoints.length === 0
      ? []
      : grad(
          adjoints.map(({ value }) => value),
          [...targets.map(({ id }) => leaves.get(id) as Tensor), ...tapped.map(({ own }) => own)],
          { gradOutputs: adjoints.map(({ adjoint }) => adjoint), unused: "zeros" },
        ),
  );
  const totals = new Map(tapped.map(({ own }, i) => [own, gradients[targets.length + i]]));
  const shared = states.indexOf(output);
  const sumOf = (...parts: readonly Tensor[]): number => {
    const ids = parts.map((part) => tracer.idOf(part));
    // Autograd adds up the same two before anything that is used inside the step.
    const known = tracer.values.find(({ op, inputs }) => op?.name === "add" && ids.every((id, k) => inputs[k] === id));
    return known?.id ?? tracer.idOf(noGrad(() => withEvaluator(tracer.evaluate, () => add(parts[0], parts[1]))));
  };
  const tapsOf = ({ own, adjoint }: { own: Tensor; adjoint: Tensor }, index: number): number[] => {
    // The loss sees the state that is the output as it is handed on.
    const state = index === shared ? sumOf(ofOutput.adjoint, adjoint) : tracer.idOf(adjoint);
    const total = totals.get(own);
    return [state, total === undefined ? state : tracer.idOf(total)];
  };
  const taps = needs.taps ? ofStates.flatMap(tapsOf) : [];
  const found = new Map(targets.map((target, i) => [target.id, gradients[i]]));
  const idOf = (kind: Source["kind"], index: number): number | undefined => {
    const value = step.values.find(
      ({ source }) => source?.kind === kind && (!("index" in source) || source.index === index),
    );
    const gradient = value && found.get(value.id);
    return gradient && tracer.idOf(gradient);
  };
  return {
    step,
    x: needs.x ? idOf("x", 0) : undefined,
    states: needs.states.map((_, index) => idOf("state", index) ?? -1),
    rows: needs.rows.map((need, index) => (need ? idOf("row", index) : undefined)),
    outside: needs.outside.map((need, index) => (need ? idOf("outside", index) : undefined)),
    taps,
    values: tracer.values,
    constants: new Map(tracer.outside.map((tensor, index) => [index, tensor] as const).slice(outsideCount)),
  };
}

/**
 * The value of a state as the step computed it, whose uses inside the step count: `reshape(identity(value))` is the value in
 * another shape, as a step gives it whose own states are no matrices.
 */
function ownOf({ values, states }: StepGraph, index: number): number {
  const id = states[index];
  const { op, inputs } = values[id];
  const before = op?.name === "reshape" ? values[inputs[0]] : undefined;
  return before?.op?.name === "identity" ? before.inputs[0] : id;
}

function wanted(source: Source, needs: Needs): boolean {
  switch (source.kind) {
    case "x":
      return needs.x;
    case "state":
      return true;
    case "row":
      return needs.rows[source.index];
    case "outside":
      return needs.outside[source.index];
    default:
      return false;
  }
}

function abstractLike({ shape, dtype }: Value): Tensor {
  return hollow({ shape, dtype });
}
