import { add, div, mul, sub, type Tensor } from "@unroll/tensor";
import { show } from "../check.ts";
import { DataError } from "../errors.ts";
import { checkFeatures, checkFit, featureCount, numbersOf, perFeature, visitFeatures } from "./features.ts";

/** A standard scaler as JSON keeps it. */
export interface StandardScalerJSON {
  readonly kind: "StandardScaler";
  readonly version: 1;
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/**
 * Brings each feature to mean 0 and variance 1: `(x - mean) / scale`, with the population standard deviation of the
 * values it was fitted on as scale, or 1 for a feature that is constant. scikit-learn: `StandardScaler`.
 *
 * It is fitted once, on training data, and then applied to everything: whoever fits on all data tells the past about
 * the future.
 *
 * @example
 * ```ts
 * const scaler = StandardScaler.fit(tensor([[1, 10], [3, 10]]));
 * const scaled = scaler.transform(tensor([[5, 11]]));
 * scaled.toArray(); // [[3, 1]]
 * scaler.inverse(scaled).toArray(); // [[5, 11]]
 * ```
 */
export class StandardScaler {
  /** The mean of each feature. */
  readonly mean: readonly number[];
  /** What each feature is divided by. */
  readonly scale: readonly number[];

  private constructor(mean: readonly number[], scale: readonly number[]) {
    this.mean = Object.freeze([...mean]);
    this.scale = Object.freeze([...scale]);
  }

  /**
   * Learns mean and scale from a series `[N]` or `[…, F]`, in float64.
   *
   * @throws {DataError} when there is no value or one is not finite
   */
  static fit(train: Tensor): StandardScaler {
    checkFit("StandardScaler.fit", train);
    const features = featureCount(train);
    const count = train.size / features;
    const mean = new Array<number>(features).fill(0);
    visitFeatures(train, (feature, value) => {
      mean[feature] += value / count;
    });
    // Squares of differences from the mean: those of the values themselves cancel for a series far from 0.
    const variance = new Array<number>(features).fill(0);
    visitFeatures(train, (feature, value) => {
      const off = value - mean[feature];
      variance[feature] += (off * off) / count;
    });
    const scale = variance.map((value, feature) => {
      const deviation = Math.sqrt(value);
      // Below the rounding error of the mean there is no telling a constant from noise.
      return deviation > 1e-14 * Math.abs(mean[feature]) ? deviation : 1;
    });
    return new StandardScaler(mean, scale);
  }

  /** The scaler that `toJSON` wrote. */
  static fromJSON(json: StandardScalerJSON): StandardScaler {
    const fn = "StandardScaler.fromJSON";
    if (json?.kind !== "StandardScaler" || json.version !== 1)
      throw new DataError(`${fn}: expected a standard scaler of version 1, got ${show(json?.kind ?? json)}`);
    const mean = numbersOf(fn, "mean", json.mean);
    const scale = numbersOf(fn, "scale", json.scale);
    if (mean.length !== scale.length || scale.some((value) => value <= 0))
      throw new DataError(`${fn}: expected a scale above 0 for each of ${mean.length} features, got ${show(scale)}`);
    return new StandardScaler(mean, scale);
  }

  /** `(x - mean) / scale`, in the dtype of `x`. */
  transform(x: Tensor): Tensor {
    checkFeatures("StandardScaler.transform", x, this.mean.length);
    return div(sub(x, perFeature(this.mean, x)), perFeature(this.scale, x));
  }

  /** `x * scale + mean`: undoes {@link transform}. */
  inverse(x: Tensor): Tensor {
    checkFeatures("StandardScaler.inverse", x, this.mean.length);
    return add(mul(x, perFeature(this.scale, x)), perFeature(this.mean, x));
  }

  toJSON(): StandardScalerJSON {
    return { kind: "StandardScaler", version: 1, mean: this.mean, scale: this.scale };
  }
}
