import { grouped } from "@unroll/bench/format";
import { languageMessages } from "../../messages/language.ts";
import { Button } from "../../ui/controls.tsx";
import type { LanguageLab } from "../state/language-lab.ts";

/** What went wrong with a model, and what can be done. */
export function LanguageNotices({ lab }: { lab: LanguageLab }) {
  const text = languageMessages.value;
  const { clip, learningRate } = lab.settings.value;
  const lanes = lab.lanes.value;
  const unstable = lab.unstable.value;
  const broken = lanes.filter(({ status }) => status.value === "lost" || status.value === "failed");
  const leaving = lanes.filter(({ corpus }) => (corpus.value?.leftOut ?? 0) > 0);
  return (
    <div class="notices">
      {broken.length > 0 && (
        <div class="notice" role="alert">
          <div>
            {broken.map(({ kind, status, problem }) => (
              <p key={kind}>
                {status.value === "lost" ? text.lost(text.names[kind]) : text.failed(text.names[kind], problem.value)}
              </p>
            ))}
          </div>
          <Button onClick={lab.reset}>{text.restart}</Button>
        </div>
      )}
      {leaving.map(({ kind, corpus }) => (
        <p class="notice" role="status" key={kind}>
          {text.leftOut(text.names[kind], grouped(corpus.value?.leftOut ?? 0))}
        </p>
      ))}
      {unstable.length > 0 && (
        <div class="notice" role="alert">
          <div>
            {unstable.map(({ kind, status, step }) => (
              <p key={kind}>
                {status.value === "diverged"
                  ? text.diverged(text.names[kind], grouped(step.value))
                  : text.unstable(text.names[kind])}
              </p>
            ))}
          </div>
          {clip === null && <Button onClick={() => lab.change({ clip: 1 })}>{text.offerClip}</Button>}
          {learningRate > 0.003 && (
            <Button onClick={() => lab.change({ learningRate: 0.003 })}>{text.offerRate}</Button>
          )}
        </div>
      )}
    </div>
  );
}
