/** How errors name a value that came instead of the expected one: `number 3`, `string "a"`, `an array`, `null`. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `string ${JSON.stringify(value)}`;
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return `${typeof value} ${String(value)}`;
  if (Symbol.for("unroll.tensor") in value) return "a tensor";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? "an empty object" : `an object with keys ${keys.slice(0, 4).join(", ")}`;
}
