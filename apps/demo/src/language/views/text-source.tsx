import { grouped } from "@unroll/bench/format";
import { useRef, useState } from "preact/hooks";
import { languageMessages } from "../../messages/language.ts";
import { Button, Field } from "../../ui/controls.tsx";
import type { LanguageLab } from "../state/language-lab.ts";
import { mostCharacters } from "../text.ts";

/** A field of more letters would hold the page up. */
const mostShown = 20_000;

/** What models read: the book, or a text of the visitor's. */
export function TextSource({ lab, book }: { lab: LanguageLab; book: string | null }) {
  const text = languageMessages.value;
  const [open, setOpen] = useState(false);
  /** All of it, where the field shows only the beginning. */
  const [long, setLong] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const facts = lab.lanes.value[1]?.corpus.value ?? null;
  const isBook = book !== null && lab.text.value === book;
  const notice = lab.notice.value;

  const take = (given: string) => {
    if (area.current === null) return;
    setLong(given.length > mostShown ? given : null);
    area.current.value = given.slice(0, mostShown);
  };
  return (
    <div class="source">
      <fieldset class="segments">
        <legend class="visually-hidden">{text.text}</legend>
        <button
          type="button"
          aria-pressed={isBook && !open}
          disabled={book === null}
          onClick={() => {
            setOpen(false);
            lab.notice.value = null;
            if (book !== null && !isBook) lab.useText(book);
          }}
        >
          {text.sources.book}
        </button>
        <button type="button" aria-pressed={open || (!isBook && lab.text.value !== "")} onClick={() => setOpen(true)}>
          {text.sources.own}
        </button>
      </fieldset>
      {facts !== null && <small>{text.facts(grouped(facts.characters), grouped(facts.symbols))}</small>}
      {open && (
        <div class="own">
          <Field label={text.ownText} hint={long === null ? undefined : text.longText(grouped(long.length))}>
            {(id) => (
              <textarea
                id={id}
                ref={area}
                rows={5}
                dir="auto"
                spellcheck={false}
                onPaste={(event) => {
                  const pasted = event.clipboardData?.getData("text") ?? "";
                  if (pasted.length <= mostShown) return;
                  event.preventDefault();
                  take(pasted);
                }}
                onInput={() => setLong(null)}
              />
            )}
          </Field>
          <div class="buttons">
            <Button kind="primary" onClick={() => lab.useText(long ?? area.current?.value ?? "")}>
              {text.useText}
            </Button>
            <label class="button file">
              {text.openText}
              <input
                type="file"
                class="visually-hidden"
                accept="text/*,.txt,.md"
                onChange={async (event) => {
                  const file = event.currentTarget.files?.[0];
                  if (file !== undefined) take(await file.text());
                }}
              />
            </label>
          </div>
        </div>
      )}
      {notice !== null && (
        <p class="notice" role="alert">
          {notice === "empty"
            ? text.emptyText
            : notice === "short"
              ? text.shortText
              : text.cutText(grouped(mostCharacters))}
        </p>
      )}
      {facts?.symbols === 1 && (
        <p class="notice" role="status">
          {text.oneSymbol}
        </p>
      )}
    </div>
  );
}
