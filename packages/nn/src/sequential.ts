import { OptionError } from "@unroll/tensor";
import type { Layer } from "./layer.ts";
import { Module } from "./module.ts";

/** What a {@link Sequential} is made of: layers, and functions without parameters such as `tanh`. */
export type Step = Layer<never[], unknown> | ((...inputs: never[]) => unknown);

/** What a step takes. */
export type InputsOf<S> =
  S extends Layer<infer In, unknown> ? In : S extends (...inputs: infer In) => unknown ? In : never;

/** What a step gives. */
export type OutputOf<S> = S extends { forward(...inputs: never[]): infer Out }
  ? Out
  : S extends (...inputs: never[]) => infer Out
    ? Out
    : never;

/** The type that an error shows for a step that cannot take what the one before it gives. */
export interface Misfit<Given, Expected> {
  readonly "this step is given": Given;
  readonly "but takes": Expected;
}

/** The steps themselves, with a {@link Misfit} where an output does not fit the next input. */
export type Fitting<Steps extends readonly Step[]> = Steps extends readonly [
  infer A,
  infer B extends Step,
  ...infer Rest extends readonly Step[],
]
  ? [OutputOf<A>] extends InputsOf<B>
    ? [A, ...Fitting<[B, ...Rest]>]
    : [A, Misfit<OutputOf<A>, InputsOf<B>>, ...Rest]
  : Steps;

type First<Steps extends readonly Step[]> = Steps extends readonly [infer A, ...unknown[]] ? A : Steps[number];
type Last<Steps extends readonly Step[]> = Steps extends readonly [...unknown[], infer Z] ? Z : Steps[number];

/**
 * Layers in a row: each takes what the one before it gives, which the type checker verifies. Functions of tensors may
 * stand between them. Its keys are PyTorch's: `0.weight`, `2.weight`.
 *
 * @example
 * ```ts
 * const model = new Sequential(new Linear(3, 8), tanh, new Linear(8, 1));
 * model.forward(zeros([5, 3])).shape; // [5, 1]
 * ```
 */
export class Sequential<const Steps extends readonly [Step, ...Step[]]>
  extends Module
  implements Layer<InputsOf<First<Steps>>, OutputOf<Last<Steps>>>
{
  /** How many steps there are. */
  readonly length: number;

  /** @throws {OptionError} when there is no step, or one is neither a layer nor a function */
  constructor(...steps: Steps & Fitting<Steps>) {
    super();
    if (steps.length === 0) throw new OptionError("Sequential: expected at least one layer");
    steps.forEach((step: unknown, i: number) => {
      if (typeof step !== "function" && typeof (step as Layer<never[], unknown> | null)?.forward !== "function")
        throw new OptionError(`Sequential: step ${i} must be a layer with forward, or a function, got ${typeof step}`);
      Object.defineProperty(this, i, { value: step, enumerable: true });
    });
    this.length = steps.length;
  }

  /** The steps, in order. */
  get steps(): Steps {
    return Array.from({ length: this.length }, (_, i) => this.at(i)) as unknown as Steps;
  }

  /** The step at `index`; negative counts from the end. */
  at(index: number): Steps[number] {
    const step = (this as unknown as Record<number, Steps[number]>)[index < 0 ? index + this.length : index];
    if (step === undefined) throw new OptionError(`Sequential: no step ${index}, it has ${this.length}`);
    return step;
  }

  /** Takes what the first step takes, and gives what the last one gives. */
  forward(...inputs: InputsOf<First<Steps>>): OutputOf<Last<Steps>> {
    let values: unknown[] = inputs;
    for (const step of this.steps) {
      values = [typeof step === "function" ? step(...(values as never[])) : step.forward(...(values as never[]))];
    }
    return values[0] as OutputOf<Last<Steps>>;
  }
}
