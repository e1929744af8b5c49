import { BLOCK_K, BLOCK_M, BLOCK_N, PANEL_COLUMNS } from "../src/gemm-blocks";
import { copyPanels4, packB, packLanes } from "./pack";
import { loadPartial, madd, storePartial } from "./vector";

// C = A·B in tiles of up to 4 rows and 8 columns. Each value of C has one accumulator, to which k = 0, 1, … are added in
// this order on every path: it depends on its row of A and its column of B alone, bit for bit.
//
// V8 replaces its first, simple code of a function by optimised code between calls only. So whatever loops long is a
// function of its own that is called again and again, and is not inlined.

/**
 * `count` tiles of `rows` (a constant) rows below each other, 8 columns wide. The panel of A belonging to a tile begins
 * `aTile` bytes after the one before; B's next row is `bStep` bytes on. Accumulators begin as `start`, whose rows are
 * `startRow` bytes apart, or as 0 where `start` is 0.
 */
@inline
function tiles(
  rows: i32,
  count: i32,
  c: usize,
  cRow: usize,
  a: usize,
  aTile: usize,
  b: usize,
  bStep: usize,
  start: usize,
  startRow: usize,
): void {
  for (; count > 0; count--) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    if (start != 0) {
      c00 = v128.load(start);
      c01 = v128.load(start, 16);
      start += startRow;
      if (rows > 1) {
        c10 = v128.load(start);
        c11 = v128.load(start, 16);
        start += startRow;
      }
      if (rows > 2) {
        c20 = v128.load(start);
        c21 = v128.load(start, 16);
        start += startRow;
      }
      if (rows > 3) {
        c30 = v128.load(start);
        c31 = v128.load(start, 16);
        start += startRow;
      }
    }
    const end = a + aTile;
    let at = b;
    while (a != end) {
      const b0 = v128.load(at);
      const b1 = v128.load(at, 16);
      const a0 = v128.load32_splat(a);
      c00 = madd(a0, b0, c00);
      c01 = madd(a0, b1, c01);
      if (rows > 1) {
        const a1 = v128.load32_splat(a, 4);
        c10 = madd(a1, b0, c10);
        c11 = madd(a1, b1, c11);
      }
      if (rows > 2) {
        const a2 = v128.load32_splat(a, 8);
        c20 = madd(a2, b0, c20);
        c21 = madd(a2, b1, c21);
      }
      if (rows > 3) {
        const a3 = v128.load32_splat(a, 12);
        c30 = madd(a3, b0, c30);
        c31 = madd(a3, b1, c31);
      }
      a += 16;
      at += bStep;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    c += cRow;
    if (rows > 1) {
      v128.store(c, c10);
      v128.store(c, c11, 16);
      c += cRow;
    }
    if (rows > 2) {
      v128.store(c, c20);
      v128.store(c, c21, 16);
      c += cRow;
    }
    if (rows > 3) {
      v128.store(c, c30);
      v128.store(c, c31, 16);
      c += cRow;
    }
  }
}

function tiles4(count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize, startRow: usize): void {
  tiles(4, count, c, cRow, a, aTile, b, bStep, start, startRow);
}

function tiles3(count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize, startRow: usize): void {
  tiles(3, count, c, cRow, a, aTile, b, bStep, start, startRow);
}

function tiles2(count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize, startRow: usize): void {
  tiles(2, count, c, cRow, a, aTile, b, bStep, start, startRow);
}

/** One row of A, its values `aStep` bytes apart, times `panels` panels of 8 columns. */
function row(c: usize, a: usize, aStep: usize, b: usize, bStep: usize, bPanel: usize, panels: i32, start: usize, k: i32): void {
  // Four panels at a time: two accumulators alone would wait for each other's last sum.
  for (; panels >= 4; panels -= 4) {
    c = fourPanels(c, a, aStep, b, bStep, bPanel, start, k);
    b += bPanel << 2;
    if (start != 0) start += 128;
  }
  for (; panels > 0; panels--) {
    c = onePanel(c, a, aStep, b, bStep, start, k);
    b += bPanel;
    if (start != 0) start += 32;
  }
}

function onePanel(c: usize, a: usize, aStep: usize, b: usize, bStep: usize, start: usize, k: i32): usize {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  if (start != 0) {
    c0 = v128.load(start);
    c1 = v128.load(start, 16);
  }
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b), c0);
    c1 = madd(x, v128.load(b, 16), c1);
    a += aStep;
    b += bStep;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  return c + 32;
}

function fourPanels(c: usize, a: usize, aStep: usize, b: usize, bStep: usize, bPanel: usize, start: usize, k: i32): usize {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let c4 = c0;
  let c5 = c0;
  let c6 = c0;
  let c7 = c0;
  if (start != 0) {
    c0 = v128.load(start);
    c1 = v128.load(start, 16);
    c2 = v128.load(start, 32);
    c3 = v128.load(start, 48);
    c4 = v128.load(start, 64);
    c5 = v128.load(start, 80);
    c6 = v128.load(start, 96);
    c7 = v128.load(start, 112);
  }
  let b1 = b + bPanel;
  let b2 = b1 + bPanel;
  let b3 = b2 + bPanel;
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(b), c0);
    c1 = madd(x, v128.load(b, 16), c1);
    c2 = madd(x, v128.load(b1), c2);
    c3 = madd(x, v128.load(b1, 16), c3);
    c4 = madd(x, v128.load(b2), c4);
    c5 = madd(x, v128.load(b2, 16), c5);
    c6 = madd(x, v128.load(b3), c6);
    c7 = madd(x, v128.load(b3, 16), c7);
    a += aStep;
    b += bStep;
    b1 += bStep;
    b2 += bStep;
    b3 += bStep;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
  return c + 128;
}

/**
 * How many tiles of 4 rows `m` rows are cut into; the rest are tiles of 3, and one of 1 or 2 where m is 1, 2 or 5. The
 * relaxed build prefers tiles of 4, the plain one tiles of 3, where two vectors of products and sums more do not fit into
 * the registers.
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

/** Room for a packed block of A; no more than a third of its rows are tiles. */
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
function panel(c: usize, cRow: usize, a: usize, b: usize, bStep: usize, start: usize, startRow: usize, m: i32, k: i32): void {
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
function block(c: usize, cRow: usize, a: usize, aStep: usize, b: usize, bStep: usize, bPanel: usize, bEdge: usize, start: usize, startRow: usize, m: i32, n: i32, k: i32, edge: usize): void {
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
function rows(c: usize, cRow: usize, a: usize, aRow: usize, aColumn: usize, b: usize, bStep: usize, bPanel: usize, bEdge: usize, start: usize, startRow: usize, m: i32, n: i32, k: i32, scratch: usize): void {
  const packed = scratch + edgeBytes(m);
  if (m == 1) {
    block(c, cRow, a, aColumn, b, bStep, bPanel, bEdge, start, startRow, 1, n, k, scratch);
    return;
  }
  while (m > 0) {
    const size = min(m, BLOCK_M);
    packA(packed, a, aRow, aColumn, size, k);
    // The last row of a matrix is like a matrix of one row.
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
export function gemmPacked(c: usize, ldc: i32, a: usize, aRow: i32, aColumn: i32, panels: usize, m: i32, n: i32, k: i32, start: usize, startRow: i32, scratch: usize): void {
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
export function gemm(c: usize, ldc: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32, m: i32, n: i32, k: i32, start: usize, startRow: i32, scratch: usize): void {
  if (start == 0) startRow = 0;
  const packed = scratch + edgeBytes(m) + packedBytes(m, k);
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
