import { backward, noGrad } from "@unroll/autograd";
import { LanguageModelBatches } from "@unroll/data";
import { crossEntropy } from "@unroll/nn";
import { Adam, clipGradNorm, gradNorm } from "@unroll/optim";
import { detach, Generator, select, type Tensor, tensor } from "@unroll/tensor";
import { draw, filtered, probabilitiesOf, ranked, type SamplingSettings } from "../sampling.ts";
import type { Corpus } from "../text.ts";
import { type CharModel, type ModelState, makeModel } from "./char-model.ts";
import type { ModelSpec } from "./spec.ts";

/** How models are trained. */
export interface TrainingSettings {
  readonly seed: number;
  readonly learningRate: number;
  /** Gradients are scaled down to this norm; null for no clipping. */
  readonly clip: number | null;
  /** Passages read side by side in a step, and how many characters of each. */
  readonly batch: number;
  readonly length: number;
}

export type StepResult =
  | { readonly kind: "step"; readonly step: number; readonly bits: number; readonly gradNorm: number }
  | { readonly kind: "diverged"; readonly step: number };

/** What a model expects behind one character of a text. */
export interface Look {
  /** The likeliest symbols and their probabilities. */
  readonly top: readonly { readonly symbol: string; readonly probability: number }[];
  /** Of the character that follows; null behind the last one. */
  readonly next: number | null;
}

/** How many symbols a {@link Look} names. */
export const topCount = 5;

/** One model while it is trained on a text. The same model, settings, text and position give the same numbers. */
export class Training {
  readonly spec: ModelSpec;
  readonly settings: TrainingSettings;
  readonly corpus: Corpus;
  readonly model: CharModel;
  readonly optimizer: Adam;
  readonly batches: LanguageModelBatches;
  #pass: Iterator<{ input: Tensor; target: Tensor; first: boolean }>;
  /** What the streams carry into the next step. */
  state: ModelState | undefined;
  step: number = 0;
  #ended = false;

  constructor(spec: ModelSpec, settings: TrainingSettings, corpus: Corpus) {
    this.spec = spec;
    this.settings = settings;
    this.corpus = corpus;
    this.model = makeModel(spec, settings.seed);
    this.optimizer = new Adam(this.model.parameters(), { lr: settings.learningRate });
    this.batches = new LanguageModelBatches(corpus.ids, windowsOf(corpus.ids.length, settings));
    this.#pass = this.batches[Symbol.iterator]();
  }

  get parameters(): number {
    return this.model.parameters().reduce((count, { size }) => count + size, 0);
  }

  /** Whether a number is no longer finite: no further step is possible. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Begins the pass anew: where {@link batches} were set to another place. */
  seek(): void {
    this.#pass = this.batches[Symbol.iterator]();
  }

  /** One step of truncated backpropagation through time: the state goes on, the gradient ends at the window. */
  advance(): StepResult {
    const { model, optimizer } = this;
    const { input, target, first } = this.#next();
    const { features, state } = model.run(input, first ? undefined : this.state);
    const loss = crossEntropy(model.output.forward(features), target);
    optimizer.zeroGrad();
    backward(loss);
    const parameters = model.parameters();
    const { clip } = this.settings;
    const norm = clip === null ? gradNorm(parameters) : clipGradNorm(parameters, clip).norm;
    const nats = loss.item();
    const step = this.step + 1;
    if (!Number.isFinite(nats) || !Number.isFinite(norm)) return this.#diverge(step);
    optimizer.step();
    this.step = step;
    this.state = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, detach(value)]));
    if (!parameters.every(({ data }) => data.every((value) => Number.isFinite(value)))) return this.#diverge(step);
    return { kind: "step", step, bits: nats / Math.LN2, gradNorm: norm };
  }

  #diverge(step: number): StepResult {
    this.#ended = true;
    return { kind: "diverged", step };
  }

  #next(): { input: Tensor; target: Tensor; first: boolean } {
    const next = this.#pass.next();
    if (!next.done) return next.value;
    this.seek();
    return (this.#pass.next() as IteratorYieldResult<{ input: Tensor; target: Tensor; first: boolean }>).value;
  }

  /** Writes on after a prompt, one character at a time, as long as it is asked for; the weights may change meanwhile. */
  *write(prompt: string, sampling: () => SamplingSettings, seed: number): IterableIterator<string> {
    const generator = new Generator(seed);
    const { vocabulary } = this.corpus;
    const read = this.#idsOf(prompt);
    let state: ModelState | undefined;
    let input = read.length === 0 ? [generator.integer(vocabulary.size)] : read;
    if (read.length === 0) yield vocabulary.symbols[input[0]];
    for (;;) {
      const run = noGrad(() => this.#logits(input, state));
      state = run.state;
      const last = run.logits.subarray(run.logits.length - vocabulary.size);
      const id = draw(filtered(last, sampling()), generator.next());
      yield vocabulary.symbols[id];
      input = [id];
    }
  }

  /** What is expected behind each character of a text; characters without a number are passed over, and give no look. */
  look(text: string): (Look | null)[] {
    const { vocabulary } = this.corpus;
    const known = [...text].map((symbol) => vocabulary.idOf(symbol));
    const ids = known.filter((id) => id !== undefined);
    if (ids.length === 0) return known.map(() => null);
    const { logits } = noGrad(() => this.#logits(ids, undefined));
    const size = vocabulary.size;
    let at = 0;
    return known.map((id): Look | null => {
      if (id === undefined) return null;
      const probabilities = probabilitiesOf(logits.subarray(at * size, (at + 1) * size));
      const next = ids[++at];
      return {
        top: Array.from(ranked(probabilities).subarray(0, topCount), (k) => ({
          symbol: vocabulary.symbols[k],
          probability: probabilities[k],
        })),
        next: next === undefined ? null : probabilities[next],
      };
    });
  }

  #idsOf(text: string): number[] {
    return [...text].map((symbol) => this.corpus.vocabulary.idOf(symbol)).filter((id) => id !== undefined);
  }

  /** `[T V]`: of one text, from a state on. */
  #logits(ids: readonly number[], from: ModelState | undefined): { logits: Float32Array; state: ModelState } {
    const input = tensor(Int32Array.from(ids), { shape: [ids.length, 1] });
    const { features, state } = this.model.run(input, from);
    return { logits: select(this.model.output.forward(features), 1, 0).data as Float32Array, state };
  }
}

/** Short texts are read in fewer and shorter passages; 2 characters are enough for one. */
function windowsOf(characters: number, { batch, length }: TrainingSettings): { batchSize: number; length: number } {
  const pairs = characters - 1;
  const steps = Math.max(1, Math.min(length, pairs));
  return { batchSize: Math.max(1, Math.min(batch, Math.floor(pairs / steps))), length: steps };
}
