import { madd } from "./vector";

// The innermost loops of the matrix product. V8 replaces its first, simple code of a function by optimised code between
// calls only. So whatever loops long is a function of its own that is called again and again, and is not inlined.

/**
 * `count` tiles of `rows` (a constant) rows below each other, 8 columns wide. The panel of A belonging to a tile begins
 * `aTile` bytes after the one before; B's next row is `bStep` bytes on. Accumulators begin as `start`, whose rows are
 * `startRow` bytes apart, or as 0 where `start` is 0.
 */
@inline
function tiles(
  rows: i32, count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize,
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

export function tiles4(
  count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize, startRow: usize,
): void {
  tiles(4, count, c, cRow, a, aTile, b, bStep, start, startRow);
}

export function tiles3(
  count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize, startRow: usize,
): void {
  tiles(3, count, c, cRow, a, aTile, b, bStep, start, startRow);
}

export function tiles2(
  count: i32, c: usize, cRow: usize, a: usize, aTile: usize, b: usize, bStep: usize, start: usize, startRow: usize,
): void {
  tiles(2, count, c, cRow, a, aTile, b, bStep, start, startRow);
}

/** One row of A, its values `aStep` bytes apart, times `panels` panels of 8 columns. */
export function row(
  c: usize, a: usize, aStep: usize, b: usize, bStep: usize, bPanel: usize, panels: i32, start: usize, k: i32,
): void {
  // Four panels at a time: two accumulators alone would wait for each other's last sum. They are called from two places,
  // since what is called from one is inlined by the optimizer, and here the registers would not do.
  for (; panels >= 4; panels -= 4) {
    if (start == 0) c = fourPanels(c, a, aStep, b, bStep, bPanel, 0, k);
    else {
      c = fourPanels(c, a, aStep, b, bStep, bPanel, start, k);
      start += 128;
    }
    b += bPanel << 2;
  }
  for (; panels > 0; panels--) {
    c = onePanel(c, a, aStep, b, bStep, start, k);
    b += bPanel;
    if (start != 0) start += 32;
  }
}

export function onePanel(c: usize, a: usize, aStep: usize, b: usize, bStep: usize, start: usize, k: i32): usize {
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

function fourPanels(
  c: usize, a: usize, aStep: usize, b: usize, bStep: usize, bPanel: usize, start: usize, k: i32,
): usize {
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
