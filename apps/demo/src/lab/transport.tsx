import { messages } from "../messages/index.ts";
import { forgetBiasOf, withForgetBias } from "../presets/presets.ts";
import type { Lab } from "../state/lab.ts";
import { Slider } from "../ui/controls.tsx";
import { TransportButtons } from "../ui/transport-buttons.tsx";

const biasStep = 0.05;

/** Play, step, reset, and the forget bias where cells have one. */
export function Transport({ lab }: { lab: Lab }) {
  const text = messages.value.lab;
  const running = lab.running.value;
  const { cells } = lab.config.value;
  const bias = forgetBiasOf(cells);
  return (
    <div class="transport">
      <TransportButtons lab={lab} running={running} text={text} />
      {bias !== undefined && (
        <Slider
          label={text.forgetBias}
          hint={text.forgetBiasHint}
          value={bias}
          least={0}
          most={5}
          step={biasStep}
          format={(value) => value.toFixed(2)}
          onInput={(value) => lab.change({ cells: withForgetBias(cells, Number(value.toFixed(2))) })}
        />
      )}
    </div>
  );
}
