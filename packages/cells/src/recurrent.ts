import type { Parameter } from "@unroll/autograd";
import type { TapKind } from "@unroll/compiler";
import { Dropout, type Layer, Module } from "@unroll/nn";
import {
  checkBoolean,
  checkFunction,
  checkOptions,
  concat,
  DTypeError,
  formatShape,
  type Generator,
  OptionError,
  ShapeError,
  select,
  stack,
  Tensor,
  transpose,
} from "@unroll/tensor";
import { type Adjoints, tapKinds } from "./adjoints.ts";
import type { Cell } from "./cell.ts";
import { checkCheckpoint, checkParameter, checkReset, checkSize, checkState, checkWord } from "./checks.ts";
import type { GatedCell } from "./gated-cell.ts";
import { checkLengths, type Lengths } from "./lengths.ts";
import { mapState } from "./map-state.ts";
import type { StepRecord, Unrolled, UnrollResult } from "./sequence.ts";
import { unroll } from "./unroll.ts";

/** Options of the recurrent layers beside those of their cells. */
export interface RecurrentOptions {
  /** Layers on top of each other (default 1). */
  numLayers?: number;
  /** A second set of cells that reads the sequence backwards; outputs are concatenated (default false). */
  bidirectional?: boolean;
  /** The probability of dropping an output between layers, while training (default 0); one layer has no between. */
  dropout?: number;
  /** x and output are `[B, T, …]` instead of `[T, B, …]` (default false). */
  batchFirst?: boolean;
}

/** The option names that every recurrent layer knows. */
export const recurrentOptions: readonly string[] = ["numLayers", "bidirectional", "dropout", "batchFirst"];

/** One step of one layer and direction, as an observer sees it. */
export interface LayerStepRecord<S> extends StepRecord<S> {
  readonly layer: number;
  readonly reverse: boolean;
}

/** Options of a recurrent layer's `forward`. */
export interface ForwardOptions<S> {
  /** The state before the first step, each tensor `[numLayers * D, B, H]`; zeros when left out. */
  state?: S;
  /** How many steps each sample has, in any order, zero allowed; all T when left out. */
  lengths?: Lengths;
  /** `[T, B]` bool (`[B, T]` with batchFirst): where true, that step is the first of a new sequence; see {@link unroll}. */
  reset?: Tensor;
  /** Run by compiled loops where possible (default true); see {@link unroll}. */
  compile?: boolean;
  /** Keep states only now and then for the backward pass, in every layer and direction; see {@link unroll}. */
  checkpoint?: boolean | number;
  /** Leave the adjoints of the states of every layer and direction in the result's `adjoints`; see {@link unroll}. */
  tap?: TapKind;
  /** Called for every step of a layer and direction when that has run, in time order. */
  onStep?(step: LayerStepRecord<S>): void;
}

/** What a recurrent layer's `forward` gives. */
export interface ForwardResult<S extends { [K in keyof S]: Tensor }> extends Unrolled<S> {
  /** Where `tap` asks for them, in the order of the state's first axis; undefined for what ran by plain ops. */
  readonly adjoints?: readonly (Adjoints<S> | undefined)[];
}

/** A cell whose parameters have PyTorch's names. */
export type NamedCell<S extends { [K in keyof S]: Tensor }> = GatedCell & Cell<S>;

const parameterNames = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] as const;

/**
 * What RNN, LSTM and GRU share: {@link unroll} over their cells, in layers and directions, with PyTorch's names
 * (`weight_ih_l0`, `bias_hh_l1_reverse`) as properties.
 */
export abstract class Recurrent<S extends { [K in keyof S]: Tensor }>
  extends Module
  implements Layer<[Tensor, ForwardOptions<S>?], ForwardResult<S>>
{
  [weight: `weight_${string}`]: Parameter;
  [bias: `bias_${string}`]: Parameter | undefined;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly batchFirst: boolean;
  readonly #name: string;
  /** By layer, then direction. */
  readonly #cells: readonly (readonly NamedCell<S>[])[];
  readonly #dropout: Dropout | undefined;

  constructor(
    name: string,
    inputSize: number,
    hiddenSize: number,
    {
      numLayers = 1,
      bidirectional = false,
      dropout = 0,
      batchFirst = false,
      generator,
    }: RecurrentOptions & { generator?: Generator },
    makeCell: (inputSize: number) => NamedCell<S>,
  ) {
    super();
    checkSize(name, "inputSize", inputSize);
    checkSize(name, "hiddenSize", hiddenSize);
    checkSize(name, "numLayers", numLayers);
    checkBoolean(name, "bidirectional", bidirectional, false);
    checkBoolean(name, "batchFirst", batchFirst, false);
    if (typeof dropout !== "number" || !(dropout >= 0 && dropout <= 1))
      throw new OptionError(`${name}: dropout must be a probability in [0, 1], got ${String(dropout)}`);
    const directions = bidirectional ? 2 : 1;
    this.#name = name;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bidirectional = bidirectional;
    this.batchFirst = batchFirst;
    this.#dropout = dropout > 0 && numLayers > 1 ? new Dropout(dropout, { generator }) : undefined;
    this.#cells = Array.from({ length: numLayers }, (_, layer) =>
      Array.from({ length: directions }, () => makeCell(layer === 0 ? inputSize : hiddenSize * directions)),
    );
    this.#cells.forEach((cells, layer) => {
      cells.forEach((cell, direction) => {
        this.#expose(cell, `_l${layer}${direction === 1 ? "_reverse" : ""}`);
      });
    });
  }

  /** Makes a cell's parameters properties of the layer; setting one (to share it) reaches the cell. */
  #expose(cell: NamedCell<S>, suffix: string): void {
    for (const name of parameterNames) {
      if (cell[name] === undefined) continue;
      Object.defineProperty(this, name + suffix, {
        enumerable: true,
        get: () => cell[name],
        set: (value: Parameter) => {
          checkParameter(this.#name, name + suffix, value, cell[name] as Parameter);
          cell[name] = value;
        },
      });
    }
  }

  /** The cell of a layer and direction. */
  cell(layer: number = 0, reverse: boolean = false): Cell<S> {
    const cell = this.#cells[layer]?.[reverse ? 1 : 0];
    if (cell === undefined)
      throw new OptionError(`${this.#name}: no cell in layer ${layer}${reverse ? ", reverse" : ""}`);
    return cell;
  }

  /**
   * Runs the layers over a sequence.
   *
   * @param x `[T, B, I]`, or `[B, T, I]` with batchFirst
   * @returns output `[T, B, D H]` of the last layer (0 where a sample has ended), and the state after each sample's last
   * valid step, each tensor `[numLayers * D, B, H]`
   * @throws {ShapeError} when x, a state, reset or the number of lengths does not fit
   * @throws {DTypeError} when x or a state has another dtype than the parameters, or reset is not bool
   * @throws {OptionError} when an option is unknown, lengths do not fit, or a state has other names than the cell's
   */
  forward(x: Tensor, options: ForwardOptions<S> = {}): ForwardResult<S> {
    const fn = `${this.#name}.forward`;
    checkOptions(fn, options, ["state", "lengths", "reset", "compile", "checkpoint", "tap", "onStep"]);
    const { state, checkpoint = false, tap, onStep } = options;
    this.#checkInput(fn, x);
    if (onStep !== undefined) checkFunction(fn, "onStep", onStep);
    checkCheckpoint(fn, checkpoint);
    if (tap !== undefined) checkWord(fn, "tap", tap, tapKinds);
    const compile = checkBoolean(fn, "compile", options.compile, true);
    if (options.reset !== undefined) checkReset(fn, options.reset, x.shape.slice(0, 2));
    const [steps, batch] = this.batchFirst ? [x.shape[1], x.shape[0]] : x.shape;
    const lengths = options.lengths === undefined ? undefined : checkLengths(fn, options.lengths, steps, batch);
    const directions = this.bidirectional ? 2 : 1;
    if (state !== undefined) {
      const like = { shape: [this.numLayers * directions, batch, this.hiddenSize], dtype: x.dtype };
      const names = Object.keys(this.#cells[0][0].initialState(0));
      checkState(fn, state, Object.fromEntries(names.map((name) => [name, like])));
    }
    const swap = (value: Tensor) => (this.batchFirst ? transpose(value, 0, 1) : value);
    const reset = options.reset && swap(options.reset);
    let sequence = swap(x);
    const all: UnrollResult<S>[] = [];
    this.#cells.forEach((cells, layer) => {
      const input = layer > 0 ? this.#drop(sequence) : sequence;
      const runs = cells.map((cell, direction) => {
        const reverse = direction === 1;
        return unroll(cell, input, {
          state: state && mapState(state, (value) => select(value, 0, layer * directions + direction)),
          lengths,
          reset,
          reverse,
          compile,
          checkpoint,
          tap,
          onStep: onStep && ((step) => onStep({ ...step, layer, reverse })),
        });
      });
      all.push(...runs);
      sequence =
        runs.length === 1
          ? runs[0].output
          : concat(
              runs.map((run) => run.output),
              -1,
            );
    });
    return {
      output: swap(sequence),
      state: mapState(all[0].state, (_, name) => stack(all.map((run) => run.state[name as keyof S]))),
      ...(tap === undefined ? {} : { adjoints: all.map((run) => run.adjoints) }),
    };
  }

  #checkInput(fn: string, x: Tensor): void {
    if (!Tensor.is(x) || x.shape.length !== 3 || x.shape[2] !== this.inputSize) {
      const axes = this.batchFirst ? "B, T" : "T, B";
      throw new ShapeError(
        `${fn}: expected x of shape [${axes}, ${this.inputSize}], got ${Tensor.is(x) ? formatShape(x.shape) : typeof x}`,
      );
    }
    const { dtype } = this.weight_hh_l0;
    if (x.dtype !== dtype) throw new DTypeError(`${fn}: expected x of ${dtype}, got ${x.dtype}; use cast`);
  }

  #drop(x: Tensor): Tensor {
    return this.#dropout === undefined ? x : this.#dropout.train(this.training).forward(x);
  }

  /** The layer with the options that differ from PyTorch's defaults. */
  describe(): string {
    const parts: string[] = [];
    if (this.numLayers > 1) parts.push(`numLayers: ${this.numLayers}`);
    if (this.bidirectional) parts.push("bidirectional: true");
    if (this.#dropout !== undefined) parts.push(`dropout: ${this.#dropout.p}`);
    if (this.batchFirst) parts.push("batchFirst: true");
    return `${this.#name}(${[this.inputSize, this.hiddenSize, ...parts, ...this.describeCell()].join(", ")})`;
  }

  /** The cell's options for {@link describe}. */
  protected abstract describeCell(): string[];
}
