import { noGrad } from "@unroll/autograd";
import type { Lengths, Recurrent } from "@unroll/cells";
import {
  checkBoolean,
  checkFunction,
  checkOptions,
  checkWhole,
  describe,
  indexSelect,
  OptionError,
  Tensor,
  tensor,
} from "@unroll/tensor";
import { type GradientFlow, gradientFlow } from "../flow.ts";
import { type GateMeans, gateMeans } from "../gates/means.ts";
import type { AnyState, Subject } from "../record.ts";
import { isLayer } from "../trajectory.ts";
import { gradientRms, type NamedParameters, parametersOf, totalNorm } from "./gradient-rms.ts";

/** A subject of your own to watch, such as a cell that your model drives by `unroll`, and the sequence to measure it on. */
export interface Watched {
  readonly subject: Subject;
  readonly x: Tensor | (() => Tensor);
}

/** Options of {@link observe}. */
export interface ObserveOptions {
  /** Measure at every n-th step, the first included. */
  every: number;
  /** Where records go. */
  sink?: ((record: ObservationRecord) => void) | undefined;
  /** How many samples of the batch to measure (default 2): the cost grows with it. */
  samples?: number | undefined;
  /** How many lags a record holds at most (default 64), evenly spread. */
  points?: number | undefined;
  /** Also take gate statistics (default true). */
  gates?: boolean | undefined;
  /** The norm from which gradients will be clipped: a record then tells by how much. */
  clip?: number | undefined;
  /** What to watch beside the model's recurrent layers. */
  watch?: Readonly<Record<string, Watched>> | undefined;
}

/** One recurrent layer in a record. Logarithms are of base 10; what is not finite is null in JSON, and counted. */
export interface LayerObservation {
  readonly lags: readonly number[];
  /** By lag, the mean over samples of `log10 ‖[dh; dc]‖` of a probe at the last step. */
  readonly log10: readonly number[];
  /** By lag, how many samples have an exact zero, and how many no finite number. */
  readonly underflow: readonly number[];
  readonly invalid: readonly number[];
  readonly halfLife: number | undefined;
  readonly r2: number | undefined;
  /** Undefined when nothing could be fitted; false when the half-life means little. */
  readonly exponential: boolean | undefined;
  readonly horizon: number | undefined;
  readonly gates?: Readonly<Record<string, GateMeans>>;
}

/** What one measured step gave. */
export interface ObservationRecord {
  readonly step: number;
  /** What {@link Observer.step} was told: loss, learning rate and the like. */
  readonly info: Readonly<Record<string, number | string>>;
  readonly layers: Readonly<Record<string, LayerObservation>>;
  /** By parameter, `log10` of the root mean square of its gradient before clipping; null in JSON when absent or invalid. */
  readonly parameters: Readonly<Record<string, number>>;
  /** `log10` of the norm of all gradients together, before clipping. */
  readonly gradNorm: number;
  /** `min(1, clip / norm)`: 1 when nothing is clipped. Only with `clip`. */
  readonly clipFactor?: number;
}

/** What {@link observe} gives. */
export interface Observer {
  /**
   * Tells the observer that a training step has its gradients: call it after `backward`, before clipping and the optimizer.
   *
   * @returns the record when this step was measured
   */
  step(info?: Readonly<Record<string, number | string>>): ObservationRecord | undefined;
  /** Takes every hook off the model; later steps measure nothing. */
  detach(): void;
}

interface Seen {
  readonly x: Tensor;
  readonly lengths: Lengths | undefined;
  readonly state: AnyState | undefined;
}

/**
 * Watches a model while it trains. Every n-th step it measures, for each recurrent layer, how a probe's gradient fades on the way
 * back through the batch that the layer has just seen, what its gates do, and the size of every parameter's gradient before
 * clipping.
 *
 * It changes nothing of the training: no parameter, gradient or random number. What it costs is one small measurement every n
 * steps, and one comparison per forward pass in between.
 *
 * @param model a module, or anything with `namedParameters()`; recurrent layers are found in its children
 * @throws {OptionError} when an option has a wrong name or value, or there is nothing to watch
 * @example
 * ```ts
 * const layer = new LSTM(2, 8, { generator: new Generator(1) });
 * const lines: string[] = [];
 * const observer = observe(layer, { every: 10, sink: (record) => lines.push(toNDJSON(record)) });
 * for (let step = 0; step < 20; step++) {
 *   layer.zeroGrad();
 *   backward(mean(layer.forward(randn([12, 4, 2], { generator: new Generator(step) })).output));
 *   observer.step();
 * }
 * observer.detach();
 * lines.length; // 2
 * ```
 */
export function observe(model: NamedParameters, options: ObserveOptions): Observer {
  const fn = "observe";
  checkOptions(fn, options, ["every", "sink", "samples", "points", "gates", "clip", "watch"]);
  parametersOf(fn, model);
  const every = atLeastOne(fn, "every", options?.every);
  const samples = atLeastOne(fn, "samples", options.samples ?? 2);
  const points = atLeastOne(fn, "points", options.points ?? 64);
  const gates = checkBoolean(fn, "gates", options.gates, true);
  const { sink, clip, watch = {} } = options;
  if (sink !== undefined) checkFunction(fn, "sink", sink);
  if (clip !== undefined && !(clip > 0)) throw new OptionError(`${fn}: clip must be > 0, got ${describe(clip)}`);
  checkWatched(fn, watch);
  const hooks = layersOf(model).map(([name, layer]) => new Hook(name, layer));
  if (hooks.length === 0 && Object.keys(watch).length === 0)
    throw new OptionError(`${fn}: the model has no recurrent layer; name what to watch`);
  let step = 0;
  let attached = true;
  const arm = () => {
    for (const hook of hooks) hook.armed = step % every === 0;
  };
  arm();
  const layersNow = (): Record<string, LayerObservation> => {
    const found: Record<string, LayerObservation> = {};
    const measure = (name: string, subject: Subject, seen: Seen | undefined) => {
      const part = seen && fewer(subject, seen, samples);
      if (part !== undefined) found[name] = quietly(subject, () => observation(subject, part, points, gates));
    };
    for (const { name, layer, seen } of hooks) measure(name, layer, seen);
    for (const [name, { subject, x }] of Object.entries(watch))
      measure(name, subject, { x: typeof x === "function" ? x() : x, lengths: undefined, state: undefined });
    return found;
  };
  return {
    step(info = {}) {
      if (!attached) return undefined;
      if (typeof info !== "object" || info === null || Array.isArray(info))
        throw new OptionError(`observe: step takes an object of numbers and words, got ${describe(info)}`);
      let record: ObservationRecord | undefined;
      if (step % every === 0) {
        const gradients = gradientRms(model);
        const gradNorm = totalNorm(gradients);
        record = {
          step,
          info: { ...info },
          layers: layersNow(),
          parameters: Object.fromEntries(gradients.map(({ name, log10 }) => [name, log10])),
          gradNorm,
          ...(clip === undefined ? {} : { clipFactor: Math.min(1, clip / Math.exp(Math.LN10 * gradNorm)) }),
        };
      }
      step++;
      for (const hook of hooks) hook.seen = undefined;
      arm();
      if (record !== undefined) sink?.(record);
      return record;
    },
    detach() {
      attached = false;
      for (const hook of hooks) hook.remove();
    },
  };
}

/**
 * A record as one line of newline-delimited JSON, its newline included; numbers that are not finite become null.
 *
 * @throws {OptionError} when there is no record
 * @example
 * ```ts
 * toNDJSON({ step: 0, info: {}, layers: {}, parameters: { w: Number.NEGATIVE_INFINITY }, gradNorm: -2 });
 * // '{"step":0,"info":{},"layers":{},"parameters":{"w":null},"gradNorm":-2}\n'
 * ```
 */
export function toNDJSON(record: ObservationRecord): string {
  if (typeof record !== "object" || record === null)
    throw new OptionError(`toNDJSON: expected a record, got ${describe(record)}`);
  return `${JSON.stringify(record)}\n`;
}

/** What an observer keeps of a layer: what its `forward` was given last, while armed. */
class Hook {
  armed = false;
  seen: Seen | undefined = undefined;

  constructor(
    readonly name: string,
    readonly layer: Recurrent<AnyState>,
  ) {
    listen(layer, this);
  }

  remove(): void {
    this.armed = false;
    this.seen = undefined;
    leave(this.layer, this);
  }
}

interface Listening {
  readonly hooks: Set<Hook>;
  /** The layer's own `forward` from before, if it had one. */
  readonly before: PropertyDescriptor | undefined;
}

/** One `forward` for all observers of a layer, so that they may leave in any order. */
const listening: WeakMap<object, Listening> = /* @__PURE__ */ new WeakMap();

function listen(layer: Recurrent<AnyState>, hook: Hook): void {
  const known = listening.get(layer);
  if (known !== undefined) {
    known.hooks.add(hook);
    return;
  }
  const hooks = new Set([hook]);
  listening.set(layer, { hooks, before: Object.getOwnPropertyDescriptor(layer, "forward") });
  const { forward } = layer;
  Object.defineProperty(layer, "forward", {
    configurable: true,
    writable: true,
    // Modules look for children among enumerable properties.
    enumerable: false,
    value(this: Recurrent<AnyState>, ...args: Parameters<typeof forward>) {
      for (const one of hooks)
        if (one.armed) one.seen = { x: args[0], lengths: args[1]?.lengths, state: args[1]?.state };
      return forward.apply(this, args);
    },
  });
}

function leave(layer: Recurrent<AnyState>, hook: Hook): void {
  const known = listening.get(layer);
  known?.hooks.delete(hook);
  if (known === undefined || known.hooks.size > 0) return;
  listening.delete(layer);
  if (known.before === undefined) Reflect.deleteProperty(layer, "forward");
  else Object.defineProperty(layer, "forward", known.before);
}

/** All recurrent layers in a model, itself included, by their dotted names. */
function layersOf(model: NamedParameters): [string, Recurrent<AnyState>][] {
  const found = new Map<object, string>();
  const visit = (module: object, name: string) => {
    if (found.has(module)) return;
    if (isLayer(module as Subject)) {
      found.set(module, name === "" ? "model" : name);
      return;
    }
    if (!("namedChildren" in module) || typeof module.namedChildren !== "function") return;
    for (const [child, value] of module.namedChildren() as [string, object][])
      visit(value, name === "" ? child : `${name}.${child}`);
  };
  visit(model, "");
  return [...found].map(([layer, name]) => [name, layer as Recurrent<AnyState>]);
}

/** Runs with dropout off: it would draw numbers that training would have drawn. */
function quietly<T>(subject: Subject, fn: () => T): T {
  const module = subject as { training?: boolean };
  const { training } = module;
  if (training === undefined) return fn();
  module.training = false;
  try {
    return fn();
  } finally {
    module.training = training;
  }
}

/** The longest samples of what a layer has seen, apart from the training's graph; undefined when none has a step. */
function fewer(subject: Subject, { x, lengths, state }: Seen, samples: number): Seen | undefined {
  const axis = isLayer(subject) && subject.batchFirst ? 0 : 1;
  const steps = x.shape[1 - axis];
  const own = lengths === undefined ? new Array<number>(x.shape[axis]).fill(steps) : lengthsOf(lengths);
  const picked = own
    .map((_, sample) => sample)
    .filter((sample) => own[sample] > 0)
    .sort((a, b) => own[b] - own[a])
    .slice(0, samples);
  if (picked.length === 0) return undefined;
  const index = tensor(picked, { dtype: "int32" });
  const part = (value: Tensor, dim: number) => noGrad(() => indexSelect(value, dim, index));
  const stateAxis = isLayer(subject) ? 1 : 0;
  return {
    x: part(x, axis),
    lengths: lengths === undefined ? undefined : picked.map((sample) => own[sample]),
    state: state && Object.fromEntries(Object.entries(state).map(([name, value]) => [name, part(value, stateAxis)])),
  };
}

function lengthsOf(lengths: Lengths): number[] {
  return Array.from(Tensor.is(lengths) ? lengths.data : (lengths as ArrayLike<number>));
}

function observation(subject: Subject, { x, lengths, state }: Seen, points: number, gates: boolean): LayerObservation {
  const flow = gradientFlow(subject, x, {
    ...(lengths === undefined ? {} : { lengths }),
    ...(state === undefined ? {} : { state }),
  });
  const means = gates ? gateMeans("observe", subject, x, { lengths, state }) : undefined;
  return { ...curveOf(flow, points), ...(means === undefined ? {} : { gates: means }) };
}

function curveOf({ joint, lags }: GradientFlow, points: number): LayerObservation {
  const count = Math.min(points, lags);
  const at = Array.from({ length: count }, (_, k) => (count === 1 ? 0 : Math.round((k * (lags - 1)) / (count - 1))));
  return {
    lags: at,
    log10: at.map((n) => joint.mean[n]),
    underflow: at.map((n) => joint.underflow[n]),
    invalid: at.map((n) => joint.invalid[n]),
    halfLife: joint.fit?.halfLife,
    r2: joint.fit?.r2,
    exponential: joint.fit?.exponential,
    horizon: joint.horizon,
  };
}

function atLeastOne(fn: string, name: string, value: unknown): number {
  const whole = checkWhole(fn, name, value);
  if (whole < 1) throw new OptionError(`${fn}: ${name} must be at least 1, got ${whole}`);
  return whole;
}

function checkWatched(fn: string, watch: unknown): void {
  if (typeof watch !== "object" || watch === null || Tensor.is(watch))
    throw new OptionError(`${fn}: watch must be an object of subjects, got ${describe(watch)}`);
  for (const [name, value] of Object.entries(watch)) {
    const one = value as Partial<Watched> | undefined;
    const known = typeof one?.subject === "object" && one.subject !== null;
    if (!known || !(Tensor.is(one.x) || typeof one.x === "function"))
      throw new OptionError(`${fn}: watch.${name} must have a subject and x, got ${describe(value)}`);
  }
}
