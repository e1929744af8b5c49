import type { FlowSummary } from "../gradflow/summary.ts";

/** What stands where there is no number. */
export const noNumber = "–";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** `10⁻¹²`, or `1` for an exponent of 0. */
export function powerOfTen(exponent: number): string {
  if (exponent === 0) return "1";
  const digits = String(Math.abs(exponent)).replaceAll(/\d/g, (digit) => superscripts[Number(digit)]);
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** With a fixed number of decimals and a true minus sign; `–` for no number. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noNumber;
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** With so many significant digits, without an exponent between 0.001 and a million. */
export function significant(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noNumber;
  if (value === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (size >= -3 && size < 6) return fixed(value, Math.max(0, digits - 1 - size));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${mantissa.replace("-", "−")} × ${powerOfTen(Number(exponent))}`;
}

/** A validation value: four decimals below 1, three above. */
export function metricText(value: number | null): string {
  return fixed(value, value !== null && value < 1 ? 4 : 3);
}

/** `1 run`, `2,000 steps`. */
export function count(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `36,404`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

/** `48 s`, `2 min 31 s`, or `3 h 5 min` from two hours on. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes >= 120) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Steps until half is left, `∞` when nothing is lost, `–` when nothing could be fitted. */
export function halfLifeText({ halfLife, decayPerStep }: FlowSummary): string {
  if (halfLife !== null) return significant(halfLife, 3);
  return decayPerStep !== null && decayPerStep >= 1 ? "∞" : noNumber;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}
