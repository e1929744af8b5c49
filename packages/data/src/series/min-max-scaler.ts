import { add, checkOptions, div, mul, OptionError, sub, type Tensor } from "@unroll/tensor";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkFeatures, checkFit, featureCount, numbersOf, perFeature, visitFeatures } from "./features.ts";

/** A min-max scaler as JSON keeps it. */
export interface MinMaxScalerJSON {
  readonly kind: "MinMaxScaler";
  readonly version: 1;
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly range: readonly [number, number];
}

/**
 * Brings each feature of the values it was fitted on to a range: `low + (x - min) / (max - min) (high - low)`; values
 * beyond those seen land outside of it, a constant feature on its lower end. scikit-learn: `MinMaxScaler`.
 *
 * @example
 * ```ts
 * MinMaxScaler.fit(tensor([2, 4])).transform(tensor([3, 6])).toArray(); // [0.5, 2]
 * ```
 */
export class MinMaxScaler {
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** Where `min` and `max` land. */
  readonly range: readonly [number, number];

  private constructor(min: readonly number[], max: readonly number[], range: readonly [number, number]) {
    this.min = Object.freeze([...min]);
    this.max = Object.freeze([...max]);
    this.range = Object.freeze([range[0], range[1]] as const);
  }

  /**
   * Learns the extremes of a series `[N]` or `[…, F]`.
   *
   * @param options the range, [0, 1] unless given
   * @throws {DataError} when there is no value or one is not finite
   * @throws {OptionError} when the range does not ascend
   */
  static fit(train: Tensor, options: { range?: readonly [number, number] } = {}): MinMaxScaler {
    const fn = "MinMaxScaler.fit";
    checkOptions(fn, options, ["range"]);
    checkFit(fn, train);
    const features = featureCount(train);
    const min = new Array<number>(features).fill(Number.POSITIVE_INFINITY);
    const max = new Array<number>(features).fill(Number.NEGATIVE_INFINITY);
    visitFeatures(train, (feature, value) => {
      min[feature] = Math.min(min[feature], value);
      max[feature] = Math.max(max[feature], value);
    });
    return new MinMaxScaler(min, max, checkRange(fn, options.range ?? [0, 1]));
  }

  /** The scaler that `toJSON` wrote. */
  static fromJSON(json: MinMaxScalerJSON): MinMaxScaler {
    const fn = "MinMaxScaler.fromJSON";
    if (json?.kind !== "MinMaxScaler" || json.version !== 1)
      throw new DataError(`${fn}: expected a min-max scaler of version 1, got ${show(json?.kind ?? json)}`);
    const min = numbersOf(fn, "min", json.min);
    const max = numbersOf(fn, "max", json.max);
    if (min.length !== max.length || max.some((value, i) => value < min[i]))
      throw new DataError(`${fn}: expected a max above the min for each of ${min.length} features, got ${show(max)}`);
    return new MinMaxScaler(min, max, checkRange(fn, json.range));
  }

  /** `low + (x - min) / (max - min) (high - low)`, in the dtype of `x`. */
  transform(x: Tensor): Tensor {
    checkFeatures("MinMaxScaler.transform", x, this.min.length);
    return add(div(sub(x, perFeature(this.min, x)), perFeature(this.#scale(), x)), this.range[0]);
  }

  /** Undoes {@link transform}. */
  inverse(x: Tensor): Tensor {
    checkFeatures("MinMaxScaler.inverse", x, this.min.length);
    return add(mul(sub(x, this.range[0]), perFeature(this.#scale(), x)), perFeature(this.min, x));
  }

  toJSON(): MinMaxScalerJSON {
    return { kind: "MinMaxScaler", version: 1, min: this.min, max: this.max, range: this.range };
  }

  /** What one unit of the range is worth, 1 for a constant feature. */
  #scale(): number[] {
    const width = this.range[1] - this.range[0];
    return this.max.map((high, i) => (high > this.min[i] ? (high - this.min[i]) / width : 1));
  }
}

function checkRange(fn: string, range: readonly [number, number]): readonly [number, number] {
  if (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] < range[1]) return range;
  throw new OptionError(`${fn}: range must be two ascending numbers, got ${show(range)}`);
}
