import { lineColor } from "../../lab/shared/scheme.ts";
import { languageMessages } from "../../messages/language.ts";
import { Field } from "../../ui/controls.tsx";
import type { LanguageLab } from "../state/language-lab.ts";
import type { LanguageLane } from "../state/language-lane.ts";
import { percentText, shownSymbol } from "./numbers.ts";

/** Longer texts are cut: every model reads it again and again. */
const mostRead = 200;

/** A text under a cursor, and what every model expects behind it. */
export function Reader({ lab }: { lab: LanguageLab }) {
  const text = languageMessages.value;
  const symbols = [...lab.reading.value];
  const cursor = Math.min(lab.cursor.value, Math.max(0, symbols.length - 1));
  const move = (to: number) => {
    lab.cursor.value = Math.max(0, Math.min(symbols.length - 1, to));
  };
  const onKey = (event: KeyboardEvent) => {
    const { key } = event;
    const to =
      key === "ArrowRight"
        ? cursor + 1
        : key === "ArrowLeft"
          ? cursor - 1
          : key === "Home"
            ? 0
            : key === "End"
              ? Number.POSITIVE_INFINITY
              : undefined;
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  };
  const next = symbols[cursor + 1];
  const before = symbols.slice(Math.max(0, cursor - 11), cursor + 1).join("");
  return (
    <section class="card span12 reader" aria-labelledby="language-reader">
      <h2 id="language-reader">{text.readTitle}</h2>
      <p class="finding">{text.readLead}</p>
      <div
        class="read"
        dir="auto"
        role="slider"
        tabIndex={0}
        aria-label={text.readLabel}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, symbols.length - 1)}
        aria-valuenow={cursor}
        aria-valuetext={text.behind(before)}
        onKeyDown={onKey}
        onPointerMove={(event) => {
          const at = (event.target as HTMLElement).dataset.at;
          if (at !== undefined) move(Number(at));
        }}
        onPointerDown={(event) => {
          const at = (event.target as HTMLElement).dataset.at;
          if (at !== undefined) move(Number(at));
        }}
      >
        {symbols.map((symbol, k) => (
          // A text's characters have no other names than their places.
          <span key={k} data-at={k} class={k === cursor ? "at" : k === cursor + 1 ? "next" : undefined}>
            {symbol}
          </span>
        ))}
      </div>
      <p class="where">
        {text.behind(before)} · {next === undefined ? text.end : text.actual(shownSymbol(next))}
      </p>
      <div class="expectations">
        {lab.lanes.value.map((lane) => (
          <Expectation key={lane.kind} lane={lane} cursor={cursor} next={next} reading={lab.reading.value} />
        ))}
      </div>
      <Field label={text.readText}>
        {(id) => (
          <input
            id={id}
            type="text"
            dir="auto"
            maxLength={mostRead}
            value={lab.reading.value}
            onInput={(event) => lab.read(event.currentTarget.value)}
          />
        )}
      </Field>
    </section>
  );
}

function Expectation({
  lane,
  cursor,
  next,
  reading,
}: {
  lane: LanguageLane;
  cursor: number;
  next: string | undefined;
  reading: string;
}) {
  const text = languageMessages.value;
  const looks = lane.looks.value;
  const look = looks?.text === reading ? looks.looks[cursor] : undefined;
  return (
    <div class="expectation" style={{ "--cell": lineColor(lane.style) }}>
      <h3>{text.names[lane.kind]}</h3>
      {look === null && <p>{text.unknown}</p>}
      <ol>
        {look?.top.map(({ symbol, probability }) => (
          <li key={symbol} class={symbol === next ? "hit" : undefined}>
            <span class="symbol">{shownSymbol(symbol)}</span>
            <span class="bar" aria-hidden="true">
              <i style={{ width: `${100 * probability}%` }} />
            </span>
            <span class="percent">{text.percent(percentText(probability))}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
