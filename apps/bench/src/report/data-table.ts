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
  // A heading over nothing is none: the corner of a table whose rows name themselves.
  const columns = head.map((name) => (name === "" ? "<td></td>" : `<th scope="col">${escapeHtml(name)}</th>`)).join("");
  const title = escapeHtml(caption);
  return `<details class="data"><summary>${title}</summary><div class="wide" role="group" tabindex="0" aria-label="${title}"><table><caption>${title}</caption><thead><tr>${columns}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("")}</tbody></table></div></details>`;
}

/** The lags that tables of curves name. */
export function namedLags(lags: number): number[] {
  return [0, 1, 2, 5, 10, 20, 50, 100, 200, 500].filter((lag) => lag <= lags);
}

/** Ten of many, the first and the last among them. */
export function tenOf<T>(values: readonly T[]): T[] {
  const last = values.length - 1;
  return values.length <= 10 ? [...values] : Array.from({ length: 10 }, (_, k) => values[Math.round((k * last) / 9)]);
}
