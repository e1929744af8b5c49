import { messages } from "../messages/index.ts";
import type { AppState } from "../state/app.ts";
import { Controls } from "./controls.tsx";
import { LaneNotices } from "./lane-notices.tsx";
import { Presets } from "./presets.tsx";
import { Readout } from "./readout.tsx";
import { Transport } from "./transport.tsx";

/** The lab. Views stand between the transport and the settings, in the grid. */
export function LabSection({ app }: { app: AppState }) {
  const { lab } = app;
  const text = messages.value.lab;
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
        <Readout lab={lab} />
      </div>
      <Controls lab={lab} />
    </div>
  );
}
