import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly kind?: "primary" | "plain" | "quiet";
  readonly pressed?: boolean;
  readonly title?: string;
  readonly disabled?: boolean;
  readonly label?: string;
}

export function Button({ children, onClick, kind = "plain", pressed, title, disabled, label }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      aria-pressed={pressed}
      aria-label={label}
      title={title}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly children: (id: string) => ComponentChildren;
}

/** A label above its control. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <small>{hint}</small>}
    </div>
  );
}

export interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

export function Select<T extends string>({ label, value, options, onChange }: SelectProps<T>) {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
          {(Object.entries(options) as [T, string][]).map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface NumberInputProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly whole?: boolean;
  readonly onChange: (value: number) => void;
}

/** A number that takes effect on Enter, or when it is left; one out of range is put back. */
export function NumberInput({ label, hint, value, least, most, whole = true, onChange }: NumberInputProps) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const commit = (text: string) => {
    setDraft(undefined);
    const number = Number(text);
    const fits = text.trim() !== "" && number >= least && number <= most && (!whole || Number.isInteger(number));
    if (fits && number !== value) onChange(number);
  };
  return (
    <Field label={label} hint={hint}>
      {(id) => (
        <input
          id={id}
          type="text"
          inputMode={whole ? "numeric" : "decimal"}
          value={draft ?? String(value)}
          onInput={(event) => setDraft(event.currentTarget.value)}
          onChange={(event) => commit(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface SliderProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly format?: (value: number) => string;
  readonly onInput: (value: number) => void;
}

/** A slider with its number beside it. */
export function Slider({ label, hint, value, least, most, step, format = String, onInput }: SliderProps) {
  return (
    <Field label={label} hint={hint}>
      {(id) => (
        <div class="slider">
          <input
            id={id}
            type="range"
            min={least}
            max={most}
            step={step}
            value={value}
            aria-valuetext={format(value)}
            onInput={(event) => onInput(Number(event.currentTarget.value))}
          />
          <output for={id}>{format(value)}</output>
        </div>
      )}
    </Field>
  );
}
