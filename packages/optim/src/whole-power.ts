/** `base^n` for a whole `n >= 0`, from products alone: unlike `Math.pow`, they are the same in every JavaScript engine. */
export function wholePower(base: number, n: number): number {
  let [result, square] = [1, base];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
