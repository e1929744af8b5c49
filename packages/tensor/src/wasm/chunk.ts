/**
 * How many values an elementwise kernel works on at a time: operands of 32 kB each stay in a core's second cache, so
 * that staging costs little more than reading.
 */
export const chunkSize = 8192;

/** From how many values on staging pays for a function that the reference computes to the same bits. */
export const exactFrom = 128;

/** A kernel of whole rows stages no longer ones whole (16 MB). */
export const longestRow: number = 1 << 22;
