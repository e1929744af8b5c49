import { grouped } from "@unroll/bench/format";
import { lineColor } from "../../lab/shared/scheme.ts";
import { languageMessages } from "../../messages/language.ts";
import { Button } from "../../ui/controls.tsx";
import type { LanguageLab } from "../state/language-lab.ts";
import type { LanguageLane } from "../state/language-lane.ts";
import { bitsText } from "./numbers.ts";

/** One model: what it is, how well it guesses, and what it writes. */
export function LaneCard({ lab, lane, onSave }: { lab: LanguageLab; lane: LanguageLane; onSave: () => void }) {
  const text = languageMessages.value;
  const label = text.names[lane.kind];
  const { step, text: written } = lane.written.value;
  const context = lane.spec.value?.context ?? lab.settings.value.context;
  return (
    <section
      class="card span3 model"
      style={{ "--cell": lineColor(lane.style) }}
      aria-labelledby={`model-${lane.kind}`}
    >
      <h2 id={`model-${lane.kind}`}>{label}</h2>
      <p class="what">{text.about(lane.kind, context)}</p>
      <p class="big">
        {bitsText(lane.bits.value)} <small>{text.bits}</small>
      </p>
      <section class="written" dir="auto" tabIndex={0} aria-label={text.writes(label)}>
        {written}
      </section>
      <div class="model-foot">
        <small>{text.writtenAt(grouped(step))}</small>
        <Button onClick={onSave} label={text.saveLabel(label)}>
          {text.save}
        </Button>
      </div>
    </section>
  );
}
