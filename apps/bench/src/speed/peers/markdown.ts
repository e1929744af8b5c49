import type { Row, SpeedResult, SuiteResult } from "../result.ts";
import { absentLines, aimText, peerLines, ratioText, timeText } from "../table.ts";

/**
 * How many times as fast as each peer Unroll is, as Markdown tables with a row for each size and a column for each peer,
 * and what is not there, as the README of the workspace shows them.
 */
export function renderPeerTables({ suites, environment }: SpeedResult): string {
  const shown = suites.filter(({ ratio, rows }) => ratio?.against === "Unroll" && rows.length > 0);
  if (shown.length === 0) return "";
  return [...shown.map(table), ...peerLines(environment).map((line) => `- ${line}`)].join("\n");
}

function table(suite: SuiteResult): string {
  const { title, rows } = suite;
  const ways = [...new Set(rows.map(({ way }) => way))].filter((way) => way !== "Unroll");
  const whats = [...new Set(rows.map(({ what }) => what))];
  const at = (what: string, way: string) => rows.find((row) => row.what === what && row.way === way);
  const lines = whats.map((what) => {
    const own = at(what, "Unroll");
    const cells = ways.map((way) => cell(at(what, way), suite));
    return `| ${[what, own === undefined ? "–" : timeText(own.seconds.median), ...cells].join(" | ")} |`;
  });
  return [
    `**${title}**`,
    "",
    `| | Unroll | ${ways.map((way) => `faster than ${way} by`).join(" | ")} |`,
    `|---|---|${ways.map(() => "---|").join("")}`,
    ...lines,
    "",
    ...absentLines(suite).map((line) => `- ${line}`),
    "",
  ].join("\n");
}

function cell(row: Row | undefined, { ratio }: SuiteResult): string {
  if (row?.ratio === undefined || ratio === undefined) return "–";
  const value = ratioText(row.ratio.median, ratio);
  if (row.aim === undefined) return value;
  return `${value} (${aimText(row.aim, ratio)}${row.aim.met ? "" : ", falls short"})`;
}
