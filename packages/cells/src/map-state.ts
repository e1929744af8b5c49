import type { Tensor } from "@unroll/tensor";

/** A state of the same names with each tensor mapped. */
export function mapState<S extends { [K in keyof S]: Tensor }>(
  state: S,
  fn: (value: Tensor, name: string) => Tensor,
): S {
  return Object.fromEntries(Object.entries<Tensor>(state).map(([name, value]) => [name, fn(value, name)])) as S;
}
