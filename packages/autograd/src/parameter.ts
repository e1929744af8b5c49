import {
  accumulate,
  checkTensor,
  DTypeError,
  isFloat,
  mutate,
  type NestedArray,
  Tensor,
  tensor,
  zeros,
} from "@unroll/tensor";
import type { LeafNode } from "./node.ts";
import { startRecording } from "./record.ts";
import { nextId } from "./state.ts";

const brand = Symbol.for("unroll.parameter");

/** A tensor that is learned: gradients reach it, optimizers change it, modules find it. */
export class Parameter extends Tensor {
  /**
   * The sum of the gradients since the last {@link zeroGrad}; undefined until a backward pass reaches the parameter. The
   * buffer behind it is kept and reused, so take a copy of what must outlive the next backward pass.
   */
  grad: Tensor | undefined = undefined;
  /** What errors call this parameter; modules set it to its name. */
  label: string | undefined = undefined;
  #buffer: Tensor | undefined = undefined;

  /** @internal Use `parameter(values)`. */
  constructor(values: Tensor) {
    super(values.shape, values.dtype, values.storage, values.offset);
    Object.defineProperty(this, brand, { value: true });
    this.node = leaf(this, this);
  }

  static override is(value: unknown): value is Parameter {
    return Tensor.is(value) && brand in value;
  }

  /** Forgets the gradient; its buffer is kept for the next one. */
  zeroGrad(): void {
    this.grad = undefined;
  }

  /** @internal Adds to the gradient in place. */
  accumulate(gradient: Tensor): void {
    const values = gradient.data;
    if (this.grad === undefined) {
      this.#buffer ??= zeros(this.shape, { dtype: this.dtype });
      this.grad = this.#buffer;
      mutate(this.grad, (data) => data.set(values));
      return;
    }
    mutate(this.grad, (data) => accumulate(data, values));
  }
}

function leaf(of: Tensor, parameter: Parameter | undefined): LeafNode {
  startRecording();
  return { kind: "leaf", id: nextId(), shape: of.shape, dtype: of.dtype, parameter };
}

function checkFloat(fn: string, x: Tensor): void {
  checkTensor(fn, x);
  if (!isFloat(x.dtype)) throw new DTypeError(`${fn}: gradients need float32 or float64, got ${x.dtype}; use cast`);
}

/**
 * A parameter with the given values; a tensor's values are taken over, not copied.
 *
 * @example
 * ```ts
 * const w = parameter([[1, 2], [3, 4]]);
 * backward(sum(mul(w, w)));
 * w.grad?.toArray(); // [[2, 4], [6, 8]]
 * ```
 * @throws {DTypeError} unless float32 or float64
 */
export function parameter(values: Tensor | NestedArray): Parameter {
  const x = Tensor.is(values) ? values : tensor(values);
  checkFloat("parameter", x);
  return new Parameter(x);
}

/**
 * The same values as a fresh input of a graph, for which {@link grad} can be asked: PyTorch's `requires_grad_`.
 *
 * @example
 * ```ts
 * const x = requireGrad(tensor([1, 2]));
 * grad(sum(exp(x)), [x])[0].toArray(); // [2.7182817459106445, 7.389056205749512]
 * ```
 * @throws {DTypeError} unless float32 or float64
 */
export function requireGrad(x: Tensor): Tensor {
  return inputLeaf("requireGrad", x);
}

/** A new leaf with the values of `x`, for a function that an error shall name. */
export function inputLeaf(fn: string, x: Tensor): Tensor {
  checkFloat(fn, x);
  const input = new Tensor(x.shape, x.dtype, x.storage, x.offset);
  input.node = leaf(input, undefined);
  return input;
}
