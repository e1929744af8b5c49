/**
 * @param {number} milliseconds
 * @returns {string} seconds with one decimal
 */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/**
 * @typedef {object} Steps
 * @property {<T>(title: string, work: () => Promise<T>) => Promise<T>} run says what begins, does it, says how long it took
 * @property {(title: string) => void} skip says what need not be done again
 * @property {(what: string) => void} ready says that the preparation is over, how long it took, and what comes now
 */

/**
 * Numbered steps that say what they do and how long they took.
 *
 * @param {number} total how many steps there are
 * @param {{ write?: (line: string) => void, now?: () => number }} [options]
 * @returns {Steps}
 */
export function createSteps(total, { write = (line) => process.stdout.write(line), now = Date.now } = {}) {
  const begin = now();
  let index = 0;
  return {
    async run(title, work) {
      index += 1;
      write(`[${index}/${total}] ${title} ...\n`);
      const start = now();
      const result = await work();
      write(`[${index}/${total}] done in ${seconds(now() - start)}\n`);
      return result;
    },
    skip(title) {
      index += 1;
      write(`[${index}/${total}] ${title}: nothing to do\n`);
    },
    ready(what) {
      write(`ready after ${seconds(now() - begin)}; now ${what}\n`);
    },
  };
}
