import { BLOCK_K, BLOCK_M, BLOCK_N, PANEL_COLUMNS } from "../src/gemm-blocks";
import { onePanel, row, tiles2, tiles3, tiles4 } from "./gemm-tiles";
import { copyPanels4, packB, packLanes } from "./pack";
import { loadPartial, storePartial } from "./vector";

// C = A·B in tiles of up to 4 rows and 8 columns. Each value of C has one accumulator, to which k = 0, 1, … are added in
// this order on every path: it depends on its row of A and its column of B alone, bit for bit.

/**
 * How many tiles of 4 rows `m` rows are cut into; the rest are tiles of 3, and one of 1 or 2 where m is 1, 2 or 5. With
 * fused multiply-adds, tiles of 4 are faster by a third; without, products need registers too and tiles of 3 are faster
 * by a tenth.
 */
function foursOf(m: i32): i32 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const threes = -m & 3;
    return m >= 3 * threes ? (m - 3 * threes) >> 2 : 0;
  }
  const fours = m % 3;
  return m >= 4 * fours ? fours : 0;
}

/** Room for the columns that are cut off. */
function edgeBytes(m: i32): usize {
  return (<usize>min(m, BLOCK_M)) << 5;
}

/** Room for a packed block of A, whose tiles have 3 rows at least on average, or are one. */
function packedBytes(m: i32, k: i32): usize {
  return (<usize>((min(m, BLOCK_M) + 2) / 3) * min(k, BLOCK_K)) << 4;
}

/** Packs `m` rows and `k` columns of A for the tiles that {@link panel} cuts them into. Strides in bytes. */
function packA(dst: usize, a: usize, aRow: usize, aColumn: usize, m: i32, k: i32): void {
  const aTile = (<usize>k) << 4;
  let fours = foursOf(m);
  if (aRow == 4) {
    copyPanels4(dst, aTile, a, 16, aColumn, fours, k);
    dst += aTile * fours;
    a += (<usize>fours) << 4;
    m -= 4 * fours;
    fours = 0;
    // A tile of 3 rows has room for the row below, which it does not use: copy it where there is one.
    const threes = (m - 1) / 3;
    copyPanels4(dst, aTile, a, 12, aColumn, threes, k);
    dst += aTile * threes;
    a += 12 * threes;
    m -= 3 * threes;
  }
  while (m > 0) {
    const rows = fours-- > 0 ? 4 : min(m, 3);
    packLanes(dst, 16, a, aRow, aColumn, rows, k);
    dst += aTile;
    a += aRow * rows;
    m -= rows;
  }
}

/** `m` packed rows of A times one panel of B. */
function panel(
  c: usize, cRow: usize, a: usize, b: usize, bStep: usize, start: usize, startRow: usize, m: i32, k: i32,
): void {
  const aTile = (<usize>k) << 4;
  const fours = foursOf(m);
  const threes = (m - 4 * fours) / 3;
  const last = m - 4 * fours - 3 * threes;
  tiles4(fours, c, cRow, a, aTile, b, bStep, start, startRow);
  c += cRow * (4 * fours);
  start += startRow * (4 * fours);
  a += aTile * fours;
  tiles3(threes, c, cRow, a, aTile, b, bStep, start, startRow);
  if (last == 0) return;
  c += cRow * (3 * threes);
  start += startRow * (3 * threes);
  a += aTile * threes;
  if (last == 2) tiles2(1, c, cRow, a, aTile, b, bStep, start, startRow);
  else onePanel(c, a, 16, b, bStep, start, k);
}

/** Copies the first `columns` < 8 values of `m` rows. */
function copyColumns(to: usize, toRow: usize, from: usize, fromRow: usize, columns: i32, m: i32): void {
  for (; m > 0; m--) {
    if (columns < 4) storePartial(to, loadPartial(from, columns), columns);
    else {
      v128.store(to, v128.load(from));
      storePartial(to + 16, loadPartial(from + 16, columns - 4), columns - 4);
    }
    to += toRow;
    from += fromRow;
  }
}

/**
 * `m` ≤ BLOCK_M rows of A, packed or one single row as it is, times `n` columns of B. Panels of B begin `bPanel` bytes
 * after each other and have all 8 columns, save for the last one, which is at `bEdge` where n is no multiple of 8.
 */
function block(
  c: usize, cRow: usize, a: usize, aStep: usize, b: usize, bStep: usize, bPanel: usize, bEdge: usize, start: usize,
  startRow: usize, m: i32, n: i32, k: i32, edge: usize,
): void {
  const panels = n / PANEL_COLUMNS;
  const columns = n % PANEL_COLUMNS;
  if (m == 1) row(c, a, aStep, b, bStep, bPanel, panels, start, k);
  else {
    let at = c;
    let from = start;
    for (let j = 0; j < panels; j++) {
      panel(at, cRow, a, b, bStep, from, startRow, m, k);
      at += 32;
      if (start != 0) from += 32;
      b += bPanel;
    }
  }
  if (columns == 0) return;
  // The kernels write 8 columns: those that C does not have are cut off here.
  c += (<usize>panels) << 5;
  if (start != 0) {
    copyColumns(edge, 32, start + ((<usize>panels) << 5), startRow, columns, m);
    start = edge;
  }
  if (m == 1) onePanel(edge, a, aStep, bEdge, 32, start, k);
  else panel(edge, 32, a, bEdge, 32, start, start == 0 ? 0 : 32, m, k);
  copyColumns(c, cRow, edge, 32, columns, m);
}

/** All rows of A times `n` columns and `k` ≤ BLOCK_K rows of B. Strides in bytes. */
function rows(
  c: usize, cRow: usize, a: usize, aRow: usize, aColumn: usize, b: usize, bStep: usize, bPanel: usize, bEdge: usize,
  start: usize, startRow: usize, m: i32, n: i32, k: i32, scratch: usize,
): void {
  if (m == 1) {
    block(c, cRow, a, aColumn, b, bStep, bPanel, bEdge, start, startRow, 1, n, k, scratch);
    return;
  }
  const packed = scratch + edgeBytes(m);
  while (m > 0) {
    const size = min(m, BLOCK_M);
    packA(packed, a, aRow, aColumn, size, k);
    block(c, cRow, packed, 16, b, bStep, bPanel, bEdge, start, startRow, size, n, k, scratch);
    c += cRow * size;
    a += aRow * size;
    if (start != 0) start += startRow * size;
    m -= size;
  }
}

/**
 * C = start + A·B with B packed by {@link packB}. Strides in values; `start` is the address of what the sums begin with,
 * its rows `startRow` values apart, or 0 for zeros; it may be C itself. `scratch` has the room that src/gemm.ts states.
 */
export function gemmPacked(
  c: usize, ldc: i32, a: usize, aRow: i32, aColumn: i32, panels: usize, m: i32, n: i32, k: i32, start: usize,
  startRow: i32, scratch: usize,
): void {
  if (start == 0) startRow = 0;
  const bPanel = (<usize>k) << 5;
  let first = true;
  for (let p = 0; first || p < k; p += BLOCK_K) {
    const depth = min(k - p, BLOCK_K);
    const b = panels + ((<usize>p) << 5);
    rows(
      c, (<usize>ldc) << 2,
      a + (((<usize>p) * aColumn) << 2), (<usize>aRow) << 2, (<usize>aColumn) << 2,
      b, 32, bPanel, b + bPanel * (n / PANEL_COLUMNS),
      first ? start : c, ((<usize>(first ? startRow : ldc)) << 2),
      m, n, depth, scratch,
    );
    first = false;
  }
}

/** C = start + A·B; all as for {@link gemmPacked}, with B as it is in memory, packed here block by block where it pays. */
export function gemm(
  c: usize, ldc: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, m: i32, n: i32, k: i32,
  start: usize, startRow: i32, scratch: usize,
): void {
  if (m == 0) return;
  if (start == 0) startRow = 0;
  if (n == 1 && m > 1 && ldc == 1 && (start == 0 || startRow == 1)) {
    // A column lies in memory like a row: Cᵀ = Bᵀ·Aᵀ has the same products in the same order, and fills the vectors.
    gemm(c, m, b, 0, bRow, a, aColumn, aRow, 1, m, k, start, 0, scratch);
    return;
  }
  const packed = scratch + edgeBytes(m) + packedBytes(m, k);
  // B in rows is read as it lies where few rows of A use it; for more, packing it once costs less than the cache misses.
  const inPlace = bColumn == 1 && m <= 8;
  for (let q = 0; q < n; q += BLOCK_N) {
    const width = min(n - q, BLOCK_N);
    const full = inPlace ? width & ~7 : 0;
    const cAt = c + ((<usize>q) << 2);
    let first = true;
    for (let p = 0; first || p < k; p += BLOCK_K) {
      const depth = min(k - p, BLOCK_K);
      const bAt = b + (((<usize>p) * bRow + (<usize>q) * bColumn) << 2);
      const bPanel = (<usize>depth) << 5;
      packB(packed, bAt + (((<usize>full) * bColumn) << 2), bRow, bColumn, depth, width - full);
      const startAt = first ? (start == 0 ? 0 : start + ((<usize>q) << 2)) : cAt;
      rows(
        cAt, (<usize>ldc) << 2,
        a + (((<usize>p) * aColumn) << 2), (<usize>aRow) << 2, (<usize>aColumn) << 2,
        inPlace ? bAt : packed, inPlace ? (<usize>bRow) << 2 : 32, inPlace ? 32 : bPanel,
        inPlace ? packed : packed + bPanel * (width / PANEL_COLUMNS),
        startAt, ((<usize>(first ? startRow : ldc)) << 2),
        m, width, depth, scratch,
      );
      first = false;
    }
  }
}
