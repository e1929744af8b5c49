import { escapeHtml } from "./html.ts";

/** The numbers behind a figure, folded away until someone asks for them; a screen reader finds them under the figure. */
export function renderDataTable(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = (row: readonly string[]) =>
    row
      .map((cell, k) => (k === 0 ? `<th scope="row">${escapeHtml(cell)}</th>` : `<td>${escapeHtml(cell)}</td>`))
      .join("");
  const columns = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  return `<details class="data"><summary>${escapeHtml(caption)}</summary><div class="wide" role="region" tabindex="0" aria-label="${escapeHtml(caption)}"><table><thead><tr>${columns}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("")}</tbody></table></div></details>`;
}
