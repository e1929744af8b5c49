import { fixed, grouped, metricText } from "@unroll/bench/format";
import type { CurveFit } from "@unroll/bench/lab";
import { messages } from "../messages/index.ts";
import type { Lab } from "../state/lab.ts";
import type { Lane } from "../state/lane.ts";

/** Half-life, step and loss of every cell, as text. */
export function Readout({ lab }: { lab: Lab }) {
  const text = messages.value.lab;
  return (
    <section class="card span12 readout" aria-label={text.halfLife}>
      {lab.lanes.value.map((lane) => (
        <LaneReadout key={`${lane.index}-${lane.cell}`} lane={lane} running={lab.running.value} />
      ))}
    </section>
  );
}

function LaneReadout({ lane, running }: { lane: Lane; running: boolean }) {
  const text = messages.value.lab;
  const status = lane.status.value;
  const fit = lane.latest.value?.joint.fit;
  const state = status === "ready" && running ? text.status.running : text.status[status];
  return (
    <div class="lane" style={{ "--cell": lane.style.color }}>
      <h2>
        {lane.label} <small>{state}</small>
      </h2>
      <p class="big" data-testid={`half-life-${lane.cell}`}>
        {halfLifeText(fit)}
      </p>
      <p class="what">{text.halfLifeHint}</p>
      <dl>
        <dt>{text.trainingStep}</dt>
        <dd>{grouped(lane.step.value)}</dd>
        <dt>{text.loss}</dt>
        <dd>{metricText(lane.loss.value)}</dd>
        <dt>{text.parameters}</dt>
        <dd>{lane.model.value === null ? "" : grouped(lane.model.value.parameters)}</dd>
      </dl>
    </div>
  );
}

/** `14.27 steps`, or why there is no such number. */
function halfLifeText(fit: CurveFit | null | undefined): string {
  const text = messages.value.lab;
  if (fit === undefined) return "";
  if (fit === null) return text.nothingFitted;
  if (!Number.isFinite(fit.halfLife)) return text.nothingLost;
  const steps = text.steps(fixed(fit.halfLife, fit.halfLife < 100 ? 2 : 0));
  return fit.exponential ? steps : `${steps}, ${text.notExponential}`;
}
