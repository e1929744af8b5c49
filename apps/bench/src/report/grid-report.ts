import { groupBy } from "../grid/group.ts";
import type { GridResult } from "../grid/result.ts";
import type { VariantSummary } from "../grid/summary.ts";
import { renderContents } from "./contents.ts";
import { duration, grouped, listed } from "./format.ts";
import { renderGridSection } from "./grid-section.ts";
import { renderGridTable } from "./grid-table.ts";
import { escapeHtml } from "./html.ts";
import { style } from "./style.ts";

/**
 * The report of a grid as one HTML file: no script, no address outside itself, readable without a network, on a phone and
 * on paper.
 */
export function renderGridReport({ title, name, complete, runs, records, summary }: GridResult): string {
  const heading = (row: VariantSummary) => `${row.title}: ${row.settings}`;
  const groups = [...groupBy(summary, heading)];
  // Settings only where they tell sections apart.
  const nameOf = (full: string, task: string) =>
    groups.filter(([, [first]]) => first.title === task).length > 1 ? full : task;
  const sections = groups.map(([, rows], k) => {
    const [{ title: task, settings }] = rows;
    const own = records.filter(({ spec }) => rows.some((row) => sameVariant(row, spec)));
    return renderGridSection(`s${k}`, task, settings, rows, own);
  });
  const history = summary.filter(({ spec }) => spec.kind === "history");
  const seconds = records.reduce((sum, { outcome }) => sum + outcome.seconds, 0);
  const machines = [
    ...new Set(
      records.map(
        ({ environment: { cpu, cores, platform, node, unroll } }) =>
          `${cpu}, ${cores} cores, ${platform}, Node ${node.replace(/^v/, "")}, Unroll ${unroll}`,
      ),
    ),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style></head>
<body><main>
<header><h1>${escapeHtml(title)}</h1>
<p class="lead">${grouped(records.length)} of ${grouped(runs)} runs. Every cell reads the same sequences; a run ends when its task is solved on held-out sequences, or at its cap, which counts as not solved.</p>
${complete ? "" : '<p class="banner" role="status">This grid is not finished. What follows is what had ended until then; the same command with the same folder goes on.</p>'}
${renderContents([...(history.length === 0 ? [] : [["paper", "Beside the paper"] as const]), ...groups.map(([full, [row]], k) => [`s${k}`, nameOf(full, row.title)] as const), ["about", "What was measured"]])}</header>
${history.length === 0 ? "" : `<section aria-labelledby="paper"><h2 id="paper">Beside the paper</h2><p class="about">S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9(8), 1997, Tables 1 and 7 to 9. Weights change after each sequence; the paper leaves open whether those of the Reber grammar change after each symbol.</p>${renderGridTable(history, true)}</section>`}
${sections.length === 0 ? "<p>No run has ended.</p>" : sections.join("\n")}
<section aria-labelledby="about"><h2 id="about">What was measured</h2>
<dl>${definitions.map(([term, meaning]) => `<dt>${term}</dt><dd>${meaning}</dd>`).join("")}</dl>
<h3>Settings</h3>
<dl><dt>Grid</dt><dd><code>pnpm bench grid ${escapeHtml(name)}</code></dd><dt>Training time, all runs</dt><dd>${duration(seconds)}</dd><dt>Machine</dt><dd>${escapeHtml(listed(machines) || "–")}</dd></dl>
<p>The same settings and seeds give the same numbers, wall time apart. Every run is in <code>runs.ndjson</code>, and all numbers shown are in <code>result.json</code>, beside this report.</p></section>
<footer>Made by Unroll, charts by Apache ECharts.</footer>
</main></body></html>
`;
}

/** Whether a run belongs to a row: all its settings but the seed. */
function sameVariant(row: VariantSummary, spec: VariantSummary["spec"]): boolean {
  return JSON.stringify({ ...row.spec, seed: 0 }) === JSON.stringify({ ...spec, seed: 0 });
}

const definitions: readonly (readonly [string, string])[] = [
  [
    "Sequences to success",
    "How many sequences a run had been trained on at the first look at which its task was solved on 512 held-out sequences (for 1997: at which the paper's criterion held over the 2,000 most recent ones). Medians and middle halves are over all seeds; a run that hit its cap lies above all that solved.",
  ],
  ["Chance", "The exact loss of the best answer that remembers nothing of what it should."],
  [
    "Half-life before training",
    "A probe L = ⟨u, s<sub>T</sub>⟩ with a random unit vector u is put on the whole state at each sequence's last step; a line through the mean of ln ‖∂L/∂s‖ against the lag, without the first 5 %, gives ln 2 / −slope. ∞ where nothing is lost.",
  ],
  [
    "FLOP",
    "In theory: two operations for each weight and use, in a forward pass and a backward pass of twice as much.",
  ],
  ["Time", "Of the training up to success or the cap, without looks at held-out data, on one core."],
];
