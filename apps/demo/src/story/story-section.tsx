import { equations } from "virtual:equations";
import { type Signal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { DecayView } from "../lab/decay/decay-view.tsx";
import "../lab/lab-views.css";
import { LanesView } from "../lab/lanes/lanes-view.tsx";
import { narrow } from "../lab/shared/scheme.ts";
import { viewStateOf } from "../lab/shared/view-state.ts";
import type { ChapterText } from "../messages/en/story.ts";
import { storyMessages } from "../messages/story.ts";
import type { AppState } from "../state/app.ts";
import type { Lab } from "../state/lab.ts";
import { Button } from "../ui/controls.tsx";
import { type Chapter, type ChapterId, chapterIds, chapters, type Scene, sceneConfig } from "./chapters.ts";
import "./story.css";

/** A part has to stay so long before the lab follows, so that scrolling past starts nothing; in milliseconds. */
const settle = 350;

/** The story: the part in the middle of the screen sets the lab beside it, and leaving puts the lab back as it was. */
export function StorySection({ app }: { app: AppState }) {
  const { lab } = app;
  const text = storyMessages.value;
  const active = useMemo(() => signal<ChapterId | null>(null), []);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const kept = { config: lab.config.peek(), lag: lab.lag.peek() };
    return () => {
      lab.pause();
      lab.change(kept.config);
      lab.lag.value = kept.lag;
    };
  }, [lab]);
  useEffect(() => followScroll(root.current, (id) => enter(lab, active, id)), [lab, active]);
  const small = narrow.value;
  return (
    <div class="lab story" ref={root}>
      <div class="intro">
        <h1>{text.title}</h1>
        <p class="lead">{text.lead}</p>
      </div>
      <div class="story-columns">
        <div class="chapters">
          {chapterIds.map((id) => (
            <ChapterPart key={id} id={id} app={app} active={active} small={small} />
          ))}
        </div>
        {!small && (
          <aside class="beside" aria-label={text.labTitle}>
            <Beside app={app} active={active} />
          </aside>
        )}
      </div>
    </div>
  );
}

function ChapterPart({
  id,
  app,
  active,
  small,
}: {
  id: ChapterId;
  app: AppState;
  active: Signal<ChapterId | null>;
  small: boolean;
}) {
  const text = storyMessages.value;
  const words: ChapterText = text.chapters[id];
  const { scene, equations: names }: Chapter = chapters[id];
  const shown = active.value === id;
  return (
    <article class="chapter" data-chapter={id} aria-labelledby={`story-${id}`} data-shown={shown}>
      <h2 id={`story-${id}`}>{words.title}</h2>
      {words.before.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {names.map((name) => (
        // The build made it from the project's own TeX.
        <div key={name} class="equation" dangerouslySetInnerHTML={{ __html: equations[name] }} />
      ))}
      {words.after.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <p class="see">
        {words.see} {words.models}
      </p>
      {scene === null ? (
        <Button
          onClick={() => {
            app.section.value = "language";
          }}
        >
          {text.openModels}
        </Button>
      ) : (
        <Button pressed={shown} onClick={() => enter(app.lab, active, id)}>
          {shown ? text.shown : text.show}
        </Button>
      )}
      {small && shown && scene !== null && <Beside app={app} active={active} />}
    </article>
  );
}

/** The views of the lab that the story speaks of; the one to look at stands out. */
function Beside({ app, active }: { app: AppState; active: Signal<ChapterId | null> }) {
  const views = viewStateOf(app.hash);
  const id = active.value;
  const scene: Scene | null = id === null ? null : chapters[id].scene;
  return (
    <div class="scene" data-focus={scene?.focus ?? "none"}>
      {scene?.focus === "decay" ? <DecayView lab={app.lab} views={views} /> : <LanesView lab={app.lab} views={views} />}
    </div>
  );
}

/** Sets the lab as a part wants it; a part about the language models leaves it as it is. */
function enter(lab: Lab, active: Signal<ChapterId | null>, id: ChapterId): void {
  if (active.peek() === id) return;
  active.value = id;
  const { scene }: Chapter = chapters[id];
  lab.pause();
  if (scene === null) return;
  const config = sceneConfig(scene, lab.config.peek().seed);
  if (JSON.stringify(config) !== JSON.stringify(lab.config.peek())) lab.change(config);
  lab.lag.value = scene.lag ?? null;
  if (scene.run === true) lab.run();
}

/** Tells which part stands in the middle of the screen, when it has stayed there. Small screens follow the buttons alone. */
function followScroll(root: HTMLElement | null, tell: (id: ChapterId) => void): () => void {
  if (root === null) return () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const observer = new IntersectionObserver(
    (entries) => {
      const entered = entries.find(({ isIntersecting }) => isIntersecting)?.target as HTMLElement | undefined;
      if (entered === undefined || narrow.peek()) return;
      clearTimeout(timer);
      timer = setTimeout(() => tell(entered.dataset.chapter as ChapterId), settle);
    },
    { rootMargin: "-45% 0px -45% 0px" },
  );
  for (const part of root.querySelectorAll("[data-chapter]")) observer.observe(part);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
  };
}
