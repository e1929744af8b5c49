import { escapeHtml } from "./html.ts";

/** Links to the sections of a page, by the id of their headings. */
export function renderContents(sections: readonly (readonly [id: string, title: string])[]): string {
  const links = sections.map(([id, title]) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(title)}</a></li>`);
  return `<nav class="contents" aria-label="Contents"><ul>${links.join("")}</ul></nav>`;
}
