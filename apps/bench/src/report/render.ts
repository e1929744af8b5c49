import type { BenchResult } from "../gradflow/result.ts";
import { renderAbout } from "./about.ts";
import { renderContents } from "./contents.ts";
import { count, listed } from "./format.ts";
import { renderRaces } from "./grid-section.ts";
import { escapeHtml } from "./html.ts";
import { style } from "./style.ts";
import { renderTask, taskTitles } from "./task-section.ts";

/**
 * The report of a run as one HTML file: no script, no address outside itself, readable without a network, on a phone and
 * on paper.
 *
 * @example
 * await writeFile("report.html", renderReport(result));
 */
export function renderReport(result: BenchResult): string {
  const { config, complete, tasks } = result;
  const labels = [...new Map(tasks.flatMap(({ runs }) => runs.map((run) => [run.cell, run.label]))).values()];
  const seeds = config.seeds.length === 1 ? `seed ${config.seeds[0]}` : `seeds ${config.seeds.join(", ")}`;
  const compared = labels.length === 0 ? "No run has begun" : `${count(labels.length, "recurrent cell")} compared`;
  const title = "How far gradients flow back";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}: ${escapeHtml(listed(labels.map((label) => label.split(",")[0]).filter((name, i, all) => all.indexOf(name) === i)) || "no runs")}</title>
<style>${style}</style></head>
<body><main>
<header><h1>${title}</h1>
<p class="lead">${compared}, ${escapeHtml(seeds)}, ${escapeHtml(result.startedAt.slice(0, 10))}. A recurrent network learns from a past step only if a gradient still reaches it; here is how much of it does, before and after training.</p>
${complete ? "" : '<p class="banner" role="status">This run was stopped before its end. What follows is what had been measured until then.</p>'}
${renderContents([...tasks.map(({ task }) => [task, taskTitles[task]] as const), ...(result.races.length > 0 ? [["races", "Short races"] as const] : []), ["about", "What was measured"]])}</header>
${tasks.length === 0 ? "<p>No task was run.</p>" : tasks.map((task) => renderTask(task, result)).join("\n")}
${renderRaces(result.races)}
${renderAbout(result)}
<footer>Made by Unroll, charts by Apache ECharts.</footer>
</main></body></html>
`;
}
