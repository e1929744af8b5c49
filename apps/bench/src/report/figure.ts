import { escapeHtml } from "./html.ts";

/** A figure with what it says above it and its numbers below. */
export interface Figure {
  readonly heading?: string;
  /** One or two sentences, generated from the numbers; plain text. */
  readonly finding: string;
  /** Cards, as markup. */
  readonly body: string;
  /** Markup. */
  readonly caption: string;
  /** The numbers behind the figure, as {@link renderDataTable} writes them. */
  readonly table: string;
}

/** Heading, finding, pictures, caption and numbers, in the order in which they are read. */
export function renderFigure({ heading, finding, body, caption, table }: Figure): string {
  const title = heading === undefined ? "" : `<h3>${escapeHtml(heading)}</h3>\n`;
  return `${title}<p class="finding">${escapeHtml(finding)}</p>
<figure>${body}<figcaption>${caption}</figcaption>${table}</figure>`;
}

/** Charts beside each other: as many as fit, or three. */
export function cards(charts: readonly string[], columns: "two" | "three" = "two"): string {
  const inner = charts.map((chart) => `<div class="card">${chart}</div>`).join("");
  return `<div class="grid${columns === "three" ? " three" : ""}">${inner}</div>`;
}

/** A chart across the page; on a phone it scrolls sideways, for the keyboard as well. */
export function wideCard(chart: string, label: string): string {
  return `<div class="card scroll" tabindex="0" role="group" aria-label="${escapeHtml(label)}">${chart}</div>`;
}
