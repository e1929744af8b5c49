import { fixed } from "@unroll/bench/format";
import { useEffect, useMemo } from "preact/hooks";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import type { Lane } from "../../state/lane.ts";
import { Button } from "../../ui/controls.tsx";
import { splitLabel } from "../decay/decay-finding.ts";
import { ColorLegend } from "../shared/color-legend.tsx";
import { CursorSurface } from "../shared/cursor-surface.tsx";
import { normText } from "../shared/numbers.ts";
import { inside, Plot } from "../shared/plot.tsx";
import { lineColor, narrow, pageColors, still, textColor } from "../shared/scheme.ts";
import { extentOf, lagsOf, probeOf, spokenLag } from "../shared/series.ts";
import { View } from "../shared/view.tsx";
import { domainOf, type ViewState } from "../shared/view-state.ts";
import { drawLane, railsOf } from "./lane-picture.ts";
import { createPulse, type Pulse } from "./pulse.ts";

const railHeight = 44;
const columnHeight = 380;

/** The same pulse in every cell, running back through time: where does it die? */
export function LanesView({ lab, views }: { lab: Lab; views: ViewState }) {
  const text = messages.value.labViews;
  const lanes = lab.lanes.value;
  const lags = Math.max(1, lagsOf(lanes));
  const lag = lab.lag.value;
  const moment = lab.moment.value;
  const vertical = narrow.value;
  const running = lab.running.value;
  const pulse = useMemo(() => createPulse(views.pulse), [views]);
  const ready = lanes.length > 0 && lanes.every((lane) => lane.latest.value !== null);

  // One as soon as there is something to run through, and again and again while training goes on.
  useEffect(() => {
    if (!ready || still.peek()) return;
    pulse.play(lags, running ? () => lab.running.peek() && lab.lag.peek() === null : undefined);
    return pulse.stop;
  }, [ready, running, lags, pulse, lab]);

  const finding = text.lanes.finding(
    lanes.flatMap((lane) => {
      const probe = probeOf(lane, moment);
      return probe === null ? [] : [{ name: text.decay.nameOf(lane.label), horizon: probe.joint.horizon }];
    }),
    lags,
  );
  return (
    <View id="lanes" title={text.lanes.title} about={text.lanes.about} finding={finding} span="span5">
      <section
        class={vertical ? "lanes vertical" : "lanes"}
        aria-label={text.lanes.rails}
        onKeyDown={(event) => {
          if (event.key !== " " || (event.target as HTMLElement).closest("button") !== null) return;
          event.preventDefault();
          event.stopPropagation();
          pulse.play(lags);
        }}
      >
        {lanes.map((lane) => (
          <LaneRail key={lane.cell} lab={lab} lane={lane} views={views} pulse={pulse} lags={lags} />
        ))}
      </section>
      <div class="scrub">
        <Button onClick={() => pulse.play(lags)} label={text.lanes.playPulse}>
          {text.lanes.pulse}
        </Button>
        <label>
          <span>{text.stepsBack}</span>
          <input
            type="range"
            min={0}
            max={lags}
            step={1}
            value={lag ?? lags}
            style={vertical ? {} : { direction: "rtl" }}
            aria-valuetext={String(lag ?? lags)}
            onInput={(event) => {
              pulse.stop();
              lab.lag.value = Number(event.currentTarget.value);
            }}
          />
          <output>{lag ?? "–"}</output>
        </label>
      </div>
      <ColorLegend domain={domainOfLanes(lanes, views, moment)} />
    </View>
  );
}

function domainOfLanes(lanes: readonly Lane[], views: ViewState, moment: number | null): readonly [number, number] {
  return domainOf(views.locked.value, () =>
    extentOf(lanes.flatMap((lane) => Object.values(probeOf(lane, moment)?.states ?? {}).map(({ mean }) => mean))),
  );
}

interface LaneRailProps {
  readonly lab: Lab;
  readonly lane: Lane;
  readonly views: ViewState;
  readonly pulse: Pulse;
  readonly lags: number;
}

function LaneRail({ lab, lane, views, pulse, lags }: LaneRailProps) {
  const text = messages.value.labViews;
  const vertical = narrow.value;
  const moment = lab.moment.value;
  const lag = lab.lag.value;
  const probe = probeOf(lane, moment);
  const [name, detail] = splitLabel(lane.label);
  const rails = probe === null ? [] : railsOf(probe);
  const spoken = spokenLag(lag, lags);
  const half = text.lanes.half(probe?.joint.fit, (value) => fixed(value, value < 100 ? 2 : 0));
  const at = rails.map(
    ({ name: state }) => [state, normText(probe?.states[state]?.mean[spoken] ?? Number.NaN)] as const,
  );
  return (
    <div class="rail">
      <p class="rail-head">
        <b style={{ color: textColor(lane.style) }}>{name}</b>
        {detail !== "" && <span class="detail">{detail}</span>}
        <span class="half">
          <strong>{half.value}</strong> {half.unit}
        </span>
      </p>
      <Plot
        height={vertical ? columnHeight : Math.max(1, rails.length) * railHeight - (rails.length - 1) * 10}
        margin={vertical ? [4, 2, 4, 2] : [2, 4, 2, 20]}
        label={text.lanes.label(lane.label, half.value)}
        describedBy="numbers"
        draw={(context, frame) => {
          const now = probeOf(lane, lab.moment.value);
          if (now === null) return;
          const { soft, grid, ink } = pageColors();
          drawLane(context, frame, {
            rails: railsOf(now),
            lags,
            pulse: pulse.at.value ?? lab.lag.value,
            cursor: lab.lag.value,
            vertical: narrow.value,
            domain: domainOfLanes(lab.lanes.value, views, lab.moment.value),
            color: lineColor(lane.style),
            soft,
            grid,
            ink,
          });
        }}
        axes={(frame) =>
          vertical
            ? null
            : rails.map(({ name: state }, k) => (
                <text
                  key={state}
                  class="rail-name"
                  x={2}
                  y={frame.top + ((frame.bottom - frame.top) * (k + 0.5)) / rails.length}
                  dy="0.35em"
                >
                  {state}
                </text>
              ))
        }
        over={(frame) => (
          <CursorSurface
            label={text.lanes.cursor(lane.label)}
            value={lag}
            start={spoken}
            least={0}
            most={lags}
            vertical={vertical}
            backwards={!vertical}
            valueText={text.lanes.at(spoken, at)}
            valueAt={(x, y) => (vertical ? y : 1 - x) * lags}
            onChange={(value) => {
              pulse.stop();
              lab.lag.value = value;
            }}
            style={inside(frame)}
          />
        )}
      />
    </div>
  );
}
