import { type Parameter, parameter } from "@unroll/autograd";
import { orthogonal } from "@unroll/nn";
import { assign, checkBoolean, describe, type Generator, mul, OptionError, sub, uniform } from "@unroll/tensor";
import { checkWord } from "./checks.ts";

/** What all recurrent cells take. */
export interface CellOptions {
  /** Add `bias_ih` and `bias_hh` (default true). */
  bias?: boolean;
  /** How the recurrent weight starts: uniform as PyTorch (default), or orthogonal for each gate by itself. */
  recurrentInit?: "uniform" | "orthogonal";
  /** float32 unless given. */
  dtype?: "float32" | "float64";
  /** Where initial values are drawn from; the default generator unless given. */
  generator?: Generator;
}

/** The option names that every cell knows. */
export const cellOptions: readonly string[] = ["bias", "recurrentInit", "dtype", "generator"];

/** Throws unless the options that every cell knows have values of their kinds. */
export function checkCellOptions(fn: string, options: CellOptions): void {
  const { bias = true, recurrentInit = "uniform", dtype = "float32", generator } = options;
  checkBoolean(fn, "bias", bias, false);
  checkWord(fn, "recurrentInit", recurrentInit, ["uniform", "orthogonal"]);
  checkWord(fn, "dtype", dtype, ["float32", "float64"]);
  // Known by what it can do, since another copy of the package may have made it.
  if (generator !== undefined && typeof generator?.reserve !== "function")
    throw new OptionError(`${fn}: generator must be a Generator, got ${describe(generator)}`);
}

/** The parameters of a cell with `gates` gates, in PyTorch's layout: one block of H rows a gate. */
export interface CellParameters {
  readonly weight_ih: Parameter;
  readonly weight_hh: Parameter;
  readonly bias_ih: Parameter | undefined;
  readonly bias_hh: Parameter | undefined;
}

/**
 * `weight_ih [G H, I]`, `weight_hh [G H, H]` and two biases `[G H]`, all uniform in ±1/sqrt(H) as PyTorch draws them, or
 * with `weight_hh` orthogonal per gate.
 */
export function cellParameters(
  gates: number,
  inputSize: number,
  hiddenSize: number,
  options: CellOptions,
): CellParameters {
  const { bias = true, recurrentInit = "uniform", dtype = "float32", generator } = options;
  const bound = 1 / Math.sqrt(hiddenSize);
  const draw = (shape: readonly number[]) =>
    parameter(mul(sub(mul(uniform(shape, { dtype, generator }), 2), 1), bound));
  const rows = gates * hiddenSize;
  return {
    weight_ih: draw([rows, inputSize]),
    weight_hh:
      recurrentInit === "uniform"
        ? draw([rows, hiddenSize])
        : parameter(orthogonal([rows, hiddenSize], { gates, dtype, generator })),
    bias_ih: bias ? draw([rows]) : undefined,
    bias_hh: bias ? draw([rows]) : undefined,
  };
}

/** Sets one gate's bias, if there are biases: `value` in `bias_ih` and 0 in `bias_hh`, so that their sum is `value`. */
export function setGateBias(parameters: CellParameters, gate: number, hiddenSize: number, value: number): void {
  for (const [bias, fill] of [
    [parameters.bias_ih, value],
    [parameters.bias_hh, 0],
  ] as const) {
    if (bias === undefined) continue;
    const values = bias.data.slice();
    values.fill(fill, gate * hiddenSize, (gate + 1) * hiddenSize);
    assign(bias, values);
  }
}

/** The common options that differ from PyTorch's defaults. */
export function describeOptions({ bias = true, recurrentInit = "uniform", dtype = "float32" }: CellOptions): string[] {
  const parts: string[] = [];
  if (!bias) parts.push("bias: false");
  if (recurrentInit !== "uniform") parts.push(`recurrentInit: ${recurrentInit}`);
  if (dtype !== "float32") parts.push(`dtype: ${dtype}`);
  return parts;
}
