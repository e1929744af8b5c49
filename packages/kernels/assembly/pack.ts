import { PANEL_COLUMNS } from "../src/gemm-blocks";

// Panels hold a few rows of A, or columns of B, for all k: 4 or 8 values for k = 0, then those for k = 1, and so on.
// Such a row or column is called a lane here, since that is what it becomes.

/**
 * Writes four lanes of `k` values each: `dst[i * dstStep + lane] = src[i * kStride + lane * laneStride]`, 0 in lanes from
 * `lanes` on. Strides in bytes.
 */
export function packLanes(
  dst: usize,
  dstStep: usize,
  src: usize,
  laneStride: usize,
  kStride: usize,
  lanes: i32,
  k: i32,
): void {
  if (lanes == 4 && laneStride == 4) copyLanes(dst, dstStep, src, kStride, k);
  else if (lanes == 4 && kStride == 4) transposeLanes(dst, dstStep, src, laneStride, k);
  else gatherLanes(dst, dstStep, src, laneStride, kStride, lanes, k);
}

function copyLanes(dst: usize, dstStep: usize, src: usize, kStride: usize, k: i32): void {
  for (; k > 0; k--) {
    v128.store(dst, v128.load(src));
    dst += dstStep;
    src += kStride;
  }
}

function transposeLanes(dst: usize, dstStep: usize, src: usize, laneStride: usize, k: i32): void {
  let src1 = src + laneStride;
  let src2 = src1 + laneStride;
  let src3 = src2 + laneStride;
  for (; k >= 4; k -= 4) {
    const a = v128.load(src);
    const b = v128.load(src1);
    const c = v128.load(src2);
    const d = v128.load(src3);
    const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(dst, v128.shuffle<i64>(ab01, cd01, 0, 2));
    dst += dstStep;
    v128.store(dst, v128.shuffle<i64>(ab01, cd01, 1, 3));
    dst += dstStep;
    v128.store(dst, v128.shuffle<i64>(ab23, cd23, 0, 2));
    dst += dstStep;
    v128.store(dst, v128.shuffle<i64>(ab23, cd23, 1, 3));
    dst += dstStep;
    src += 16;
    src1 += 16;
    src2 += 16;
    src3 += 16;
  }
  if (k > 0) gatherLanes(dst, dstStep, src, laneStride, 4, 4, k);
}

function gatherLanes(
  dst: usize,
  dstStep: usize,
  src: usize,
  laneStride: usize,
  kStride: usize,
  lanes: i32,
  k: i32,
): void {
  for (; k > 0; k--) {
    let v = f32x4.splat(0);
    let from = src;
    if (lanes > 0) v = v128.load32_lane(from, v, 0);
    from += laneStride;
    if (lanes > 1) v = v128.load32_lane(from, v, 1);
    from += laneStride;
    if (lanes > 2) v = v128.load32_lane(from, v, 2);
    from += laneStride;
    if (lanes > 3) v = v128.load32_lane(from, v, 3);
    v128.store(dst, v);
    dst += dstStep;
    src += kStride;
  }
}

/**
 * Packs B, `k` by `n`, into panels of 8 columns, the last one filled up with 0: `⌈n/8⌉ * k * 8` values to `dst`. Strides
 * between rows and columns in values.
 */
export function packB(dst: usize, b: usize, rowStride: i32, columnStride: i32, k: i32, n: i32): void {
  const row = (<usize>rowStride) << 2;
  const column = (<usize>columnStride) << 2;
  for (; n > 0; n -= PANEL_COLUMNS) {
    packLanes(dst, 32, b, column, row, min(n, 4), k);
    packLanes(dst + 16, 32, b + (column << 2), column, row, max(min(n - 4, 4), 0), k);
    dst += (<usize>k) << 5;
    b += column << 3;
  }
}
