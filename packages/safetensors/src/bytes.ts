/** Whether typed arrays of this machine lie in memory as the format wants them. */
export function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** Reverses each group of `width` bytes in place: the step between the two byte orders. */
export function reverseGroups(bytes: Uint8Array, width: number): Uint8Array {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}
