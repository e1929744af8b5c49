import { useState } from "preact/hooks";
import { messages } from "../messages/index.ts";
import { type SectionId, sections } from "../sections.ts";
import type { AppState } from "../state/app.ts";
import { type Theme, theme, themes } from "../state/theme.ts";
import { Button } from "../ui/controls.tsx";
import { announce } from "../ui/live.tsx";

/** Name, sections, seed, link, colours, help. */
export function Header({ app, open }: { app: AppState; open: SectionId }) {
  const { shell } = messages.value;
  const { lab, helpOpen } = app;
  const { seed } = lab.config.value;
  return (
    <header class="header">
      <div class="brand">
        <strong>{shell.name}</strong>
        <span>{shell.tagline}</span>
      </div>
      {sections.length > 1 && (
        <nav class="tabs" aria-label={shell.sectionsLabel}>
          {sections.map(({ id }) => (
            <button
              key={id}
              type="button"
              aria-current={id === open ? "page" : undefined}
              onClick={() => {
                app.section.value = id;
              }}
            >
              {shell.sections[id]}
            </button>
          ))}
        </nav>
      )}
      <div class="tools">
        <span class="seed">
          {shell.seed} <b>{seed}</b>
        </span>
        <Button kind="quiet" onClick={() => lab.change({ seed: seed + 1 })}>
          {shell.newSeed}
        </Button>
        <ShareButton />
        <ThemeButton />
        <Button kind="quiet" label={shell.help} pressed={helpOpen.value} onClick={() => toggle(helpOpen)}>
          ?
        </Button>
      </div>
    </header>
  );
}

function toggle(open: AppState["helpOpen"]): void {
  open.value = !open.peek();
}

function ShareButton() {
  const { shell } = messages.value;
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setDone(true);
      announce(shell.shared);
      setTimeout(() => setDone(false), 2000);
    } catch {
      announce(shell.shareFailed);
    }
  };
  return (
    <Button kind="quiet" onClick={copy}>
      {done ? shell.shared : shell.share}
    </Button>
  );
}

const symbols: Readonly<Record<Theme, string>> = { auto: "◐", light: "○", dark: "●" };

function ThemeButton() {
  const { shell } = messages.value;
  const now = theme.value;
  const next = themes[(themes.indexOf(now) + 1) % themes.length];
  return (
    <Button
      kind="quiet"
      label={`${shell.theme}: ${shell.themes[now]}`}
      title={`${shell.theme}: ${shell.themes[now]}`}
      onClick={() => {
        theme.value = next;
      }}
    >
      {symbols[now]}
    </Button>
  );
}
