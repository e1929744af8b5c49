import { distinctCells, spectrumAt } from "../gradflow/detail.ts";
import type { TaskResult } from "../gradflow/result.ts";
import type { Moment } from "../gradflow/summary.ts";
import { renderDataTable } from "./data-table.ts";
import { cards, renderFigure } from "./figure.ts";
import { momentText, rankFinding } from "./finding.ts";
import { fixed, significant } from "./format.ts";
import { renderSpectrumPanel, spectrumDomain } from "./spectrum-chart.ts";

const moments: readonly Moment[] = ["initial", "trained"];

/** The fans of singular values of each cell, before and after training; nothing where none was taken. */
export function renderSpectra(task: TaskResult, lags: number): string {
  const found = distinctCells(task).flatMap((runs) => {
    const spectra = moments.map((moment) => ({ moment, spectrum: spectrumAt(runs, moment) }));
    return spectra.some(({ spectrum }) => spectrum !== undefined) ? [{ ...runs[0], spectra }] : [];
  });
  const taken = moments.filter((_, k) => found.some(({ spectra }) => spectra[k].spectrum !== undefined));
  if (taken.length === 0) return "";
  const all = found.flatMap(({ spectra }) => spectra.flatMap(({ spectrum }) => spectrum ?? []));
  const domain = spectrumDomain(all);
  const last = Math.min(lags, Math.max(...all.flatMap((spectrum) => spectrum.lags)));
  const panels = found.flatMap(({ cell, label, spectra }) =>
    spectra
      .filter(({ moment }) => taken.includes(moment))
      .map(({ moment, spectrum }) => {
        const title = `${label}: ${momentText(moment).toLowerCase()}`;
        return renderSpectrumPanel({
          id: `${task.task}-fan-${cell.replaceAll(/[^\w-]/g, "")}-${moment}`,
          title,
          label: `${title}: log10 of the singular values of the long-term Jacobian against lag. The numbers are in the table below.`,
          spectrum,
          domain,
          lags: last,
        });
      }),
  );
  const rows = found.flatMap(({ label, spectra }) =>
    spectra.flatMap(({ moment, spectrum }) =>
      spectrum === undefined
        ? []
        : spectrum.lags
            .map((lag, k) => ({ lag, k }))
            .filter(({ lag }) => lag > 0 && lag <= lags)
            .map(({ lag, k }) => {
              const values = spectrum.log10[k];
              return [
                `${label}, ${momentText(moment).toLowerCase()}, lag ${lag}`,
                fixed(values[0], 2),
                fixed(values[values.length >> 1], 2),
                fixed(values[values.length - 1], 2),
                fixed(spectrum.condition[k], 2),
                `${significant(spectrum.effectiveRank[k], 2)} of ${spectrum.width}`,
              ];
            }),
    ),
  );
  return renderFigure({
    heading: "In how many directions",
    finding: rankFinding(task),
    body: cards(panels),
    caption:
      "log₁₀ of the singular values σ of the product of all one-step Jacobians from the last step back, for one sequence, up to 17 of them at equal distances in rank, largest on top. A norm follows the largest; the width of the fan, κ = σ<sub>max</sub> / σ<sub>min</sub>, given for the last lag, says how much more is lost in other directions. The effective rank, e to the entropy of σ² as shares, is the number of directions that count.",
    table: renderDataTable(
      "The fans in numbers: log₁₀ of singular values",
      ["", "largest", "middle", "smallest", "log₁₀ κ", "effective rank"],
      rows,
    ),
  });
}
