import { useEffect, useRef } from "preact/hooks";
import { messages } from "../messages/index.ts";
import type { AppState } from "../state/app.ts";
import { Button } from "../ui/controls.tsx";

/** What the page is and which keys it knows, as a dialog. */
export function Help({ app }: { app: AppState }) {
  const { shell } = messages.value;
  const ref = useRef<HTMLDialogElement>(null);
  const open = app.helpOpen.value;
  useEffect(() => {
    if (open && ref.current?.open === false) ref.current.showModal();
    else if (!open) ref.current?.close();
  }, [open]);
  const close = () => {
    app.helpOpen.value = false;
  };
  return (
    <dialog ref={ref} class="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">{shell.helpTitle}</h2>
      {shell.helpText.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <dl>
        {shell.keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <Button onClick={close}>{shell.closeHelp}</Button>
    </dialog>
  );
}
