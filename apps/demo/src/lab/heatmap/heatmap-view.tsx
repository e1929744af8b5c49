import { grouped } from "@unroll/bench/format";
import { useMemo, useState } from "preact/hooks";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import type { Lane } from "../../state/lane.ts";
import { Axis, decades } from "../../ui/axis.tsx";
import { Button } from "../../ui/controls.tsx";
import { decadeTicks, linearScale, linearTicks, type Scale } from "../../ui/scale.ts";
import { Tooltip } from "../../ui/tooltip.tsx";
import { splitLabel } from "../decay/decay-finding.ts";
import { Padlock } from "../decay/decay-view.tsx";
import { ColorLegend } from "../shared/color-legend.tsx";
import { CursorSurface } from "../shared/cursor-surface.tsx";
import { clipped, dashOf, strokePoints } from "../shared/draw.ts";
import { compact, normText } from "../shared/numbers.ts";
import { spread } from "../shared/place-labels.ts";
import { type Frame, inside, Plot } from "../shared/plot.tsx";
import { lineColor, narrow, textColor } from "../shared/scheme.ts";
import { curveOf, extentOf, lagsOf, probeOf, spokenLag } from "../shared/series.ts";
import { Segments, View } from "../shared/view.tsx";
import { domainOf, type ViewState } from "../shared/view-state.ts";
import { paintHeat, placeOfStep, type StepScale, stepAtPlace } from "./heat-image.ts";

const height = 250;
const sparkHeight = 46;
const rowHeight = 190;

/** Gradients over the whole training: one column for each probe, the same colours for all cells. */
export function HeatmapView({ lab, views }: { lab: Lab; views: ViewState }) {
  const text = messages.value.labViews;
  const lanes = lab.lanes.value;
  const lags = Math.max(1, lagsOf(lanes));
  const lag = lab.lag.value;
  const moment = lab.moment.value;
  const spoken = spokenLag(lag, lags);
  const last = Math.max(1, ...lanes.map((lane) => lane.latest.value?.step ?? 0));
  const scale: StepScale = { last, log: views.heatLog.value };
  const domain = domainOfHeat(lanes, views);
  const finding = text.heatmap.finding(
    spoken,
    lanes.flatMap((lane) => {
      const [first] = lane.history.records;
      const [before, after] = [curveOf(first ?? null, "joint"), curveOf(lane.latest.value, "joint")];
      if (before === undefined || after === undefined) return [];
      return [
        {
          name: text.decay.nameOf(lane.label),
          from: before.mean[spoken] ?? Number.NaN,
          to: after.mean[spoken] ?? Number.NaN,
        },
      ];
    }),
  );
  return (
    <View
      id="heatmap"
      title={text.heatmap.title}
      about={text.heatmap.about}
      finding={finding}
      tools={
        <>
          <Segments
            label={text.heatmap.steps}
            value={scale.log ? "log" : "linear"}
            options={[
              ["linear", text.heatmap.linear],
              ["log", text.heatmap.log],
            ]}
            onChange={(value) => {
              views.heatLog.value = value === "log";
            }}
          />
          <Padlock views={views} />
          {moment !== null && (
            <Button
              onClick={() => {
                lab.moment.value = null;
              }}
            >
              {text.heatmap.now(grouped(moment))}
            </Button>
          )}
        </>
      }
    >
      <div class="multiples">
        {lanes.map((lane) => (
          <HeatPanel key={lane.cell} lab={lab} lane={lane} views={views} lags={lags} scale={scale} domain={domain} />
        ))}
      </div>
      <ColorLegend domain={domain} />
      <RowPlot lab={lab} views={views} lag={spoken} scale={scale} domain={domain} />
    </View>
  );
}

function domainOfHeat(lanes: readonly Lane[], views: ViewState): readonly [number, number] {
  const quantity = views.quantity.value;
  return domainOf(views.locked.value, () =>
    extentOf(lanes.flatMap((lane) => lane.history.records.flatMap((record) => curveOf(record, quantity)?.mean ?? []))),
  );
}

interface PanelProps {
  readonly lab: Lab;
  readonly lane: Lane;
  readonly views: ViewState;
  readonly lags: number;
  readonly scale: StepScale;
  readonly domain: readonly [number, number];
}

function HeatPanel({ lab, lane, views, lags, scale, domain }: PanelProps) {
  const text = messages.value.labViews;
  const [hover, setHover] = useState<readonly [number, number] | null>(null);
  const picture = useMemo(() => ({ canvas: document.createElement("canvas"), key: "" }), []);
  const quantity = views.quantity.value;
  const lag = lab.lag.value;
  const moment = lab.moment.value;
  const spoken = spokenLag(lag, lags);
  const at = curveOf(probeOf(lane, moment), quantity)?.mean[spoken] ?? Number.NaN;
  const [name, detail] = splitLabel(lane.label);

  const draw = (context: CanvasRenderingContext2D, frame: Frame) => {
    // As often as there is a probe, not at every training step.
    const version = lane.latest.value?.step ?? -1;
    const [width, tall] = [Math.round(frame.right - frame.left), Math.round(frame.bottom - frame.top)];
    // Pixels are painted when there is something new; moving the cursor only copies them.
    const key = [version, width, scale.last, scale.log, quantity, ...domain].join();
    if (picture.key !== key) {
      picture.key = key;
      picture.canvas.width = width;
      picture.canvas.height = tall;
      const inner = picture.canvas.getContext("2d");
      const image = inner?.createImageData(width, tall);
      if (inner === null || image === undefined) return;
      paintHeat(image.data, lane.history.records, { width, height: tall, lags, quantity, scale, domain });
      inner.putImageData(image, 0, 0);
    }
    context.imageSmoothingEnabled = false;
    context.drawImage(picture.canvas, frame.left, frame.top, width, tall);
  };

  return (
    <div class="multiple">
      <p class="rail-head">
        <b style={{ color: textColor(lane.style) }}>{name}</b>
        {detail !== "" && <span class="detail">{detail}</span>}
        <span class="half" data-testid={`heat-${lane.cell}`}>
          {text.heatmap.value(spoken, normText(at))}
        </span>
      </p>
      <Plot
        height={height}
        margin={[6, 8, 8, 40]}
        label={text.heatmap.label(lane.label)}
        describedBy="numbers"
        draw={draw}
        axes={(frame) => {
          const y = linearScale([0, lags], [frame.top, frame.bottom]);
          const x = (step: number) => frame.left + placeOfStep(step, scale) * (frame.right - frame.left);
          return (
            <>
              <Axis scale={y} ticks={linearTicks([0, lags], 5)} side="left" at={frame.left} />
              {lag !== null && (
                <line class="heat-cursor" x1={frame.left} x2={frame.right} y1={y.at(lag)} y2={y.at(lag)} />
              )}
              {moment !== null && (
                <line class="heat-cursor" x1={x(moment)} x2={x(moment)} y1={frame.top} y2={frame.bottom} />
              )}
            </>
          );
        }}
        over={(frame) => (
          <>
            <CursorSurface
              label={text.heatmap.cursor(lane.label)}
              value={moment}
              start={scale.last}
              least={0}
              most={scale.last}
              valueText={text.heatmap.at(grouped(moment ?? scale.last), spoken, normText(at))}
              valueAt={(x) => stepAtPlace(x, scale)}
              onChange={(value) => {
                lab.moment.value = value;
              }}
              cross={{
                value: lag,
                start: spoken,
                least: 0,
                most: lags,
                valueAt: (y) => y * lags,
                onChange: (value) => {
                  lab.lag.value = value;
                },
              }}
              onHover={setHover}
              style={inside(frame)}
            />
            {hover !== null && (
              <HoverNumbers lane={lane} views={views} hover={hover} frame={frame} scale={scale} lags={lags} />
            )}
          </>
        )}
      />
      <Plot
        height={sparkHeight + 24}
        margin={[2, 8, 24, 40]}
        label={text.heatmap.spark(lane.label)}
        describedBy="numbers"
        draw={(context, frame) => {
          lane.latest.value;
          clipped(context, { left: frame.left, top: 0, width: frame.right - frame.left, height: frame.height }, () =>
            drawSpark(context, frame, lane, scale),
          );
        }}
        axes={(frame) => (
          <>
            <text class="spark-name" x={frame.left - 6} y={(frame.top + frame.bottom) / 2} dy="0.3em" text-anchor="end">
              {text.heatmap.loss}
            </text>
            <Axis
              scale={stepAxis(frame, scale)}
              ticks={stepTicks(scale)}
              side="bottom"
              at={frame.bottom}
              format={compact}
            />
          </>
        )}
      />
    </div>
  );
}

function HoverNumbers({
  lane,
  views,
  hover: [x, y],
  frame,
  scale,
  lags,
}: {
  lane: Lane;
  views: ViewState;
  hover: readonly [number, number];
  frame: Frame;
  scale: StepScale;
  lags: number;
}) {
  const record = lane.history.nearest(stepAtPlace(x, scale));
  const lag = Math.round(y * lags);
  const value = curveOf(record ?? null, views.quantity.value)?.mean[lag];
  if (record === undefined || value === undefined) return null;
  return (
    <Tooltip
      x={frame.left + x * (frame.right - frame.left)}
      y={Math.max(0, frame.top + y * (frame.bottom - frame.top) - 44)}
      within={frame.width}
    >
      <b>{normText(value)}</b>
      <br />
      {messages.value.labViews.heatmap.where(grouped(record.step), lag)}
    </Tooltip>
  );
}

function drawSpark(context: CanvasRenderingContext2D, frame: Frame, lane: Lane, scale: StepScale): void {
  const { steps, losses, length } = lane.losses;
  const logs = losses.subarray(0, length).map(Math.log10);
  const extent = extentOf([logs]);
  if (extent === undefined) return;
  const x = stepAxis(frame, scale);
  const y = linearScale(extent, [frame.bottom - 2, frame.top + 2]);
  context.strokeStyle = lineColor(lane.style);
  context.lineWidth = 1.25;
  strokePoints(context, { x: steps, y: logs }, [x, y]);
}

/** Training steps as pixels, evenly or by their logarithms. */
function stepAxis({ left, right }: Frame, scale: StepScale): Scale {
  return {
    domain: [0, scale.last],
    range: [left, right],
    at: (step) => left + placeOfStep(step, scale) * (right - left),
    invert: (pixel) => stepAtPlace((pixel - left) / (right - left), scale),
  };
}

function stepTicks({ last, log }: StepScale): number[] {
  if (!log) return linearTicks([0, last], 4);
  return [0, 1, 10, 100, 1000, 10_000, 100_000, 1e6].filter((tick) => tick <= last);
}

/** One row of the heatmaps as lines: how the gradient at a lag changes as the cells learn. */
function RowPlot({ lab, views, lag, scale, domain }: Omit<PanelProps, "lane" | "lags"> & { lag: number }) {
  const text = messages.value.labViews;
  const lanes = lab.lanes.value;
  const quantity = views.quantity.value;
  const moment = lab.moment.value;
  const small = narrow.value;
  const rows = lanes.map((lane) => ({
    lane,
    steps: lane.history.records.map(({ step }) => step),
    values: lane.history.records.map((record) => curveOf(record, quantity)?.mean[lag] ?? Number.NaN),
  }));
  const title = text.heatmap.row(lag);
  return (
    <>
      <h3 class="sub">{title}</h3>
      <Plot
        height={rowHeight}
        margin={[8, small ? 84 : 148, 44, 52]}
        label={title}
        describedBy="numbers"
        draw={(context, frame) => {
          const y = linearScale(domain, [frame.bottom, frame.top]);
          const area = {
            left: frame.left,
            top: frame.top,
            width: frame.right - frame.left,
            height: frame.bottom - frame.top,
          };
          clipped(context, area, () => {
            for (const { lane, steps, values } of rows) {
              context.strokeStyle = lineColor(lane.style);
              context.lineWidth = 2;
              context.setLineDash(dashOf(lane.style));
              strokePoints(context, { x: steps, y: values }, [stepAxis(frame, scale), y]);
            }
          });
        }}
        axes={(frame) => {
          const y = linearScale(domain, [frame.bottom, frame.top]);
          const x = stepAxis(frame, scale);
          const known = rows.filter(({ values }) => Number.isFinite(values.at(-1)));
          const places = spread(
            known.map(({ values }) => y.at(Math.min(domain[1], Math.max(domain[0], values.at(-1) ?? 0)))),
            18,
            frame.top + 4,
            frame.bottom,
          );
          return (
            <>
              <Axis
                scale={y}
                ticks={decadeTicks(domain, domain[1] - domain[0] > 6 ? 3 : 1)}
                side="left"
                at={frame.left}
                grid={frame.right - frame.left}
                format={decades}
              />
              <Axis
                scale={x}
                ticks={stepTicks(scale)}
                side="bottom"
                at={frame.bottom}
                format={compact}
                title={text.heatmap.trainingStep}
              />
              {moment !== null && (
                <line class="cursor" x1={x.at(moment)} x2={x.at(moment)} y1={frame.top} y2={frame.bottom} />
              )}
              {known.map(({ lane, values }, k) => (
                <text
                  key={lane.cell}
                  class="name"
                  fill={textColor(lane.style)}
                  x={frame.right + 14}
                  y={places[k]}
                  dy="0.3em"
                >
                  {splitLabel(lane.label)[0]} {small ? "" : normText(values.at(-1) ?? Number.NaN, 2)}
                </text>
              ))}
            </>
          );
        }}
      />
    </>
  );
}
