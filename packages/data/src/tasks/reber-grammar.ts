import type { Generator } from "@unroll/tensor";

/** The symbols in the order of their places in a one-hot vector. */
export const reberSymbols = "BTPSXVE";

/** For each node the two edges that leave it, each a symbol and where it leads; both are equally likely. */
const edges: readonly (readonly [string, number])[][] = [
  [
    ["T", 1],
    ["P", 2],
  ],
  [
    ["S", 1],
    ["X", 3],
  ],
  [
    ["T", 2],
    ["V", 4],
  ],
  [
    ["X", 2],
    ["S", 5],
  ],
  [
    ["P", 3],
    ["V", 5],
  ],
];

/** A string of the grammar, and what could have stood in each place. */
export interface ReberString {
  readonly text: string;
  /** For each place the symbols that the grammar allows there, after what came before. */
  readonly allowed: readonly string[];
}

/** A random string of the Reber grammar: B, a walk along the edges, E. */
export function reberString(generator: Generator): ReberString {
  let text = "B";
  const allowed = ["B"];
  for (let node = 0; node < edges.length; ) {
    const choices = edges[node];
    const [symbol, next] = choices[generator.integer(2)];
    text += symbol;
    allowed.push(choices[0][0] + choices[1][0]);
    node = next;
  }
  return { text: `${text}E`, allowed: [...allowed, "E"] };
}

/** A random string of the embedded grammar: B, T or P, a string of the Reber grammar, the same T or P, E. */
export function embeddedReberString(generator: Generator): ReberString {
  const kept = "TP"[generator.integer(2)];
  const inner = reberString(generator);
  return { text: `B${kept}${inner.text}${kept}E`, allowed: ["B", "TP", ...inner.allowed, kept, "E"] };
}
