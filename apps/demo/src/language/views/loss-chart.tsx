import { grouped } from "@unroll/bench/format";
import { clipped, dashOf, drawMarker, strokePoints } from "../../lab/shared/draw.ts";
import { spread } from "../../lab/shared/place-labels.ts";
import { type Frame, Plot } from "../../lab/shared/plot.tsx";
import { lineColor, narrow, pageColors, textColor } from "../../lab/shared/scheme.ts";
import { languageMessages } from "../../messages/language.ts";
import { Axis } from "../../ui/axis.tsx";
import { linearScale, linearTicks } from "../../ui/scale.ts";
import type { LanguageLab } from "../state/language-lab.ts";
import type { LanguageLane } from "../state/language-lane.ts";
import { bitsText } from "./numbers.ts";

/** Bits per character of all models over training, beside what needs no model. */
export function LossChart({ lab }: { lab: LanguageLab }) {
  const text = languageMessages.value;
  const lanes = lab.lanes.value;
  for (const lane of lanes) lane.version.value;
  const facts = lanes.map((lane) => lane.corpus.value).find((corpus) => corpus !== null) ?? null;
  const most = Math.max(20, ...lanes.map((lane) => lane.step.value));
  const top = Math.max(1, (facts?.uniformBits ?? 6) * 1.08);
  const small = narrow.value;
  const scalesOf = (frame: Frame) => ({
    x: linearScale([0, most], [frame.left, frame.right]),
    y: linearScale([0, top], [frame.bottom, frame.top]),
  });
  return (
    <section class="card span12" aria-labelledby="language-chart">
      <h2 id="language-chart">{text.chartTitle}</h2>
      <p class="finding">{findingOf(lanes)}</p>
      <Plot
        height={260}
        margin={[24, small ? 96 : 150, 46, 44]}
        label={text.chartLabel}
        describedBy="language-numbers"
        draw={(context, frame) => {
          const { x, y } = scalesOf(frame);
          const { soft, card } = pageColors();
          context.clearRect(0, 0, frame.width, frame.height);
          context.strokeStyle = soft;
          context.lineWidth = 1.25;
          context.setLineDash([5, 4]);
          for (const bits of [facts?.uniformBits, facts?.unigramBits]) {
            if (bits === undefined) continue;
            context.beginPath();
            context.moveTo(frame.left, y.at(bits));
            context.lineTo(frame.right, y.at(bits));
            context.stroke();
          }
          const box = {
            left: frame.left,
            top: frame.top,
            width: frame.right - frame.left,
            height: frame.bottom - frame.top,
          };
          for (const { losses, style, step, bits, version } of lanes) {
            version.value;
            const color = lineColor(style);
            clipped(context, box, () => {
              context.strokeStyle = color;
              context.setLineDash(dashOf(style));
              context.lineWidth = 2;
              const points = smoothed(losses.losses.subarray(0, losses.length));
              strokePoints(context, { x: losses.steps.subarray(0, losses.length), y: points }, [x, y]);
            });
            const now = bits.value;
            if (now !== null) drawMarker(context, style, [x.at(step.value), y.at(Math.min(top, now))], { color, card });
          }
        }}
        axes={(frame) => {
          const { x, y } = scalesOf(frame);
          const known = lanes.filter((lane) => lane.bits.value !== null);
          const places = spread(
            known.map((lane) => y.at(Math.min(top, lane.bits.value ?? 0))),
            18,
            frame.top,
            frame.bottom,
          );
          // Above their lines; where the lines are close, the lower one's words stand below it.
          const gap = y.at(facts?.unigramBits ?? 0) - y.at(facts?.uniformBits ?? 0);
          const rules = [y.at(facts?.uniformBits ?? 0) - 6, y.at(facts?.unigramBits ?? 0) + (gap < 18 ? 16 : -6)];
          return (
            <>
              <Axis
                scale={y}
                ticks={linearTicks([0, top], 6)}
                side="left"
                at={frame.left}
                grid={frame.right - frame.left}
              />
              <Axis
                scale={x}
                ticks={linearTicks([0, most], small ? 3 : 6)}
                side="bottom"
                at={frame.bottom}
                format={grouped}
                title={text.chartX}
              />
              <text class="axis-title" x={frame.left - 36} y={14}>
                {text.bits}
              </text>
              {facts !== null && facts.uniformBits > 0 && (
                <g class="rules">
                  <text x={frame.right - 6} y={rules[0]} text-anchor="end">
                    {`${text.uniformLine} = ${bitsText(facts.uniformBits)}`}
                  </text>
                  <text x={frame.right - 6} y={rules[1]} text-anchor="end">
                    {`${text.unigramLine} ${bitsText(facts.unigramBits)}`}
                  </text>
                </g>
              )}
              {known.map((lane, k) => (
                <text
                  key={lane.kind}
                  class="name"
                  x={frame.right + 12}
                  y={places[k]}
                  dy="0.32em"
                  fill={textColor(lane.style)}
                >
                  {small ? lane.kind.toUpperCase() : text.names[lane.kind]} {bitsText(lane.bits.value)}
                </text>
              ))}
            </>
          );
        }}
      />
      <Numbers lanes={lanes} />
    </section>
  );
}

function Numbers({ lanes }: { lanes: readonly LanguageLane[] }) {
  const text = languageMessages.value;
  const { columns } = text;
  return (
    <details class="numbers">
      <summary>{text.numbers}</summary>
      <div class="scroll-x">
        <table id="language-numbers">
          <thead>
            <tr>
              {Object.values(columns).map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane) => (
              <tr key={lane.kind}>
                <th scope="row">{text.names[lane.kind]}</th>
                <td>{bitsText(lane.bits.value)}</td>
                <td>{grouped(lane.step.value)}</td>
                <td>{grouped(lane.parameters.value)}</td>
                <td>{lane.busy.value > 0 ? grouped(Math.round((1000 * lane.step.value) / lane.busy.value)) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function findingOf(lanes: readonly LanguageLane[]): string {
  const { findings, names } = languageMessages.value;
  const trained = lanes.filter((lane) => lane.bits.value !== null && Number.isFinite(lane.bits.value));
  const best = trained.sort((a, b) => (a.bits.value ?? 0) - (b.bits.value ?? 0))[0];
  const bits = best?.bits.value ?? null;
  if (best === undefined || bits === null) return findings.none;
  const gain = (best.corpus.value?.unigramBits ?? 0) - bits;
  return (
    findings.best(names[best.kind], bitsText(bits), grouped(best.step.value)) +
    (gain > 0 ? findings.beyond(bitsText(gain)) : findings.notYet)
  );
}

/** A running mean, of fewer values at the start. */
function smoothed(values: Float64Array, span = 15): Float64Array {
  let sum = 0;
  return values.map((value, k) => {
    sum += value - (k >= span ? values[k - span] : 0);
    return sum / Math.min(span, k + 1);
  });
}
