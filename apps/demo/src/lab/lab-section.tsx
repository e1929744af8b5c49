import { messages } from "../messages/index.ts";
import type { AppState } from "../state/app.ts";
import { Controls } from "./controls.tsx";
import { DecayView } from "./decay/decay-view.tsx";
import "./lab-views.css";
import { GatesView } from "./gates/gates-view.tsx";
import { HeatmapView } from "./heatmap/heatmap-view.tsx";
import { LaneNotices } from "./lane-notices.tsx";
import { LanesView } from "./lanes/lanes-view.tsx";
import { OracleBadges } from "./oracles/oracle-badges.tsx";
import { Presets } from "./presets.tsx";
import { RaceView } from "./race/race-view.tsx";
import { Readout } from "./readout.tsx";
import { viewStateOf } from "./shared/view-state.ts";
import { NumbersTable } from "./table/numbers-table.tsx";
import { Transport } from "./transport.tsx";

/** The lab. Views stand between the transport and the settings, in the grid. */
export function LabSection({ app }: { app: AppState }) {
  const { lab, hash } = app;
  const text = messages.value.lab;
  const views = viewStateOf(hash);
  return (
    <div class="lab">
      <div class="intro">
        <h1>{text.title}</h1>
        <p class="lead">{text.lead}</p>
      </div>
      <Presets lab={lab} />
      <Transport lab={lab} />
      <LaneNotices lab={lab} />
      <div class="grid12">
        <LanesView lab={lab} views={views} />
        <DecayView lab={lab} views={views} />
        <RaceView lab={lab} views={views} newSeed={() => lab.change({ seed: lab.config.peek().seed + 1 })} />
        <HeatmapView lab={lab} views={views} />
        <GatesView lab={lab} />
        <Readout lab={lab} />
        <OracleBadges lab={lab} />
        <NumbersTable lab={lab} views={views} />
      </div>
      <Controls lab={lab} />
    </div>
  );
}
