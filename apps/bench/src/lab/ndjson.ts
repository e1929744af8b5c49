/** A line of NDJSON: arrays of numbers as lists, what is no finite number as null. */
export function lineOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    ArrayBuffer.isView(part) ? Array.from(part as Float32Array) : part,
  );
}
