import { render } from "preact";
import { App } from "./app.tsx";
import { createApp } from "./state/app.ts";
import { followTheme } from "./state/theme.ts";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/controls.css";
import "./styles/lab.css";

/** Some browsers forbid even to look at it. */
function storageOf(target: Window): Storage | undefined {
  try {
    return target.localStorage;
  } catch {
    return undefined;
  }
}

followTheme(document.documentElement, storageOf(window));
const root = document.getElementById("app");
const app = createApp(window);
if (root !== null) render(<App app={app} />, root);

// For the curious, and for tests: `unroll.lab.lanes.value[0].latest.value` in the console.
Object.assign(globalThis, { unroll: app });

// Only the build has one. It keeps the page for when there is no network.
if (import.meta.env.PROD && "serviceWorker" in navigator)
  navigator.serviceWorker
    .register("./sw.js")
    .catch((error: unknown) => console.warn("unroll: not kept for offline use", error));
