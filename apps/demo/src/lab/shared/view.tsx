import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { messages } from "../../messages/index.ts";
import { announce } from "../../ui/live.tsx";

export interface ViewProps {
  readonly id: string;
  readonly title: string;
  /** What the picture shows, in one sentence that is made from its numbers. */
  readonly finding: string;
  /** What exactly is measured. */
  readonly about: string;
  readonly span?: string;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of every view: title, finding, settings, picture. Those who are in it are told when the finding changes. */
export function View({ id, title, finding, about, span = "span12", tools, children }: ViewProps) {
  const ref = useRef<HTMLElement>(null);
  const text = messages.value.labViews;
  useEffect(() => {
    if (finding !== "" && ref.current?.contains(document.activeElement)) announce(finding);
  }, [finding]);
  return (
    <section ref={ref} id={`view-${id}`} class={`card view ${span}`} aria-labelledby={`view-${id}-title`}>
      <div class="view-head">
        <h2 id={`view-${id}-title`}>{title}</h2>
        <details class="about">
          <summary aria-label={text.about(title)}>i</summary>
          <p>{about}</p>
        </details>
      </div>
      <p class="finding" id={`view-${id}-finding`}>
        {finding}
      </p>
      {tools !== undefined && <div class="view-tools">{tools}</div>}
      {children}
    </section>
  );
}

export interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

/** A few choices beside each other, of which one holds. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{label}</legend>
      {options.map(([key, words]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {words}
        </button>
      ))}
    </fieldset>
  );
}
