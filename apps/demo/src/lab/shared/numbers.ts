const minus = "−";

/**
 * A norm from its log10, with four significant digits, as `3.204e−7`: the digits are those of the command line, also where
 * a number itself could not be held.
 */
export function normText(log10: number, digits = 4): string {
  if (Number.isNaN(log10) || log10 === Number.POSITIVE_INFINITY) return "not finite";
  if (log10 === Number.NEGATIVE_INFINITY) return "0";
  if (log10 > -3 && log10 < 5) return (10 ** log10).toPrecision(digits).replace(/e\+?/, "e");
  let exponent = Math.floor(log10);
  let mantissa = Number((10 ** (log10 - exponent)).toFixed(digits - 1));
  if (mantissa >= 10) {
    mantissa /= 10;
    exponent++;
  }
  return `${mantissa.toFixed(digits - 1)}e${String(exponent).replace("-", minus)}`;
}

/** `3.4 k`, `1.2 G`: a count on an axis. */
export function compact(value: number): string {
  const units = ["", " k", " M", " G", " T", " P"];
  const rank = value === 0 ? 0 : Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.abs(value)) / 3)));
  return `${Number((value / 1000 ** rank).toPrecision(3))}${units[rank]}`;
}
