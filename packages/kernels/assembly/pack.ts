import { PANEL_COLUMNS } from "../src/gemm-blocks";

// Panels hold a few rows of A, or columns of B, for all k: 4 or 8 values for k = 0, then those for k = 1, and so on.
// Such a row or column is called a lane here, since that is what it becomes.

/**
 * Packs four lanes of `k` values each: `dst[i * dstStep + lane] = src[i * kStride + lane * laneStride]`; lanes from `lanes`
 * on hold anything. Strides in bytes.
 */
export function packLanes(
  dst: usize, dstStep: usize, src: usize, laneStride: usize, kStride: usize, lanes: i32, k: i32,
): void {
  const src1 = lanes > 1 ? src + laneStride : src;
  const src2 = lanes > 2 ? src1 + laneStride : src1;
  const src3 = lanes > 3 ? src2 + laneStride : src2;
  if (kStride == 4) {
    transposeLanes(dst, dstStep, src, src1, src2, src3, k >> 2);
    const done = <usize>(k & ~3);
    gatherLanes(dst + done * dstStep, dstStep, src, src1, src2, src3, 4, done << 2, k & 3);
  } else gatherLanes(dst, dstStep, src, src1, src2, src3, kStride, 0, k);
}

/** Four lanes that lie along k, in squares of 4 by 4. */
function transposeLanes(
  dst: usize, dstStep: usize, src: usize, src1: usize, src2: usize, src3: usize, squares: i32,
): void {
  for (; squares > 0; squares--) {
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
}

/** Four lanes of any stride, from `offset` on. */
function gatherLanes(
  dst: usize, dstStep: usize, src: usize, src1: usize, src2: usize, src3: usize, kStride: usize, offset: usize,
  k: i32,
): void {
  for (; k > 0; k--) {
    let v = v128.load32_splat(src + offset);
    v = v128.load32_lane(src1 + offset, v, 1);
    v = v128.load32_lane(src2 + offset, v, 2);
    v128.store(dst, v128.load32_lane(src3 + offset, v, 3));
    dst += dstStep;
    offset += kStride;
  }
}

/**
 * Packs panels of 4 neighbouring values for each k, each `step` bytes after the one before. Four steps of k at a time: they
 * fill a cache line of the panel and are read along the rows of the source.
 */
export function copyPanels4(
  dst: usize, dstPanel: usize, src: usize, step: usize, kStride: usize, panels: i32, k: i32,
): void {
  for (; k >= 4; k -= 4) {
    copySquares(dst, dstPanel, src, step, kStride, panels);
    dst += 64;
    src += kStride << 2;
  }
  for (; k > 0; k--) {
    copyRow4(dst, dstPanel, src, step, panels);
    dst += 16;
    src += kStride;
  }
}

function copySquares(dst: usize, dstPanel: usize, src: usize, step: usize, kStride: usize, panels: i32): void {
  let src1 = src + kStride;
  let src2 = src1 + kStride;
  let src3 = src2 + kStride;
  for (; panels > 0; panels--) {
    v128.store(dst, v128.load(src));
    v128.store(dst, v128.load(src1), 16);
    v128.store(dst, v128.load(src2), 32);
    v128.store(dst, v128.load(src3), 48);
    dst += dstPanel;
    src += step;
    src1 += step;
    src2 += step;
    src3 += step;
  }
}

function copyRow4(dst: usize, dstPanel: usize, src: usize, step: usize, panels: i32): void {
  for (; panels > 0; panels--) {
    v128.store(dst, v128.load(src));
    dst += dstPanel;
    src += step;
  }
}

/** Packs panels of 8 neighbouring values for each k, two panels at a time: together they read whole cache lines. */
function copyPanels8(dst: usize, dstPanel: usize, src: usize, kStride: usize, panels: i32, k: i32): void {
  for (; panels >= 2; panels -= 2) {
    copyTwo(dst, dst + dstPanel, src, kStride, k);
    dst += dstPanel << 1;
    src += 64;
  }
  if (panels > 0) copyOne(dst, src, kStride, k);
}

function copyTwo(dst: usize, dst1: usize, src: usize, kStride: usize, k: i32): void {
  for (; k > 0; k--) {
    v128.store(dst, v128.load(src));
    v128.store(dst, v128.load(src, 16), 16);
    v128.store(dst1, v128.load(src, 32));
    v128.store(dst1, v128.load(src, 48), 16);
    dst += 32;
    dst1 += 32;
    src += kStride;
  }
}

function copyOne(dst: usize, src: usize, kStride: usize, k: i32): void {
  for (; k > 0; k--) {
    v128.store(dst, v128.load(src));
    v128.store(dst, v128.load(src, 16), 16);
    dst += 32;
    src += kStride;
  }
}

/**
 * Packs B, `k` by `n`, into panels of 8 columns, the last one filled up with anything: `⌈n/8⌉ * k * 8` values to `dst`.
 * Strides between rows and columns in values.
 */
export function packB(dst: usize, b: usize, rowStride: i32, columnStride: i32, k: i32, n: i32): void {
  const row = (<usize>rowStride) << 2;
  const column = (<usize>columnStride) << 2;
  const panel = (<usize>k) << 5;
  if (columnStride == 1) {
    const panels = n / PANEL_COLUMNS;
    copyPanels8(dst, panel, b, row, panels, k);
    dst += panel * panels;
    b += (<usize>panels) << 5;
    n -= panels * PANEL_COLUMNS;
  }
  for (; n > 0; n -= PANEL_COLUMNS) {
    packLanes(dst, 32, b, column, row, min(n, 4), k);
    // The second half of a panel that is 4 columns wide repeats its first.
    packLanes(dst + 16, 32, n > 4 ? b + (column << 2) : b, column, row, n > 4 ? min(n - 4, 4) : min(n, 4), k);
    dst += panel;
    b += column << 3;
  }
}
