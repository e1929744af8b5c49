import { signal } from "@preact/signals";
import { labOracles, oracleBound, oracleLags } from "@unroll/bench/lab";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../../messages/index.ts";
import type { Lab } from "../../state/lab.ts";
import { normText } from "../shared/numbers.ts";
import { View } from "../shared/view.tsx";
import { type OracleRun, runOracles } from "./oracle-run.ts";

const none: OracleRun = { results: signal([]), problem: signal(null) };

/** Gradients that are known in advance, measured here and now: whoever looks sees that the numbers are right. */
export function OracleBadges({ lab }: { lab: Lab }) {
  const text = messages.value.labViews.oracles;
  const [run, setRun] = useState<OracleRun>(none);
  const lanes = lab.lanes.value;
  const ready = lanes.length > 0 && lanes.every((lane) => lane.latest.value !== null);
  // After the lanes, so that these come first.
  useEffect(() => {
    if (ready) setRun(runOracles(labOracles.length));
  }, [ready]);
  const results = new Map(run.results.value.map((result) => [result.id, result]));
  const passed = run.results.value.filter((result) => result.passed).length;
  const finding =
    run.problem.value !== null
      ? text.failed
      : results.size < labOracles.length
        ? text.measuring
        : text.finding(passed, labOracles.length, oracleLags);
  return (
    <View
      id="oracles"
      title={text.title}
      about={text.about(oracleLags, normText(Math.log10(oracleBound), 1))}
      finding={finding}
    >
      <ul class="badges">
        {labOracles.map(({ id }) => {
          const result = results.get(id);
          const state = result === undefined ? "waiting" : result.passed ? "passed" : "missed";
          return (
            <li key={id} class={state} data-testid={`oracle-${id}`}>
              <span class="mark" aria-hidden="true">
                {state === "passed" ? "✓" : state === "missed" ? "✗" : "…"}
              </span>
              <b>{text.names[id]}</b>
              <span class="what">{text.laws[id]}</span>
              <span class="error">
                {text.states[state]}
                {result !== undefined && `, ${text.error(normText(Math.log10(result.error), 2))}`}
              </span>
            </li>
          );
        })}
      </ul>
    </View>
  );
}
