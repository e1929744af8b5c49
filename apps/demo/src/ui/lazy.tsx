import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messages } from "../messages/index.ts";
import { Button } from "./controls.tsx";

/** A component whose code is fetched when it is first shown; what cannot be fetched can be asked for again. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let found: ComponentType<Props> | undefined;
  return (props: Props) => {
    const [View, setView] = useState<ComponentType<Props> | undefined>(() => found);
    const [problem, setProblem] = useState<string | undefined>(undefined);
    const fetch = () => {
      setProblem(undefined);
      load().then(
        (component) => {
          found = component;
          setView(() => component);
        },
        (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
      );
    };
    useEffect(() => {
      if (View === undefined) fetch();
    }, []);
    const { shell } = messages.value;
    if (View !== undefined) return <View {...props} />;
    if (problem === undefined) return <p role="status">{shell.opening}</p>;
    return (
      <div class="notice" role="alert">
        <p>{shell.openingFailed(problem)}</p>
        <Button onClick={fetch}>{shell.retry}</Button>
      </div>
    );
  };
}
