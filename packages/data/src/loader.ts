import { checkOptions, DTypeError, defaultGenerator, type Generator, OptionError } from "@unroll/tensor";
import { checkGiven, flag, generatorOf, show, wholeNumber } from "./check.ts";
import { type Collated, defaultCollate } from "./collate.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { batchCount, type Plan, planEpoch } from "./plan.ts";

/** Which samples may share a batch, by their length, so that little of a padded batch is padding. */
export interface LengthBuckets<T> {
  /** The length of a sample; asked once for each, when the loader is made. */
  lengthOf: (sample: T, index: number) => number;
  /** Ascending: a sample goes into the first bucket whose boundary is not below its length, longer ones into a last one. */
  boundaries: readonly number[];
}

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions<T, B> {
  dataset: Dataset<T>;
  /** Samples in a batch; 1 unless given. */
  batchSize?: number;
  /** A new random order in each epoch; false unless given. */
  shuffle?: boolean;
  /** Gives one number from which the orders of all epochs follow; the default generator unless given. */
  generator?: Generator;
  /** Makes a batch of samples; `defaultCollate` unless given. */
  collate?: (samples: T[]) => B;
  /** Leaves out batches that are not full; false unless given. */
  dropLast?: boolean;
  lengthBuckets?: LengthBuckets<T>;
}

/** Where a loader stands and which settings it stands under: plain values, safe to keep as JSON. */
export interface DataLoaderState {
  readonly version: 1;
  /** What the orders of the epochs follow from; null without shuffling. */
  readonly seed: number | null;
  readonly epoch: number;
  /** How many batches of the epoch have been handed out. */
  readonly batch: number;
  readonly settings: DataLoaderSettings;
}

/** The settings under which a position means the same batches. */
export interface DataLoaderSettings {
  readonly samples: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly boundaries: readonly number[] | null;
}

/**
 * Batches of a dataset; each `for … of` over the loader is one epoch. PyTorch: `DataLoader`.
 *
 * With shuffling, the order of epoch e is a pure function of a seed, drawn from the generator when the first batch is
 * asked for, and e. So `state()` is small and exact: a loader that `restore`s it hands out the same remaining batches
 * and then the same epochs. Leaving an epoch early ends it; the next iteration begins the next one.
 *
 * @example
 * ```ts
 * const dataset = fromTensors(randn([100, 3]), randn([100, 1]));
 * const loader = new DataLoader({ dataset, batchSize: 32, shuffle: true, generator: new Generator(1) });
 * for (const [x, y] of loader) console.log(x.shape, y.shape);
 * // [32, 3] [32, 1]
 * // [32, 3] [32, 1]
 * // [32, 3] [32, 1]
 * // [4, 3] [4, 1]
 *
 * const { epoch, batch } = loader.state();
 * console.log(epoch, batch); // 1 0
 * ```
 * @throws {OptionError} when an option has a wrong name or value
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B> {
  /** Batches in an epoch. */
  readonly length: number;
  readonly #dataset: Dataset<T>;
  readonly #collate: (samples: T[]) => B;
  readonly #plan: Plan;
  readonly #settings: DataLoaderSettings;
  readonly #generator: Generator | undefined;
  #seed: number | undefined;
  #epoch = 0;
  #batch = 0;
  /** Whether the position is where the next iteration begins, rather than where an earlier one is or stopped. */
  #waiting = true;

  constructor(options: DataLoaderOptions<T, B>) {
    const fn = "DataLoader";
    const known = ["dataset", "batchSize", "shuffle", "generator", "collate", "dropLast", "lengthBuckets"];
    checkGiven(fn, options, known);
    this.#dataset = checkDataset(fn, options.dataset);
    const batchSize = wholeNumber(fn, "batchSize", options.batchSize ?? 1, 1);
    const shuffle = flag(fn, "shuffle", options.shuffle ?? false);
    const dropLast = flag(fn, "dropLast", options.dropLast ?? false);
    if (options.collate !== undefined && typeof options.collate !== "function")
      throw new OptionError(`${fn}: collate must be a function, got ${show(options.collate)}`);
    // Without a collate of one's own B is its default, which is what defaultCollate gives.
    this.#collate = options.collate ?? (defaultCollate as unknown as (samples: T[]) => B);
    // The default generator is asked for when it is needed, since it may be another one by then.
    this.#generator = options.generator === undefined ? undefined : generatorOf(fn, options);
    const buckets = bucketsOf(this.#dataset, options.lengthBuckets);
    const boundaries = options.lengthBuckets === undefined ? null : [...options.lengthBuckets.boundaries];
    this.#plan = { count: this.#dataset.length, batchSize, dropLast, buckets };
    this.#settings = { samples: this.#dataset.length, batchSize, shuffle, dropLast, boundaries };
    this.length = batchCount(this.#plan);
  }

  *[Symbol.iterator](): IterableIterator<B> {
    if (!this.#waiting) [this.#epoch, this.#batch] = [this.#epoch + 1, 0];
    this.#waiting = false;
    const epoch = this.#epoch;
    const batches = planEpoch(this.#plan, this.#orderSeed(), epoch);
    for (let at = this.#batch; at < batches.length; at++) {
      const batch = this.#collate(batches[at].map((index) => this.#dataset.get(index)));
      this.#epoch = epoch;
      this.#batch = at + 1;
      yield batch;
    }
    this.#epoch = epoch + 1;
    this.#batch = 0;
    this.#waiting = true;
  }

  /** Where the loader stands: after the batch that was handed out last. */
  state(): DataLoaderState {
    return {
      version: 1,
      seed: this.#orderSeed() ?? null,
      epoch: this.#epoch,
      batch: this.#batch,
      settings: this.#settings,
    };
  }

  /**
   * Goes on where `state` was taken: the next iteration hands out the rest of that epoch.
   *
   * @throws {OptionError} when `state` is damaged or was taken under other settings
   */
  restore(state: DataLoaderState): void {
    const fn = "DataLoader.restore";
    checkGiven(fn, state, ["version", "seed", "epoch", "batch", "settings"]);
    if (state.version !== 1) throw new OptionError(`${fn}: expected a state of version 1, got ${show(state.version)}`);
    const [saved, own] = [JSON.stringify(ordered(state.settings)), JSON.stringify(this.#settings)];
    if (saved !== own) throw new OptionError(`${fn}: the state was taken with ${saved}, this loader has ${own}`);
    const epoch = wholeNumber(fn, "epoch", state.epoch, 0);
    const batch = wholeNumber(fn, "batch", state.batch, 0);
    if (batch > this.length) throw new OptionError(`${fn}: expected at most ${this.length} batches, got ${batch}`);
    if (this.#settings.shuffle !== (state.seed !== null))
      throw new OptionError(`${fn}: expected a seed with shuffling and null without, got ${show(state.seed)}`);
    this.#seed = state.seed === null ? undefined : wholeNumber(fn, "seed", state.seed, 0);
    [this.#epoch, this.#batch, this.#waiting] = [epoch, batch, true];
  }

  #orderSeed(): number | undefined {
    if (!this.#settings.shuffle) return undefined;
    this.#seed ??= (this.#generator ?? defaultGenerator()).next() * 0x20000000000000;
    return this.#seed;
  }
}

/** The settings with their keys in our order, whatever order a JSON file has them in. */
function ordered(settings: DataLoaderSettings): unknown {
  const { samples, batchSize, shuffle, dropLast, boundaries } = settings ?? {};
  return { samples, batchSize, shuffle, dropLast, boundaries };
}

function bucketsOf<T>(dataset: Dataset<T>, options: LengthBuckets<T> | undefined): Uint32Array | undefined {
  if (options === undefined) return undefined;
  const fn = "DataLoader: lengthBuckets";
  checkOptions(fn, options, ["lengthOf", "boundaries"]);
  const { lengthOf, boundaries } = options;
  if (typeof lengthOf !== "function")
    throw new OptionError(`${fn}: lengthOf must be a function, got ${show(lengthOf)}`);
  if (
    !Array.isArray(boundaries) ||
    boundaries.length === 0 ||
    !boundaries.every((b, i) => b > (boundaries[i - 1] ?? -1))
  )
    throw new OptionError(`${fn}: boundaries must be ascending lengths, got ${show(boundaries)}`);
  const buckets = new Uint32Array(dataset.length);
  for (let i = 0; i < buckets.length; i++) {
    const length = lengthOf(dataset.get(i), i);
    if (typeof length !== "number" || !(length >= 0))
      throw new DTypeError(`${fn}: lengthOf must return a length, got ${show(length)} for sample ${i}`);
    const found = boundaries.findIndex((boundary) => length <= boundary);
    buckets[i] = found < 0 ? boundaries.length : found;
  }
  return buckets;
}
