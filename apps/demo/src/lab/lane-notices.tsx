import { grouped } from "@unroll/bench/format";
import { messages } from "../messages/index.ts";
import type { Lab } from "../state/lab.ts";
import type { Lane } from "../state/lane.ts";
import { Button } from "../ui/controls.tsx";

/** What went wrong in a lane, and what can be done: curves stay where they are. */
export function LaneNotices({ lab }: { lab: Lab }) {
  const text = messages.value.lab;
  const { lr, clip } = lab.config.value;
  const unstable = lab.unstable.value;
  return (
    <div class="notices">
      {lab.lanes.value.map((lane) => (
        <LaneNotice key={lane.cell} lab={lab} lane={lane} />
      ))}
      {unstable.length > 0 && (
        <div class="notice" role="alert">
          <div>
            {unstable.map(({ cell, label, status, step }) => (
              <p key={cell}>
                {status.value === "diverged" ? text.diverged(label, grouped(step.value)) : text.unstable(label)}
              </p>
            ))}
          </div>
          {clip === null && <Button onClick={() => lab.change({ clip: 1 })}>{text.offerClip}</Button>}
          {lr > 0.003 && <Button onClick={() => lab.change({ lr: 0.003 })}>{text.offerRate}</Button>}
        </div>
      )}
    </div>
  );
}

function LaneNotice({ lab, lane }: { lab: Lab; lane: Lane }) {
  const text = messages.value.lab;
  const status = lane.status.value;
  if (status === "lost")
    return (
      <div class="notice" role="alert">
        <p>{text.lost(lane.label)}</p>
        <Button onClick={() => lab.revive(lane)}>{text.revive}</Button>
      </div>
    );
  if (status === "failed")
    return (
      <div class="notice" role="alert">
        <p>{text.failed(lane.label, lane.problem.value ?? "")}</p>
      </div>
    );
  return null;
}
