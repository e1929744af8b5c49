// The shapes that the matrix product works in. The AssemblyScript sources import this file too: constants only.

/** Columns of B in one panel: two vectors. */
export const PANEL_COLUMNS = 8;
/** Rows of A in one panel; a tile uses 1 to 4 of them. */
export const PANEL_ROWS = 4;
/** Steps of k in one block: a panel of B then takes 8 KiB of the first cache. */
export const BLOCK_K = 256;
/** Rows of A in one block, a multiple of 3 and 4: the block takes 128 to 192 KiB of the second cache. */
export const BLOCK_M = 120;
/** Columns of B that are packed at a time. */
export const BLOCK_N = 512;
