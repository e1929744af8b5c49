import { grouped, significant } from "@unroll/bench/format";
import type { ProbeRecord } from "@unroll/bench/lab";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import type { Lane } from "../../state/lane.ts";
import { Axis } from "../../ui/axis.tsx";
import { linearScale } from "../../ui/scale.ts";
import { splitLabel } from "../decay/decay-finding.ts";
import { type Frame, Plot } from "../shared/plot.tsx";
import { lineColor, narrow, pageColors, textColor } from "../shared/scheme.ts";
import { probeOf } from "../shared/series.ts";
import { View } from "../shared/view.tsx";
import { chosenRecords, chronoTarget, medianOf, mostHills, saturation } from "./gate-series.ts";

const hillHeight = 20;
const ridgeHeight = mostHills * hillHeight + 70;
const stripHeight = 52;
/** Beyond so many steps all time scales are alike. */
const longest = 1e4;

/** What gates do while the cell learns, and for how long each unit remembers. */
export function GatesView({ lab }: { lab: Lab }) {
  const text = messages.value.labViews.gates;
  const lanes = lab.lanes.value;
  const moment = lab.moment.value;
  for (const lane of lanes) lane.latest.value;
  const gated = lanes.filter((lane) => Object.keys(lane.latest.value?.gates ?? {}).length > 0);
  const finding = text.finding(
    gated.flatMap((lane) => {
      const keep = probeOf(lane, moment)?.keep ?? null;
      if (keep === null) return [];
      return [{ name: messages.value.labViews.decay.nameOf(lane.label), steps: scaleText(medianOf(keep.timeScale)) }];
    }),
  );
  return (
    <View id="gates" title={text.title} about={text.about} finding={finding}>
      {gated.length > 0 && (
        <>
          <div class="multiples gates">
            {gated.flatMap((lane) =>
              Object.keys(lane.latest.value?.gates ?? {}).map((gate) => (
                <Ridges key={`${lane.cell}-${gate}`} lane={lane} gate={gate} />
              )),
            )}
          </div>
          <h3 class="sub">{text.scales}</h3>
          <Strips lanes={gated} lab={lab} />
        </>
      )}
    </View>
  );
}

function Ridges({ lane, gate }: { lane: Lane; gate: string }) {
  const text = messages.value.labViews.gates;
  const records = chosenRecords(lane.history.records);
  const newest = lane.latest.value?.gates[gate];
  const shares = newest === undefined ? { closed: 0, open: 0 } : saturation(newest);
  const keeps = lane.latest.value?.keep?.gate === gate;
  const x = (frame: Frame) => linearScale([0, 1], [frame.left, frame.right]);
  const base = (frame: Frame, row: number) => frame.top + (row + 1) * hillHeight;
  return (
    <div class="multiple">
      <p class="rail-head">
        <b style={{ color: textColor(lane.style) }}>
          {splitLabel(lane.label)[0]} <i>{gate}</i>
        </b>
        <span class="detail">{keeps ? text.keeps : text.roles[gate as keyof typeof text.roles]}</span>
      </p>
      <Plot
        height={ridgeHeight}
        margin={[24, 8, 44, 46]}
        label={text.label(lane.label, gate, percent(shares.closed), percent(shares.open))}
        describedBy="numbers"
        draw={(context, frame) => {
          lane.latest.value;
          drawRidges(context, frame, {
            records: chosenRecords(lane.history.records),
            gate,
            color: lineColor(lane.style),
          });
        }}
        axes={(frame) => (
          <>
            <Axis
              scale={x(frame)}
              ticks={[0.1, 0.5, 0.9]}
              side="bottom"
              at={frame.bottom}
              grid={frame.bottom - frame.top}
            />
            {records.map(({ readAt }, row) => (
              <text key={readAt} class="tick" x={frame.left - 6} y={base(frame, row)} text-anchor="end">
                {grouped(readAt)}
              </text>
            ))}
          </>
        )}
      />
      <p class="shares">{text.shares(percent(shares.closed), percent(shares.open))}</p>
    </div>
  );
}

function drawRidges(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { records, gate, color }: { records: readonly ProbeRecord[]; gate: string; color: string },
): void {
  const { card } = pageColors();
  // One height for all hills, so that they can be compared.
  const full = Math.max(0.1, ...records.map(({ gates }) => Math.max(0, ...(gates[gate]?.histogram ?? []))));
  records.forEach(({ gates }, row) => {
    const histogram = gates[gate]?.histogram;
    if (histogram === undefined) return;
    const base = frame.top + (row + 1) * hillHeight;
    const width = (frame.right - frame.left) / histogram.length;
    const top = (share: number) => base - (share / full) * hillHeight * 2;
    context.beginPath();
    context.moveTo(frame.left, base);
    context.lineTo(frame.left, top(histogram[0]));
    histogram.forEach((share, bin) => {
      context.lineTo(frame.left + (bin + 0.5) * width, top(share));
    });
    context.lineTo(frame.right, top(histogram[histogram.length - 1]));
    context.lineTo(frame.right, base);
    context.closePath();
    context.fillStyle = card;
    context.globalAlpha = 0.75;
    context.fill();
    context.fillStyle = color;
    context.globalAlpha = 0.3;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.stroke();
  });
}

/** One tick for each unit on a logarithmic axis, and the range that chrono initialisation aims at. */
function Strips({ lanes, lab }: { lanes: readonly Lane[]; lab: Lab }) {
  const text = messages.value.labViews.gates;
  const moment = lab.moment.value;
  const { T } = lab.config.value;
  const small = narrow.value;
  const rows = lanes.map((lane) => ({
    lane,
    scales: probeOf(lane, moment)?.keep?.timeScale ?? new Float32Array(),
    target: chronoTarget(lane.cell, T),
  }));
  const height = rows.length * stripHeight + 56;
  const x = (frame: Frame) => linearScale([-1, 4], [frame.left, frame.right]);
  const place = (scale: number) => Math.log10(Math.min(longest, Math.max(0.1, scale)));
  const middle = (frame: Frame, row: number) => frame.top + (row + 0.5) * stripHeight;
  return (
    <Plot
      height={height}
      margin={[8, small ? 24 : 40, 48, small ? 86 : 170]}
      label={text.scalesLabel}
      describedBy="numbers"
      draw={(context, frame) => {
        const { soft } = pageColors();
        rows.forEach(({ lane, scales, target }, row) => {
          const y = middle(frame, row);
          if (target !== undefined) {
            context.strokeStyle = soft;
            context.setLineDash([4, 3]);
            context.lineWidth = 1.25;
            const [from, to] = target.map((scale) => x(frame).at(place(scale)));
            context.strokeRect(from, y - 16, to - from, 32);
            context.setLineDash([]);
          }
          context.strokeStyle = lineColor(lane.style);
          context.lineWidth = 1.5;
          context.globalAlpha = 0.6;
          context.beginPath();
          for (const scale of scales) {
            const at = x(frame).at(place(scale));
            context.moveTo(at, y - 10);
            context.lineTo(at, y + 10);
          }
          context.stroke();
          context.globalAlpha = 1;
          context.fillStyle = lineColor(lane.style);
          const at = x(frame).at(place(medianOf(scales)));
          context.beginPath();
          context.moveTo(at, y + 11);
          context.lineTo(at - 5, y + 19);
          context.lineTo(at + 5, y + 19);
          context.fill();
        });
      }}
      axes={(frame) => (
        <>
          <Axis
            scale={x(frame)}
            ticks={[-1, 0, 1, 2, 3, 4]}
            side="bottom"
            at={frame.bottom}
            grid={frame.bottom - frame.top}
            format={(tick) => grouped(10 ** tick)}
            title={text.axis}
          />
          {rows.map(({ lane, scales, target }, row) => {
            const [name, detail] = splitLabel(lane.label);
            return (
              <g key={lane.cell} fill={textColor(lane.style)}>
                <text class="name" x={0} y={middle(frame, row) - 3}>
                  {name} <tspan class="detail">{small ? "" : detail}</tspan>
                </text>
                <text class="detail" x={0} y={middle(frame, row) + 13}>
                  {text.median(scaleText(medianOf(scales)))}
                </text>
                {target !== undefined && (
                  <text class="rule" x={x(frame).at(place(target[1])) + 6} y={middle(frame, row) + 4}>
                    {text.target}
                  </text>
                )}
              </g>
            );
          })}
        </>
      )}
    />
  );
}

function scaleText(scale: number): string {
  if (Number.isNaN(scale)) return "–";
  return scale < longest ? significant(scale, 3) : "∞";
}

/** A whole number of percent; what is not quite nothing, or not quite all, is not rounded to it. */
function percent(share: number): string {
  if (share > 0 && share < 0.005) return "< 1 %";
  if (share < 1 && share > 0.995) return "> 99 %";
  return `${Math.round(100 * share)} %`;
}
