/** `x ^ y` from operations that all V8 versions round alike; `Math.pow` differs in its last digits between them. */
export function power(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(y)) return x === 1 ? 1 : y;
  if (Number.isInteger(y) && Math.abs(y) <= 1024) return y > 0 ? wholePower(x, y) : 1 / wholePower(x, -y);
  if (y === 0.5 && x >= 0) return Math.sqrt(x);
  if (x >= 0 || !Number.isFinite(y)) return realPower(Math.abs(x), y);
  if (Number.isInteger(y)) return y % 2 === 0 ? realPower(-x, y) : -realPower(-x, y);
  return x === Number.NEGATIVE_INFINITY ? realPower(-x, y) : Number.NaN;
}

function realPower(x: number, y: number): number {
  // 1 ^ ±∞ is 1 in C and PyTorch, while 0 * ∞ in the exponent would be NaN.
  return x === 1 ? 1 : Math.exp(y * Math.log(x));
}

/** Exponentiation by squaring. */
function wholePower(x: number, n: number): number {
  let result = 1;
  let square = x;
  for (let rest = n; ; square *= square) {
    if (rest % 2 === 1) result *= square;
    rest = Math.floor(rest / 2);
    if (rest === 0) return result;
  }
}
