/** Where `bytes` stop being UTF-8, or undefined when they are; a character cut off at the end counts at the end. */
export function invalidUtf8At(bytes: Uint8Array): number | undefined {
  if (decodes(bytes, false)) return undefined;
  // A prefix that decodes stays decodable when shortened, so the first bad byte can be bisected.
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (decodes(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  return good;
}

function decodes(bytes: Uint8Array, mayBeCut: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: mayBeCut });
    return true;
  } catch {
    return false;
  }
}
