import katex from "katex";
import type { Plugin } from "vite";
import { equations } from "../src/story/equations.ts";

const id = "virtual:equations";

/**
 * An equation as MathML, which browsers set themselves: neither scripts nor fonts nor styles of KaTeX reach the page.
 *
 * @throws {ParseError} for TeX that KaTeX does not know
 */
export function mathOf(tex: string): string {
  const html = katex.renderToString(tex, { output: "mathml", displayMode: true, throwOnError: true, strict: "error" });
  const math = /<math[\s\S]*<\/math>/.exec(html)?.[0];
  if (math === undefined) throw new Error(`no MathML for ${tex}`);
  // The source would be a second copy of every equation.
  return math.replace(/<annotation[\s\S]*?<\/annotation>/, "");
}

/** `virtual:equations`: the story's equations by name, rendered while the page is built. */
export function renderEquations(): Plugin {
  return {
    name: "unroll-equations",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(loaded) {
      if (loaded !== `\0${id}`) return undefined;
      const rendered = Object.fromEntries(Object.entries(equations).map(([name, tex]) => [name, mathOf(tex)]));
      return `export const equations = ${JSON.stringify(rendered)};`;
    },
  };
}
