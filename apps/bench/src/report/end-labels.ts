/** A label that wants to stand at a height. */
export interface LabelWish {
  /** Where its middle would be, in pixels down. */
  readonly y: number;
  readonly height: number;
}

interface Block {
  readonly members: number[];
  /** Where the top of the block would be if it were alone, as a sum over its members. */
  sum: number;
  height: number;
}

/**
 * Moves labels up and down so that none overlaps another or leaves the range, and the sum of squared moves is the
 * smallest possible (pool-adjacent-violators, as in isotonic regression). Labels keep the order of their wishes.
 *
 * @returns the middle of each label, in the order of the wishes; packed from the top when they do not fit
 */
export function placeLabels(wishes: readonly LabelWish[], top: number, bottom: number): number[] {
  const order = wishes.map((_, i) => i).sort((a, b) => wishes[a].y - wishes[b].y || a - b);
  const blocks: Block[] = [];
  for (const i of order) {
    const { y, height } = wishes[i];
    let block: Block = { members: [i], sum: y - height / 2, height };
    for (let last = blocks[blocks.length - 1]; last && topOf(last) + last.height > topOf(block); ) {
      blocks.pop();
      block = {
        members: [...last.members, ...block.members],
        sum: last.sum + block.sum - block.members.length * last.height,
        height: last.height + block.height,
      };
      last = blocks[blocks.length - 1];
    }
    blocks.push(block);
  }
  const placed = new Array<number>(wishes.length).fill(0);
  const tops = blocks.map(topOf);
  // What sticks out below is pushed up, block by block; what sticks out above is pushed down, and wins.
  let limit = bottom;
  for (let k = blocks.length - 1; k >= 0; k--) {
    tops[k] = Math.min(tops[k], limit - blocks[k].height);
    limit = tops[k];
  }
  limit = top;
  blocks.forEach((block, k) => {
    let y = Math.max(tops[k], limit);
    for (const i of block.members) {
      placed[i] = y + wishes[i].height / 2;
      y += wishes[i].height;
    }
    limit = y;
  });
  return placed;
}

function topOf(block: Block): number {
  return block.sum / block.members.length;
}
