/** The bits of the float32 that equals a float16 (IEEE 754 binary16); every float16 has one, NaN payloads included. */
export function float16ToFloat32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // Subnormal in float16, normal in float32: move the leading one to where the format leaves it out.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

/** The bits of the float32 that equals a bfloat16, which is a float32 without its lower half. */
export function bfloat16ToFloat32Bits(brain: number): number {
  return (brain << 16) >>> 0;
}
