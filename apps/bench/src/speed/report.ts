import { wideCard } from "../report/figure.ts";
import { grouped } from "../report/format.ts";
import { escapeHtml } from "../report/html.ts";
import { style } from "../report/style.ts";
import { type Bar, type BarGroup, renderBarChart } from "./bar-chart.ts";
import { sampleSeconds } from "./measure.ts";
import { scalingCharts } from "./peers/scaling-chart.ts";
import type { Row, SpeedResult, SuiteResult } from "./result.ts";
import {
  absentLines,
  aimText,
  buildText,
  columnsOf,
  loadWarning,
  machineText,
  peerLines,
  ratioText,
  roundTimeText,
  timeText,
  verdictText,
} from "./table.ts";

/**
 * The report of a run as one HTML file: no script, no address outside itself.
 *
 * @example
 * await writeFile("report.html", renderSpeedReport(result));
 */
export function renderSpeedReport(result: SpeedResult): string {
  const { environment, suites, complete, startedAt } = result;
  const warning = loadWarning(environment);
  const banners = [
    ...(complete ? [] : ["This run was stopped before its end. What follows is what had been measured until then."]),
    ...(warning === undefined ? [] : [`${warning[0].toUpperCase()}${warning.slice(1)}.`]),
  ];
  const title = "How fast Unroll computes";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}: Node ${escapeHtml(environment.node.replace(/^v/, ""))}, ${buildText(environment.build)}</title>
<style>${style}</style></head>
<body><main>
<header><h1>${title}</h1>
<p class="lead">${escapeHtml(startedAt.slice(0, 10))}, ${escapeHtml(machineText(environment))}.</p>
${banners.map((banner) => `<p class="banner" role="status">${escapeHtml(banner)}</p>`).join("")}</header>
${suites.length === 0 ? "<p>Nothing was measured.</p>" : suites.map(renderSuite).join("\n")}
${renderAbout(result)}
<footer>Made by Unroll, charts by Apache ECharts.</footer>
</main></body></html>
`;
}

/** Of Okabe and Ito's palette. */
const colors: Readonly<Record<string, string>> = {
  Unroll: "#0072B2",
  "built-in": "#0072B2",
  PyTorch: "#D55E00",
  "tfjs wasm": "#E69F00",
  "jax-js": "#CC79A7",
  kernel: "#0072B2",
  wasm: "#0072B2",
  recorded: "#0072B2",
  op: "#56B4E9",
  "not recorded": "#56B4E9",
  loop: "#B0B6BE",
  reference: "#B0B6BE",
  peak: "#B0B6BE",
};

function renderSuite(suite: SuiteResult): string {
  const finding = findingOf(suite);
  return `<section aria-labelledby="${suite.suite}"><h2 id="${suite.suite}">${escapeHtml(suite.title)}</h2>
<p class="about">${escapeHtml(suite.about)}</p>
${finding === "" ? "" : `<p class="finding">${escapeHtml(finding)}</p>`}
${chartsOf(suite)
  .map(
    ({ svg, caption }) => `<figure>${wideCard(svg, caption)}<figcaption>${escapeHtml(caption)}</figcaption></figure>`,
  )
  .join("\n")}
${tableOf(suite)}${absentOf(suite)}</section>`;
}

/** What was not measured, and why. */
function absentOf(suite: SuiteResult): string {
  const lines = absentLines(suite);
  if (lines.length === 0) return "";
  return `<p>Not measured:</p><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("")}</ul>`;
}

/** How many aims are met, and which are not. */
function findingOf({ rows, ratio }: SuiteResult): string {
  const judged = rows.filter(({ aim }) => aim !== undefined);
  const short = judged.filter(({ aim }) => aim?.met === false);
  if (judged.length === 0) return "";
  const met = `${judged.length - short.length} of ${judged.length} aims met`;
  if (short.length === 0) return `${met}.`;
  const names = short.map(
    (row) => `${row.what} by ${row.way} (${numberOf(row, ratio)}, aim ${aimText(row.aim, ratio)})`,
  );
  return `${met}. Short of theirs: ${names.join("; ")}.`;
}

function numberOf(row: Row, ratio: SuiteResult["ratio"]): string {
  return row.ratio !== undefined && ratio !== undefined
    ? ratioText(row.ratio.median, ratio)
    : timeText(row.seconds.median);
}

/** What others are compared with. */
const itself = { median: 1, p10: 1, p90: 1 };

interface Drawn {
  readonly svg: string;
  readonly caption: string;
}

/** One chart of ratios; where there are none, one of times for every size, so that short times can be seen. */
function chartsOf(suite: SuiteResult): Drawn[] {
  const { ratio, rows, title } = suite;
  if (rows.length === 0) return [];
  const words = "Bars: medians. Thin lines: where the middle 80 % of the samples lie. Red marks: aims.";
  // What the others are compared with is 1 everywhere.
  const drawn = ratio === undefined ? rows : rows.filter((row) => row.way !== "peak" && row.way !== ratio.against);
  if (drawn.length === 0) return [];
  const key = [...new Set(drawn.map((row) => row.way))].map((way) => `${way} ${tone(way)}`).join(", ");
  const caption = `${words} Colours: ${key}.`;
  if (ratio !== undefined) {
    const share = ratio.kind === "share";
    const groups = groupsOf(drawn, (row) => {
      const { median, p10, p90 } = row.ratio ?? itself;
      const rate =
        row.gigaflops === undefined ? timeText(row.seconds.median) : `${row.gigaflops.median.toFixed(1)} GFLOP/s`;
      return {
        value: median,
        low: p10,
        high: p90,
        text: `${ratioText(median, ratio)}, ${rate}`,
        aim: row.aim?.value,
      };
    });
    const svg = renderBarChart({
      id: suite.suite,
      label: `${title}: ${ratio.head ?? (share ? `share of ${ratio.against}` : `how many times faster than ${ratio.against}`)}, for ${groups.map((group) => group.name).join(", ")}`,
      unit: ratio.head ?? (share ? `share of ${ratio.against}` : `times as fast as ${ratio.against}`),
      groups,
      logarithmic: ratio.against === "Unroll",
      tick: (value) => (share ? `${Math.round(100 * value)} %` : `${value} ×`),
    });
    return [{ svg, caption }, ...(suite.suite === "scaling" ? scalingCharts(rows, colors) : [])];
  }
  const sizes = [...new Set(rows.map((row) => row.what.replace(/^\S+ /, "")))];
  return sizes.map((size, k) => {
    const groups = groupsOf(
      rows.filter((row) => row.what.endsWith(` ${size}`)),
      ({ seconds, aim }) => ({
        value: seconds.median,
        low: seconds.p10,
        high: seconds.p90,
        text: timeText(seconds.median),
        aim: aim?.value,
      }),
    );
    const svg = renderBarChart({
      id: `${suite.suite}${k}`,
      label: `${title}: time of one call for ${groups.map((group) => group.name).join(", ")}`,
      unit: "time of one call",
      groups,
      tick: (value) => (value === 0 ? "0" : roundTimeText(value)),
    });
    return { svg, caption };
  });
}

function tone(way: string): string {
  const tones = {
    "#0072B2": "dark blue",
    "#56B4E9": "light blue",
    "#D55E00": "red",
    "#E69F00": "orange",
    "#CC79A7": "pink",
  };
  return tones[colors[way] as keyof typeof tones] ?? "grey";
}

/** Rows of the same thing together. */
function groupsOf(
  rows: readonly Row[],
  barOf: (row: Row) => Omit<Bar, "color" | "aim"> & { aim: number | undefined },
): BarGroup[] {
  const groups = new Map<string, Bar[]>();
  for (const row of rows) {
    const { aim, ...bar } = barOf(row);
    const bars = groups.get(row.what) ?? [];
    bars.push({ ...bar, color: colors[row.way] ?? "#B0B6BE", ...(aim === undefined ? {} : { aim }) });
    groups.set(row.what, bars);
  }
  return [...groups].map(([name, bars]) => ({ name, bars }));
}

function tableOf(suite: SuiteResult): string {
  const columns = columnsOf(suite);
  const head = columns
    .map(({ head: words }, k) => `<th scope="col"${k === 0 ? ' rowspan="1"' : ""}>${escapeHtml(words)}</th>`)
    .join("");
  const body = suite.rows.map((row) => {
    const [first, ...others] = columns.map(({ cell }) => escapeHtml(cell(row)));
    const short = row.aim?.met === false;
    const cells = others.map((words) =>
      short && words === verdictText(row.aim) ? `<td><span class="warn">${words}</span></td>` : `<td>${words}</td>`,
    );
    return `<tr><th scope="row">${first}</th>${cells.join("")}</tr>`;
  });
  return `<div class="wide" tabindex="0" role="group" aria-label="Numbers: ${escapeHtml(suite.title)}"><table>
<caption>${escapeHtml(suite.title)}, in numbers</caption><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function renderAbout({ environment, config, startedAt, seconds, suites }: SpeedResult): string {
  const rounds = suites.flatMap(({ rows }) => rows.map((row) => row.samples.length));
  const settings: [string, string][] = [
    ["Machine", machineText(environment)],
    [
      "Load",
      `${environment.load.before.toFixed(2)} before, ${environment.load.after.toFixed(2)} after, this program included`,
    ],
    ...peerLines(environment).map((line): [string, string] => ["Peer", line]),
    ["Started", startedAt],
    ["Took", `${grouped(Math.round(seconds))} s`],
    ["Seed", String(config.seed)],
    ...(rounds.length === 0
      ? []
      : [["Rounds", `${grouped(Math.min(...rounds))} to ${grouped(Math.max(...rounds))}`] as [string, string]]),
  ];
  const command = `pnpm bench speed --seconds ${config.seconds} --only ${config.suites.join(",")} --seed ${config.seed}`;
  return `<section aria-labelledby="about"><h2 id="about">How it was measured</h2>
<p>The candidates that a table compares take turns: each round takes one sample of every one, in an order drawn anew. A sample is the mean over as many calls as take ${roundTimeText(sampleSeconds)}, the same number in all rounds, after a warm-up that is not counted. Shown are the median over rounds and where the middle 80 % lie; ratios are taken within each round. Results are checked against plain JavaScript before they are timed.</p>
<dl>${settings.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value)}</dd>`).join("")}</dl>
<h3>To repeat this run</h3>
<pre><code>${escapeHtml(command)}</code></pre>
<p>Every sample is in the file <code>result.json</code> beside this report.</p></section>`;
}
