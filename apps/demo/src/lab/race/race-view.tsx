import { metricText } from "@unroll/bench/format";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import { Axis } from "../../ui/axis.tsx";
import { Button } from "../../ui/controls.tsx";
import { linearScale, linearTicks } from "../../ui/scale.ts";
import { splitLabel } from "../decay/decay-finding.ts";
import { CursorSurface } from "../shared/cursor-surface.tsx";
import { decimate } from "../shared/decimate.ts";
import { clipped, dashOf, drawMarker, strokePoints } from "../shared/draw.ts";
import { compact } from "../shared/numbers.ts";
import { spread } from "../shared/place-labels.ts";
import { type Frame, inside, Plot } from "../shared/plot.tsx";
import { lineColor, narrow, pageColors, textColor } from "../shared/scheme.ts";
import { Segments, View } from "../shared/view.tsx";
import { raceAxes, type ViewState } from "../shared/view-state.ts";
import { placeOf, type RaceLine, raceLine, smoothed, winnerOf } from "./race-series.ts";

const height = 340;
/** Losses are drawn as a running mean over so many points. */
const span = 15;

/** Who learns, and when: training losses on the same sequences, beside the exact loss of guessing. */
export function RaceView({ lab, views, newSeed }: { lab: Lab; views: ViewState; newSeed: () => void }) {
  const text = messages.value.labViews.race;
  const lanes = lab.lanes.value;
  const axis = views.raceAxis.value;
  const facts = lanes[0]?.facts.value ?? null;
  const running = lab.running.value;
  const small = narrow.value;
  const lines = lanes.map((lane) => raceLine(lane, axis));
  const most = Math.max(axis === "time" ? 1 : 10, ...lines.map(({ x, length }) => (length > 0 ? x[length - 1] : 0)));
  const smooth = lines.map(({ losses }) => smoothed(losses, span));
  const [low, high] = rangeOf(smooth, facts?.chance.value ?? 1, facts?.solvedBelow ?? null);
  const winner = winnerOf(lanes, axis);
  const steps = Math.max(1, ...lanes.map((lane) => lane.step.value));
  const moment = lab.moment.value;
  const unit = text.axes[axis];
  const scalesOf = (frame: Frame) => ({
    x: linearScale([0, most], [frame.left, frame.right]),
    y: linearScale([low, high], [frame.bottom, frame.top]),
  });
  const finding = text.finding(
    lanes.map((lane) => ({
      name: messages.value.labViews.decay.nameOf(lane.label),
      loss: lane.latest.value?.look.loss ?? Number.NaN,
    })),
    facts?.chance.value ?? Number.NaN,
    winner && { name: messages.value.labViews.decay.nameOf(winner.lane.label), at: text.amount(axis, winner.at) },
  );

  return (
    <View
      id="race"
      title={text.title}
      about={text.about(facts?.metric ?? "", facts?.success ?? null)}
      finding={finding}
      tools={
        <>
          <Segments
            label={text.axis}
            value={axis}
            options={raceAxes.map((key) => [key, text.axes[key]] as const)}
            onChange={(value) => {
              views.raceAxis.value = value;
            }}
          />
          <div class="buttons">
            <Button onClick={running ? lab.pause : lab.run}>{running ? text.pause : text.play}</Button>
            <Button onClick={lab.step}>{text.step}</Button>
            <Button onClick={lab.reset}>{text.reset}</Button>
            <Button onClick={newSeed}>{text.newSeed}</Button>
          </div>
        </>
      }
    >
      <Plot
        height={height}
        margin={[22, small ? 84 : 148, 48, 58]}
        label={finding}
        describedBy="numbers"
        draw={(context, frame) => {
          const { soft, card } = pageColors();
          const fresh = lab.lanes.value.map((lane) => raceLine(lane, views.raceAxis.value));
          drawRace(context, frame, { lines: fresh, scales: scalesOf(frame), facts, soft, card });
        }}
        axes={(frame) => {
          const { x, y } = scalesOf(frame);
          const chance = facts === null ? null : Math.log10(facts.chance.value);
          const solved = facts?.solvedBelow == null ? null : Math.log10(facts.solvedBelow);
          const ends = smooth.map((values) => values.at(-1) ?? Number.NaN);
          const known = lanes.map((_, k) => k).filter((k) => Number.isFinite(ends[k]));
          const places = spread(
            known.map((k) => y.at(Math.min(high, Math.max(low, ends[k])))),
            32,
            frame.top + 6,
            frame.bottom - 10,
          );
          return (
            <>
              <Axis
                scale={y}
                ticks={logTicks(low, high)}
                side="left"
                at={frame.left}
                grid={frame.right - frame.left}
                format={(tick) => String(Number((10 ** tick).toPrecision(1)))}
              />
              <Axis
                scale={x}
                ticks={linearTicks([0, most], small ? 3 : 6)}
                side="bottom"
                at={frame.bottom}
                format={compact}
                title={unit}
              />
              {chance !== null && facts !== null && (
                <text class="rule" x={frame.right - 4} y={y.at(chance) - 6} text-anchor="end">
                  {small ? text.chance : text.chanceFormula(facts.chance.formula)}
                </text>
              )}
              {solved !== null && solved >= low && (
                <text class="rule" x={frame.right - 4} y={y.at(solved) - 6} text-anchor="end">
                  {text.solved}
                </text>
              )}
              {moment !== null && lanes[0] !== undefined && (
                <line
                  class="cursor"
                  x1={x.at(placeOf(lanes[0], axis, moment))}
                  x2={x.at(placeOf(lanes[0], axis, moment))}
                  y1={frame.top}
                  y2={frame.bottom}
                />
              )}
              {known.map((k, n) => {
                const { lane, x: places2, length } = lines[k];
                const [name, detail] = splitLabel(lane.label);
                const left = frame.right + 16;
                const fill = textColor(lane.style);
                return (
                  <g key={lane.cell} fill={fill} class="ends">
                    <path
                      d={`M${x.at(places2[length - 1]) + 4},${y.at(ends[k])}H${frame.right + 2}L${left - 4},${places[n]}`}
                      stroke={fill}
                      fill="none"
                      opacity="0.45"
                    />
                    <text x={left} y={places[n]} dy="0.2em" class="name">
                      {name} {!small && <tspan class="value">{metricText(10 ** ends[k])}</tspan>}
                    </text>
                    {(small || detail !== "") && (
                      <text x={left} y={places[n] + 14} dy="0.2em" class="detail">
                        {small ? metricText(10 ** ends[k]) : detail}
                      </text>
                    )}
                  </g>
                );
              })}
              {winner !== undefined && (
                <g class="flag" fill={textColor(winner.lane.style)} stroke={textColor(winner.lane.style)}>
                  <line x1={x.at(winner.at)} x2={x.at(winner.at)} y1={frame.top} y2={frame.bottom} stroke-width="1.5" />
                  <path d={`M${x.at(winner.at)},${frame.top}h14l-4,5l4,5h-14z`} stroke="none" />
                  <text
                    x={x.at(winner.at) + (x.at(winner.at) > (frame.left + frame.right) / 2 ? -6 : 20)}
                    y={frame.top + 10}
                    text-anchor={x.at(winner.at) > (frame.left + frame.right) / 2 ? "end" : "start"}
                    stroke="none"
                    class="name"
                  >
                    {text.winner(splitLabel(winner.lane.label)[0], text.amount(axis, winner.at))}
                  </text>
                </g>
              )}
            </>
          );
        }}
        over={(frame) => (
          <CursorSurface
            label={text.cursor}
            value={moment}
            start={steps}
            least={0}
            most={steps}
            valueText={text.at(
              moment ?? steps,
              lanes.map((lane) => [lane.label, metricText(lossAt(lane.losses, moment ?? steps))]),
            )}
            onHover={() => {}}
            valueAt={(at) => stepAt(lines, at * most)}
            onChange={(value) => {
              lab.moment.value = value;
            }}
            style={inside(frame)}
          />
        )}
      />
      <dl class="lag-numbers">
        <div class="lag">
          <dt>{text.trainingStep}</dt>
          <dd>{moment ?? steps}</dd>
        </div>
        {lanes.map((lane) => (
          <div key={lane.cell}>
            <dt style={{ color: textColor(lane.style) }}>{lane.label}</dt>
            <dd>{metricText(lossAt(lane.losses, moment ?? steps))}</dd>
          </div>
        ))}
      </dl>
    </View>
  );
}

interface Picture {
  readonly lines: readonly RaceLine[];
  readonly scales: { readonly x: ReturnType<typeof linearScale>; readonly y: ReturnType<typeof linearScale> };
  readonly facts: { readonly chance: { readonly value: number }; readonly solvedBelow: number | null } | null;
  readonly soft: string;
  readonly card: string;
}

function drawRace(
  context: CanvasRenderingContext2D,
  frame: Frame,
  { lines, scales, facts, soft, card }: Picture,
): void {
  const { x, y } = scales;
  const rule = (value: number, dash: number[]) => {
    const at = y.at(Math.log10(value));
    context.strokeStyle = soft;
    context.lineWidth = 1.25;
    context.setLineDash(dash);
    context.beginPath();
    context.moveTo(frame.left, at);
    context.lineTo(frame.right, at);
    context.stroke();
  };
  const area = {
    left: frame.left,
    top: frame.top,
    width: frame.right - frame.left + 1,
    height: frame.bottom - frame.top,
  };
  clipped(context, area, () => {
    if (facts !== null) rule(facts.chance.value, [7, 4]);
    if (facts?.solvedBelow != null) rule(facts.solvedBelow, [2, 3]);
    for (const { lane, x: places, losses, length } of lines) {
      if (length === 0) continue;
      const color = lineColor(lane.style);
      const raw = losses.map(Math.log10);
      context.strokeStyle = color;
      context.lineJoin = "round";
      context.setLineDash([]);
      context.globalAlpha = 0.22;
      context.lineWidth = 1;
      strokePoints(context, { x: places, y: raw, order: decimate(places, raw, length) }, [x, y]);
      context.globalAlpha = 1;
      const mean = smoothed(losses, span);
      context.lineWidth = 2.25;
      context.setLineDash(dashOf(lane.style));
      strokePoints(context, { x: places, y: mean, order: decimate(places, mean, length) }, [x, y]);
      const last = mean[length - 1];
      if (Number.isFinite(last))
        drawMarker(context, lane.style, [x.at(places[length - 1]), y.at(last)], { color, card });
    }
  });
}

/** Log10 of all that must be seen, with some air. */
function rangeOf(series: readonly Float64Array[], chance: number, solved: number | null): readonly [number, number] {
  let low = Math.log10(solved ?? chance / 10);
  let high = Math.log10(chance) + 0.3;
  for (const values of series)
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  return [low - 0.15, Math.min(high + 0.05, Math.log10(chance) + 6)];
}

/** 1, 2 and 5 of each decade while there are few, else the decades. */
function logTicks(low: number, high: number): number[] {
  const factors = high - low < 2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let decade = Math.floor(low); decade <= high; decade++)
    for (const factor of factors) {
      const tick = decade + Math.log10(factor);
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return ticks;
}

function lossAt({ steps, losses, length }: RaceLine["lane"]["losses"], step: number): number | null {
  if (length === 0) return null;
  const k = steps.subarray(0, length).findIndex((known) => known >= step);
  return losses[k < 0 ? length - 1 : k];
}

/** The training step of the first lane at a place of the axis. */
function stepAt(lines: readonly RaceLine[], place: number): number {
  const first = lines[0];
  if (first === undefined || first.length === 0) return 0;
  const k = first.x.subarray(0, first.length).findIndex((known) => known >= place);
  return first.lane.losses.steps[k < 0 ? first.length - 1 : k];
}
