import { type LabTaskName, labLimits, labTasks, mostCells, readCell, shortest } from "@unroll/bench/lab";
import { useState } from "preact/hooks";
import { messages } from "../messages/index.ts";
import type { Lab } from "../state/lab.ts";
import { Button, Field, NumberInput, Select } from "../ui/controls.tsx";

/** Everything that the numbers follow from, to be changed. */
export function Controls({ lab }: { lab: Lab }) {
  const text = messages.value.lab;
  const { task, cells, T, H, B, lr, clip, probe } = lab.config.value;
  const { change } = lab;
  const tasks = Object.fromEntries(labTasks.map((name) => [name, text.tasks[name]])) as Record<LabTaskName, string>;
  return (
    <details class="settings">
      <summary>{text.settings}</summary>
      <div class="fields">
        <Select
          label={text.task}
          value={task}
          options={tasks}
          onChange={(next) => change({ task: next, T: Math.max(T, shortest[next]) })}
        />
        <CellsInput cells={cells} onChange={(next) => change({ cells: next })} />
        <NumberInput
          label={text.length}
          value={T}
          {...labLimits.T}
          least={shortest[task]}
          onChange={(value) => change({ T: value })}
        />
        <NumberInput label={text.hidden} value={H} {...labLimits.H} onChange={(value) => change({ H: value })} />
        <NumberInput label={text.batch} value={B} {...labLimits.B} onChange={(value) => change({ B: value })} />
        <NumberInput
          label={text.learningRate}
          value={lr}
          {...labLimits.lr}
          onChange={(value) => change({ lr: value })}
        />
        <Select
          label={text.clip}
          value={clip === null ? "none" : String(clip)}
          options={clipOptions(clip, text.noClip)}
          onChange={(value) => change({ clip: value === "none" ? null : Number(value) })}
        />
        <Select label={text.probe} value={probe} options={text.probes} onChange={(value) => change({ probe: value })} />
      </div>
      <SaveConfig lab={lab} />
    </details>
  );
}

/** The usual thresholds, and the one that a link names. */
function clipOptions(clip: number | null, none: string): Record<string, string> {
  const values = [...new Set([0.1, 1, 10, ...(clip === null ? [] : [clip])])].sort((a, b) => a - b);
  return { none, ...Object.fromEntries(values.map((value) => [String(value), String(value)])) };
}

function CellsInput({ cells, onChange }: { cells: readonly string[]; onChange: (cells: string[]) => void }) {
  const text = messages.value.lab;
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const commit = (value: string) => {
    const keys = value
      .split(",")
      .map((key) => key.trim())
      .filter((key) => key !== "");
    const fits =
      keys.length > 0 &&
      keys.length <= mostCells &&
      new Set(keys).size === keys.length &&
      keys.every((key) => readCell(key) !== undefined);
    setWrong(fits ? undefined : value);
    if (fits) onChange(keys);
  };
  return (
    <Field label={text.cells} hint={wrong === undefined ? text.cellsHint : text.wrongCells(wrong)}>
      {(id) => (
        <input
          id={id}
          type="text"
          spellcheck={false}
          autocomplete="off"
          aria-invalid={wrong !== undefined}
          value={wrong ?? cells.join(", ")}
          onChange={(event) => commit(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function SaveConfig({ lab }: { lab: Lab }) {
  const { shell } = messages.value;
  const save = () => {
    const url = URL.createObjectURL(
      new Blob([`${JSON.stringify(lab.config.peek(), null, 2)}\n`], { type: "application/json" }),
    );
    const link = document.createElement("a");
    link.href = url;
    link.download = "unroll-lab.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return (
    <p class="save">
      <Button onClick={save}>{shell.exportConfig}</Button> <small>{shell.exportHint}</small>
    </p>
  );
}
