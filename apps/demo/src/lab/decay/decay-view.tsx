import type { ProbeRecord } from "@unroll/bench/lab";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import type { Lane } from "../../state/lane.ts";
import { Axis, decades } from "../../ui/axis.tsx";
import { decadeTicks, linearScale, linearTicks } from "../../ui/scale.ts";
import { CursorSurface } from "../shared/cursor-surface.tsx";
import { normText } from "../shared/numbers.ts";
import { spread } from "../shared/place-labels.ts";
import { type Frame, inside, Plot } from "../shared/plot.tsx";
import { dark, lineColor, narrow, pageColors, textColor } from "../shared/scheme.ts";
import { curveOf, extentOf, keepProduct, lagsOf, offsetOf, probeOf, spokenLag } from "../shared/series.ts";
import { Segments, View } from "../shared/view.tsx";
import { domainOf, quantities, type ViewState } from "../shared/view-state.ts";
import { decayFinding, splitLabel } from "./decay-finding.ts";
import { type DecayLine, drawDecay, endOf, heightAt, type TheoryCurve } from "./decay-picture.ts";

const height = 372;
const flagHeight = 17;

interface Shown extends DecayLine {
  readonly lane: Lane;
  readonly probe: ProbeRecord;
}

/** How much of the gradient is left after each step back in time, of all cells on one scale. */
export function DecayView({ lab, views }: { lab: Lab; views: ViewState }) {
  const text = messages.value.labViews;
  const lanes = lab.lanes.value;
  const quantity = views.quantity.value;
  const relative = views.relative.value;
  const lags = Math.max(1, lagsOf(lanes));
  const lag = lab.lag.value;
  const spoken = spokenLag(lag, lags);
  const shown = shownLines(lab, views);
  const domain = domainOf(views.locked.value, () =>
    extentOf(shown.map(({ curve, offset }) => Float64Array.from(curve.mean, (value) => value - offset))),
  );
  const finding = decayFinding(
    shown.map(({ lane, curve }) => ({ label: lane.label, curve })),
    spoken,
    quantity,
  );
  const compact = narrow.value;
  const scalesOf = (frame: Frame) => ({
    x: linearScale([0, lags], [frame.left, frame.right]),
    y: linearScale(domain, [frame.bottom, frame.top]),
    lags,
  });
  const ticks = decadeTicks(domain, domain[1] - domain[0] > 6 ? 3 : 1);

  return (
    <View
      id="decay"
      title={text.decay.title}
      about={text.decay.about}
      finding={finding}
      span="span7"
      tools={
        <>
          <Segments
            label={text.decay.quantity}
            value={quantity}
            options={quantities.map((key) => [key, text.decay.quantities[key]] as const)}
            onChange={(value) => {
              views.quantity.value = value;
            }}
          />
          <Segments
            label={text.decay.scale}
            value={relative ? "relative" : "absolute"}
            options={[
              ["absolute", text.decay.absolute],
              ["relative", text.decay.relative],
            ]}
            onChange={(value) => {
              views.relative.value = value === "relative";
            }}
          />
          <Padlock views={views} />
        </>
      }
    >
      <Plot
        height={height}
        margin={[16, compact ? 92 : 148, 46, 52]}
        label={finding}
        describedBy="numbers"
        draw={(context, frame) =>
          drawDecay(context, frame, { lines: shownLines(lab, views), scales: scalesOf(frame), card: pageColors().card })
        }
        axes={(frame) => {
          const { x, y } = scalesOf(frame);
          const floor = y.at(domain[0]);
          return (
            <>
              <Axis
                scale={y}
                ticks={ticks}
                side="left"
                at={frame.left}
                grid={frame.right - frame.left}
                format={decades}
              />
              <Axis
                scale={x}
                ticks={linearTicks([0, lags], compact ? 4 : 6)}
                side="bottom"
                at={floor}
                title={text.stepsBack}
              />
              {lag !== null && <line class="cursor" x1={x.at(lag)} x2={x.at(lag)} y1={frame.top} y2={frame.bottom} />}
              <Flags shown={shown} scales={{ x, y }} frame={frame} lags={lags} domain={domain} />
              <EndLabels shown={shown} scales={{ x, y }} frame={frame} domain={domain} compact={compact} />
            </>
          );
        }}
        over={(frame) => (
          <CursorSurface
            label={text.decay.cursor}
            value={lag}
            start={spoken}
            least={0}
            most={lags}
            valueText={text.decay.at(
              spoken,
              shown.map(({ lane, curve, offset }) => [
                lane.label,
                normText((curve.mean[spoken] ?? Number.NaN) - offset),
              ]),
            )}
            valueAt={(x) => x * lags}
            onChange={(value) => {
              lab.lag.value = value;
            }}
            style={inside(frame)}
          />
        )}
      />
      <LagNumbers shown={shown} lag={spoken} />
      <p class="legend-note">{text.decay.legend}</p>
    </View>
  );
}

function shownLines(lab: Lab, views: ViewState): Shown[] {
  dark.value;
  const moment = lab.moment.value;
  const quantity = views.quantity.value;
  return lab.lanes.value.flatMap((lane): Shown[] => {
    const probe = probeOf(lane, moment);
    const curve = curveOf(probe, quantity);
    if (probe === null || curve === undefined) return [];
    const offset = offsetOf(curve, views.relative.value);
    return [
      {
        lane,
        probe,
        curve,
        offset,
        style: lane.style,
        color: lineColor(lane.style),
        theory: theoryOf(probe, curve, offset),
      },
    ];
  });
}

/** What theory says of a probe's curve, from the height at which the curve begins. */
function theoryOf(probe: ProbeRecord, { mean }: { mean: Float32Array }, offset: number): TheoryCurve[] {
  const start = (Number.isFinite(mean[0]) ? mean[0] : 0) - offset;
  const lags = mean.length - 1;
  const from = (log10: Float64Array) => log10.map((value) => value + start);
  const keep = keepProduct(probe, lags);
  const gain = probe.gain;
  return [
    ...(keep === undefined ? [] : [{ kind: "keep" as const, log10: from(keep) }]),
    ...(gain === null || !(gain > 0)
      ? []
      : [{ kind: "bound" as const, log10: from(Float64Array.from(mean, (_, lag) => lag * Math.log10(gain))) }]),
  ];
}

interface PartProps {
  readonly shown: readonly Shown[];
  readonly scales: { readonly x: ReturnType<typeof linearScale>; readonly y: ReturnType<typeof linearScale> };
  readonly frame: Frame;
}

/** A tick where half is left, and its number above, in rows so that none hides another. */
function Flags({
  shown,
  scales: { x, y },
  frame,
  lags,
  domain,
}: PartProps & { lags: number; domain: readonly [number, number] }) {
  const text = messages.value.labViews;
  return (
    <g class="flags">
      {shown.map(({ lane, curve, offset, style }, row) => {
        const halfLife = curve.fit?.halfLife;
        if (halfLife === undefined || !(halfLife <= lags)) return null;
        const fill = textColor(style);
        const px = x.at(halfLife);
        const py = y.at(Math.min(domain[1], Math.max(domain[0], heightAt(curve, halfLife) - offset)));
        const top = frame.top + 13 + row * flagHeight;
        const left = px > frame.right - 60;
        return (
          <g key={lane.cell} fill={fill} stroke={fill}>
            <line x1={px} x2={px} y1={Math.min(top, py)} y2={py + 7} stroke-width="1.25" stroke-dasharray="2 2" />
            <line x1={px} x2={px} y1={py - 7} y2={py + 7} stroke-width="3" />
            <text x={left ? px - 5 : px + 5} y={top + 1} text-anchor={left ? "end" : "start"} stroke="none">
              {text.decay.half(halfLife.toFixed(2))}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Names at the ends of lines, and what is left there. */
function EndLabels({
  shown,
  scales: { y },
  frame,
  domain,
  compact,
}: PartProps & { domain: readonly [number, number]; compact: boolean }) {
  const ends = shown.map(({ curve, offset }) => endOf(curve, offset, domain));
  const gap = compact ? 34 : 36;
  const places = spread(
    ends.map((end) => (end === undefined || !end.last ? frame.bottom - 4 : y.at(end.value))),
    gap,
    frame.top + 8,
    frame.bottom + 16,
  );
  return (
    <g class="ends">
      {shown.map(({ lane, curve, offset, style }, k) => {
        const [name, detail] = splitLabel(lane.label);
        const last = (curve.mean.at(-1) ?? Number.NaN) - offset;
        const inside = ends[k]?.last === true;
        const at = inside ? y.at(last) : frame.bottom - 4;
        const left = frame.right + 16;
        return (
          <g key={lane.cell} fill={textColor(style)}>
            <path
              d={`M${frame.right + 2},${at}L${left - 4},${places[k]}`}
              stroke={textColor(style)}
              fill="none"
              opacity="0.6"
            />
            <text x={left} y={places[k]} dy="0.1em" class="name">
              {name} {inside ? "" : last > 0 ? "↑" : "↓"}
              {!compact && <tspan class="value">{normText(last, 2)}</tspan>}
            </text>
            {(compact || detail !== "") && (
              <text x={left} y={places[k] + 14} dy="0.1em" class="detail">
                {compact ? normText(last, 2) : detail}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** The numbers under the cursor: they are always there, so nothing has to be hovered for. */
function LagNumbers({ shown, lag }: { shown: readonly Shown[]; lag: number }) {
  const text = messages.value.labViews;
  return (
    <dl class="lag-numbers">
      <div class="lag">
        <dt>{text.stepsBack}</dt>
        <dd>{lag}</dd>
      </div>
      {shown.map(({ lane, curve, offset }) => (
        <div key={lane.cell}>
          <dt style={{ color: textColor(lane.style) }}>{lane.label}</dt>
          <dd data-testid={`at-lag-${lane.cell}`}>{normText((curve.mean[lag] ?? Number.NaN) - offset)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Holds the range of colours and heights, or lets it go. */
export function Padlock({ views }: { views: ViewState }) {
  const text = messages.value.labViews;
  const locked = views.locked.value;
  return (
    <button
      type="button"
      class="padlock"
      aria-pressed={locked}
      title={locked ? text.locked : text.unlocked}
      onClick={() => {
        views.locked.value = !locked;
      }}
    >
      <svg aria-hidden="true" viewBox="0 0 20 20" width="18" height="18">
        <path
          d={locked ? "M6 9V6a4 4 0 0 1 8 0v3" : "M6 9V6a4 4 0 0 1 7.6-1.7"}
          fill="none"
          stroke="currentColor"
          stroke-width="2"
        />
        <rect x="4" y="9" width="12" height="8" rx="2" fill="currentColor" />
      </svg>
      <span class="visually-hidden">{text.padlock}: </span>
      <span>{locked ? text.lockedShort : text.unlockedShort}</span>
    </button>
  );
}
