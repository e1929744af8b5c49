import { messages } from "../messages/index.ts";
import { presetConfig, presetIds, presetOf } from "../presets/presets.ts";
import type { Lab } from "../state/lab.ts";

/** One click each. The one that is in force is pressed, and says what it shows. */
export function Presets({ lab }: { lab: Lab }) {
  const { presets, lab: text } = messages.value;
  const now = presetOf(lab.config.value);
  return (
    <div class="presets">
      <fieldset class="chips">
        <legend class="visually-hidden">{text.presets}</legend>
        {presetIds.map((id) => (
          <button
            key={id}
            type="button"
            class="chip"
            aria-pressed={id === now}
            onClick={() => lab.change(presetConfig(id, lab.config.peek().seed))}
          >
            {presets[id].name}
          </button>
        ))}
      </fieldset>
      <p class="preset-lead">{now === undefined ? "" : presets[now].lead}</p>
    </div>
  );
}
