import { languageMessages } from "../../messages/language.ts";
import { NumberInput, Select, Slider } from "../../ui/controls.tsx";
import type { LanguageLab } from "../state/language-lab.ts";

/** How models write: takes effect at once. */
export function SamplingControls({ lab }: { lab: LanguageLab }) {
  const text = languageMessages.value;
  const { temperature, topK, topP } = lab.sampling.value;
  return (
    <fieldset class="card span12 sampling">
      <legend class="visually-hidden">{text.sampling}</legend>
      <Slider
        label={text.temperature}
        hint={text.temperatureHint}
        value={temperature}
        least={0}
        most={2}
        step={0.05}
        format={(value) => value.toFixed(2)}
        onInput={(value) => lab.setSampling({ temperature: value })}
      />
      <Slider
        label={text.topK}
        hint={text.topKHint}
        value={topK}
        least={0}
        most={50}
        step={1}
        format={(value) => (value === 0 ? text.all : String(value))}
        onInput={(value) => lab.setSampling({ topK: value })}
      />
      <Slider
        label={text.topP}
        hint={text.topPHint}
        value={topP}
        least={0.05}
        most={1}
        step={0.05}
        format={(value) => (value >= 1 ? text.all : value.toFixed(2))}
        onInput={(value) => lab.setSampling({ topP: value })}
      />
    </fieldset>
  );
}

/** How models are made and trained: a change starts anew. */
export function TrainingControls({ lab }: { lab: LanguageLab }) {
  const text = languageMessages.value;
  const { hidden, learningRate, clip, batch, length } = lab.settings.value;
  const { change } = lab;
  const clips = [...new Set([0.1, 1, 10, ...(clip === null ? [] : [clip])])].sort((a, b) => a - b);
  return (
    <details class="settings">
      <summary>{text.settings}</summary>
      <div class="fields">
        <NumberInput
          label={text.hidden}
          value={hidden}
          least={1}
          most={512}
          onChange={(value) => change({ hidden: value })}
        />
        <NumberInput
          label={text.learningRate}
          value={learningRate}
          least={1e-6}
          most={1e38}
          whole={false}
          onChange={(value) => change({ learningRate: value })}
        />
        <Select
          label={text.clip}
          value={clip === null ? "none" : String(clip)}
          options={{ none: text.noClip, ...Object.fromEntries(clips.map((value) => [String(value), String(value)])) }}
          onChange={(value) => change({ clip: value === "none" ? null : Number(value) })}
        />
        <NumberInput
          label={text.batch}
          value={batch}
          least={1}
          most={128}
          onChange={(value) => change({ batch: value })}
        />
        <NumberInput
          label={text.length}
          value={length}
          least={1}
          most={256}
          onChange={(value) => change({ length: value })}
        />
      </div>
    </details>
  );
}
