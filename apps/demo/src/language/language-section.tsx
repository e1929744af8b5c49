import { grouped } from "@unroll/bench/format";
import { useEffect, useState } from "preact/hooks";
import { languageMessages } from "../messages/language.ts";
import { type AppState, fetchBook } from "../state/app.ts";
import { Button, Slider } from "../ui/controls.tsx";
import { announce } from "../ui/live.tsx";
import { TransportButtons } from "../ui/transport-buttons.tsx";
import "./language.css";
import { download, kindOfFile } from "./state/files.ts";
import { createLanguageLab, type LanguageLab } from "./state/language-lab.ts";
import type { LanguageLane } from "./state/language-lane.ts";
import { LaneCard } from "./views/lane-card.tsx";
import { LanguageNotices } from "./views/lane-notices.tsx";
import { LossChart } from "./views/loss-chart.tsx";
import { Reader } from "./views/reader.tsx";
import { SamplingControls, TrainingControls } from "./views/settings.tsx";
import { TextSource } from "./views/text-source.tsx";

/** What the cursor stands on at first: its quotation mark and name show what a model has learned of the book. */
const firstReading = "Call me Ishmael. Some years ago—never mind how long precisely";

let shared: LanguageLab | undefined;

/** One for the page: who comes back to the section finds the models as they were. */
function sharedLab(): LanguageLab {
  if (shared === undefined) {
    shared = createLanguageLab();
    shared.read(firstReading);
  }
  return shared;
}

/** The language models, side by side. */
export function LanguageSection({ app }: { app: AppState }) {
  const text = languageMessages.value;
  const lab = sharedLab();
  const [book, setBook] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = async () => {
    setProblem(null);
    try {
      const loaded = await fetchBook();
      setBook(loaded);
      if (lab.text.peek() === "") lab.useText(loaded);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  useEffect(() => {
    load();
    // Who looks at another section does not wait for this one.
    return () => lab.pause();
  }, []);
  // The page has one seed.
  const { seed } = app.lab.config.value;
  useEffect(() => {
    if (lab.settings.peek().seed !== seed) lab.change({ seed });
  }, [lab, seed]);
  const running = lab.running.value;
  const ready = lab.lanes.value.length > 0;
  const { context } = lab.settings.value;
  return (
    <div class="lab language">
      <div class="intro">
        <h1>{text.title}</h1>
        <p class="lead">{text.lead}</p>
      </div>
      <TextSource lab={lab} book={book} />
      {problem !== null && (
        <div class="notice" role="alert">
          <p>{text.loadFailed(problem)}</p>
          <Button onClick={load}>{text.retry}</Button>
        </div>
      )}
      {!ready && problem === null && <p role="status">{text.loading}</p>}
      {ready && (
        <>
          <div class="transport">
            <TransportButtons lab={lab} running={running} text={text} />
            <Slider
              label={text.context}
              hint={text.contextHint}
              value={context}
              least={1}
              most={24}
              step={1}
              format={(value) => String(value)}
              onInput={(value) => lab.change({ context: value })}
            />
          </div>
          <LanguageNotices lab={lab} />
          <Models lab={lab} />
          <TrainingControls lab={lab} />
        </>
      )}
    </div>
  );
}

function Models({ lab }: { lab: LanguageLab }) {
  const text = languageMessages.value;
  const [notice, setNotice] = useState<string | null>(null);
  const tell = (message: string) => {
    setNotice(message);
    announce(message);
  };
  const save = async (lane: LanguageLane) => {
    try {
      download(`unroll-${lane.kind}-${lane.step.peek()}.safetensors`, await lab.save(lane));
    } catch (error) {
      tell(text.saveFailed(messageOf(error)));
    }
  };
  const load = async (file: File) => {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const kind = await kindOfFile(bytes);
      if (kind === undefined) throw new Error(text.notModel);
      const lane = await lab.load(kind, bytes);
      tell(text.loaded(text.names[kind], grouped(lane.step.value)));
    } catch (error) {
      tell(text.refused(file.name, messageOf(error)));
    }
  };
  return (
    <>
      <div class="grid12">
        <SamplingControls lab={lab} />
        {lab.lanes.value.map((lane) => (
          <LaneCard key={lane.kind} lab={lab} lane={lane} onSave={() => save(lane)} />
        ))}
      </div>
      <div class="files">
        <label class="button file">
          {text.load}
          <input
            type="file"
            class="visually-hidden"
            accept=".safetensors"
            onChange={async (event) => {
              const input = event.currentTarget;
              const file = input.files?.[0];
              if (file !== undefined) await load(file);
              // The same file can be chosen again.
              input.value = "";
            }}
          />
        </label>
        {notice !== null && (
          <p class="notice" role="status">
            <span>{notice}</span>
            <Button onClick={() => setNotice(null)}>{text.dismiss}</Button>
          </p>
        )}
      </div>
      <div class="grid12">
        <LossChart lab={lab} />
        <Reader lab={lab} />
      </div>
    </>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
