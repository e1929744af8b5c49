import { useEffect } from "preact/hooks";
import { messages } from "./messages/index.ts";
import { sections } from "./sections.ts";
import { Header } from "./shell/header.tsx";
import { Help } from "./shell/help.tsx";
import { Notices } from "./shell/notices.tsx";
import type { AppState } from "./state/app.ts";
import { LiveRegion } from "./ui/live.tsx";

/** The page: header, what must be said, and the open section. */
export function App({ app }: { app: AppState }) {
  const { shell } = messages.value;
  const open = sections.find(({ id }) => id === app.section.value) ?? sections[0];

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const { lab, helpOpen } = app;
      if (event.key === "?") helpOpen.value = !helpOpen.peek();
      else if (event.key === "." && open.id === "lab") lab.step();
      else if (event.key === " " && open.id === "lab" && !isPressable(event.target)) {
        event.preventDefault();
        if (lab.running.peek()) lab.pause();
        else lab.run();
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [app, open.id]);

  return (
    <>
      <button type="button" class="skip" onClick={toMain}>
        {shell.skip}
      </button>
      <Header app={app} open={open.id} />
      <main id="main" tabIndex={-1}>
        <Notices app={app} />
        <open.View app={app} />
      </main>
      <Help app={app} />
      <LiveRegion />
    </>
  );
}

/** A link would change the address, which holds the state of the page. */
function toMain(): void {
  document.getElementById("main")?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches("input:not([type=range]), textarea, select, [contenteditable]")
  );
}

/** Space presses these. */
function isPressable(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, a, summary, [role=button], [role=slider]") !== null;
}
