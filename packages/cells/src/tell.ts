import type { NotCompiled } from "@unroll/compiler";

/** The steps whose users were told, each with the reasons. */
const told = new WeakMap<object, Set<string>>();

/** What was said, by cell, reason and line: cells that are made anew for every sequence are one. */
const lines = new Set<string>();

/** Beyond so many, a program makes its lines as it goes, and has heard enough. */
const most = 100;

/** Says once for a cell and a reason that its sequences run operation by operation, with the line of its step. */
export function tellOnce(cell: { readonly step: object }, { reason, expected, where }: NotCompiled): void {
  if (expected) return;
  const reasons = told.get(cell.step) ?? new Set();
  told.set(cell.step, reasons);
  // Sizes in a reason change with the batch.
  const kind = reason.replace(/[\d., []\]]+/g, " ");
  if (reasons.has(kind) || lines.size >= most) return;
  reasons.add(kind);
  const place = where();
  const line = `${nameOf(cell)} ${kind} ${place}`;
  if (lines.has(line)) return;
  lines.add(line);
  console.warn(
    `unroll: ${nameOf(cell)} runs operation by operation, many times slower than compiled, because ${reason}` +
      `${place === undefined ? "" : `, at ${place}`}; { compile: false } runs it so without this message`,
  );
}

function nameOf(cell: object): string {
  const name = cell.constructor?.name ?? "";
  return name === "" || name === "Object" ? "the cell" : name;
}
