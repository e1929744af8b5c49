import { messages } from "../messages/index.ts";
import type { AppState } from "../state/app.ts";
import { Button } from "../ui/controls.tsx";

/** What the link held that could not be, and what this browser cannot do. */
export function Notices({ app }: { app: AppState }) {
  const { notices } = messages.value.shell;
  const { problems, engine, dismissProblems } = app.lab;
  const reason = engine.value?.reason ?? null;
  return (
    <div class="notices">
      {problems.value.length > 0 && (
        <div class="notice" role="alert">
          <div>
            {problems.value.map(({ kind, field, got, expected }) => (
              <p key={field}>{kind === "version" ? notices.version(got) : notices.value(field, got, expected)}</p>
            ))}
          </div>
          <Button onClick={dismissProblems}>{notices.dismiss}</Button>
        </div>
      )}
      {reason !== null && (
        <div class="notice" role="status">
          <p>{notices.noSimd(reason)}</p>
        </div>
      )}
    </div>
  );
}
