import { show } from "./check.ts";
import { DataError } from "./errors.ts";

/** What an IDX file holds. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** Row-major; a view of the file's bytes. */
  readonly data: Uint8Array;
}

/** Pictures of digits and which digits they are. */
export interface Digits {
  readonly rows: number;
  readonly columns: number;
  /** One byte per pixel, 0 … 255, picture after picture, row after row. */
  readonly images: Uint8Array;
  /** One byte per picture. */
  readonly labels: Uint8Array;
}

/**
 * The array of bytes in an IDX file, the format of MNIST: two zeros, the type 8 for bytes, the number of axes, their sizes in
 * four bytes each, the most significant first, and the values.
 *
 * @example
 * ```ts
 * parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 7)).shape; // [2]
 * ```
 * @throws {DataError} when the bytes are no such file, or there are more or fewer than its header says
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  const fn = "parseIdx";
  if (!(bytes instanceof Uint8Array)) throw new DataError(`${fn}: expected the bytes of a file, got ${show(bytes)}`);
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0)
    throw new DataError(`${fn}: expected an IDX file, which begins with 0 0, got [${bytes.subarray(0, 4).join(", ")}]`);
  if (bytes[2] !== 8) throw new DataError(`${fn}: expected values of type 8, unsigned bytes, got type ${bytes[2]}`);
  const axes = bytes[3];
  const start = 4 + 4 * axes;
  if (bytes.length < start) throw new DataError(`${fn}: expected a header of ${start} bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, n) => product * n, 1);
  if (bytes.length !== start + size)
    throw new DataError(
      `${fn}: expected ${size} bytes for shape [${shape.join(", ")}] after the header, got ${bytes.length - start}`,
    );
  return { shape, data: bytes.subarray(start) };
}

/**
 * Pictures and labels from the bytes of two IDX files, such as MNIST's, wherever they come from.
 *
 * @example
 * ```ts
 * const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 10, 255);
 * const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 4);
 * digitsFromIdx(images, labels).columns; // 2
 * ```
 * @throws {DataError} when they are no IDX files, have other axes, or differ in how many there are
 */
export function digitsFromIdx(images: Uint8Array, labels: Uint8Array): Digits {
  const fn = "digitsFromIdx";
  const [pictures, names] = [named(fn, "images", images), named(fn, "labels", labels)];
  if (pictures.shape.length !== 3 || names.shape.length !== 1 || pictures.shape[0] !== names.shape[0])
    throw new DataError(
      `${fn}: expected images [N, rows, columns] and labels [N], got [${pictures.shape.join(", ")}] and [${names.shape.join(", ")}]`,
    );
  const [, rows, columns] = pictures.shape;
  return { rows, columns, images: pictures.data, labels: names.data };
}

function named(fn: string, what: string, bytes: Uint8Array): IdxArray {
  try {
    return parseIdx(bytes);
  } catch (cause) {
    throw new DataError(`${fn}: ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}
