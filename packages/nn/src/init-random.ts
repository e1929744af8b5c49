import {
  add,
  allocate,
  checkDType,
  checkOptions,
  erf,
  mul,
  normalQuantile,
  OptionError,
  randn,
  sub,
  type Tensor,
  tensor,
  uniform,
} from "@unroll/tensor";
import { checkFinite, fansOf, type InitOptions, type Nonlinearity, nonlinearityGain } from "./init-options.ts";

/** Options of {@link uniformInit}. */
export interface UniformInitOptions extends InitOptions {
  /** The lower end, included (default 0). */
  min?: number;
  /** The upper end, excluded (default 1). */
  max?: number;
}

/**
 * Uniform values in `[min, max)`.
 *
 * @throws {OptionError} when `min > max`
 */
export function uniformInit(shape: readonly number[], options: UniformInitOptions = {}): Tensor {
  checkOptions("uniformInit", options, ["min", "max", "dtype", "generator"]);
  const { min = 0, max = 1, ...draw } = options;
  checkFinite("uniformInit", "min", min);
  checkFinite("uniformInit", "max", max);
  if (min > max) throw new OptionError(`uniformInit: expected min <= max, got ${min} and ${max}`);
  return add(mul(uniform(shape, draw), max - min), min);
}

/** Options of {@link normalInit}. */
export interface NormalInitOptions extends InitOptions {
  /** Default 0. */
  mean?: number;
  /** The standard deviation (default 1). */
  std?: number;
}

/** Normal values with the given mean and standard deviation. Throws `OptionError` for a negative deviation. */
export function normalInit(shape: readonly number[], options: NormalInitOptions = {}): Tensor {
  checkOptions("normalInit", options, ["mean", "std", "dtype", "generator"]);
  const { mean = 0, std = 1, ...draw } = options;
  checkSpread("normalInit", mean, std);
  return add(mul(randn(shape, draw), std), mean);
}

/** Options of {@link truncNormal}. */
export interface TruncNormalOptions extends NormalInitOptions {
  /** The lowest value (default -2); a value, not a multiple of `std`. */
  min?: number;
  /** The highest value (default 2); a value, not a multiple of `std`. */
  max?: number;
}

/**
 * Normal values, drawn from the part of the distribution between `min` and `max` (PyTorch's `trunc_normal_`). One draw
 * per value, by inverting the distribution function between its values at the bounds.
 *
 * @throws {OptionError} unless `min < max` and the part between them has probability in float64
 */
export function truncNormal(shape: readonly number[], options: TruncNormalOptions = {}): Tensor {
  checkOptions("truncNormal", options, ["mean", "std", "min", "max", "dtype", "generator"]);
  const { mean = 0, std = 1, min = -2, max = 2, dtype = "float32", generator } = options;
  checkSpread("truncNormal", mean, std);
  if (!(min < max)) throw new OptionError(`truncNormal: expected min < max, got ${min} and ${max}`);
  const bounds = erf(
    tensor([(min - mean) / std / Math.SQRT2, (max - mean) / std / Math.SQRT2], { dtype: "float64" }),
  ).data;
  const [low, high] = [(1 + bounds[0]) / 2, (1 + bounds[1]) / 2];
  if (!(high > low))
    throw new OptionError(`truncNormal: nearly nothing of the distribution lies between ${min} and ${max}`);
  const draws = uniform(shape, { dtype: "float64", generator }).data;
  const values = allocate(checkDType("truncNormal", dtype), draws.length);
  for (let i = 0; i < values.length; i++) {
    // Half a step up keeps the probability inside (0, 1).
    const z = normalQuantile(low + (draws[i] + 0.5 / 0x20000000000000) * (high - low)) * std;
    values[i] = Math.min(Math.max(mean + z, min), max);
  }
  return tensor(values, { shape, dtype });
}

/** Options of {@link xavierUniform} and {@link xavierNormal}. */
export interface XavierOptions extends InitOptions {
  /** A factor on all values (default 1), see {@link nonlinearityGain}. */
  gain?: number;
}

/**
 * Uniform in ±gain √(6 / (fanIn + fanOut)), for weights `[out, in, …]` (Glorot and Bengio, 2010).
 *
 * @throws {ShapeError} for fewer than two axes
 */
export function xavierUniform(shape: readonly number[], options: XavierOptions = {}): Tensor {
  return symmetricUniform(shape, Math.sqrt(3) * xavierStd("xavierUniform", shape, options), options);
}

/** Normal with standard deviation gain √(2 / (fanIn + fanOut)), for weights `[out, in, …]` (Glorot and Bengio, 2010). */
export function xavierNormal(shape: readonly number[], options: XavierOptions = {}): Tensor {
  return scaledNormal(shape, xavierStd("xavierNormal", shape, options), options);
}

/** Options of {@link kaimingUniform} and {@link kaimingNormal}. */
export interface KaimingOptions extends InitOptions {
  /** Which variance to keep: that of the values on the way forward (default) or of the gradients. */
  mode?: "fanIn" | "fanOut";
  /** What follows the layer (default leakyRelu). */
  nonlinearity?: Nonlinearity;
  /** The slope of leakyRelu below 0 (default 0, which is relu). */
  negativeSlope?: number;
}

/**
 * Uniform in ±gain √(3 / fan), for weights `[out, in, …]` (He et al., 2015).
 *
 * @throws {ShapeError} for fewer than two axes
 */
export function kaimingUniform(shape: readonly number[], options: KaimingOptions = {}): Tensor {
  return symmetricUniform(shape, Math.sqrt(3) * kaimingStd("kaimingUniform", shape, options), options);
}

/** Normal with standard deviation gain / √fan, for weights `[out, in, …]` (He et al., 2015). */
export function kaimingNormal(shape: readonly number[], options: KaimingOptions = {}): Tensor {
  return scaledNormal(shape, kaimingStd("kaimingNormal", shape, options), options);
}

function xavierStd(fn: string, shape: readonly number[], options: XavierOptions): number {
  checkOptions(fn, options, ["gain", "dtype", "generator"]);
  const { gain = 1 } = options;
  checkFinite(fn, "gain", gain);
  const { fanIn, fanOut } = fansOf(fn, shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingStd(fn: string, shape: readonly number[], options: KaimingOptions): number {
  checkOptions(fn, options, ["mode", "nonlinearity", "negativeSlope", "dtype", "generator"]);
  const { mode = "fanIn", nonlinearity = "leakyRelu", negativeSlope = 0 } = options;
  if (mode !== "fanIn" && mode !== "fanOut")
    throw new OptionError(`${fn}: mode must be "fanIn" or "fanOut", got ${String(mode)}`);
  return nonlinearityGain(nonlinearity, negativeSlope) / Math.sqrt(fansOf(fn, shape)[mode]);
}

function symmetricUniform(shape: readonly number[], bound: number, { dtype, generator }: InitOptions): Tensor {
  return mul(sub(mul(uniform(shape, { dtype, generator }), 2), 1), bound);
}

function scaledNormal(shape: readonly number[], std: number, { dtype, generator }: InitOptions): Tensor {
  return mul(randn(shape, { dtype, generator }), std);
}

function checkSpread(fn: string, mean: number, std: number): void {
  checkFinite(fn, "mean", mean);
  checkFinite(fn, "std", std);
  if (std < 0) throw new OptionError(`${fn}: std must be >= 0, got ${std}`);
}
