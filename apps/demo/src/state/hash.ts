import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { defaultLabConfig, type LabConfig, type ParsedLabConfig, parseLabConfig } from "@unroll/bench/lab";

/** The fields of a configuration as a link holds them, `#v=1&task=adding&cells=rnn,lstm-fb1&T=50`; views add keys of their own. */
const numbers: readonly string[] = ["v", "T", "H", "B", "lr", "seed"];

/** What a link holds, by key. */
export type HashParams = Readonly<Record<string, string>>;

/** @param hash with or without `#` */
export function readHash(hash: string): HashParams {
  return Object.fromEntries(new URLSearchParams(hash.replace(/^#/, "")));
}

/** Commas and colons stay as they are: a link is there to be read. */
export function writeHash(params: HashParams): string {
  return `#${new URLSearchParams(params).toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

/** The configuration of a link. A link without one, as of a first visit, has the default; keys that are unknown are ignored. */
export function configOfParams(params: HashParams): ParsedLabConfig {
  const given: Record<string, unknown> = { ...params };
  const named = Object.keys(defaultLabConfig).some((key) => key in params);
  if (!named) return { config: defaultLabConfig, problems: [] };
  // Links name the version as soon as they name anything.
  for (const key of numbers) if (key in params) given[key] = numberOf(params[key]);
  if (params.clip !== undefined) given.clip = params.clip === "none" ? null : numberOf(params.clip);
  if (params.cells !== undefined) given.cells = params.cells.split(",").filter((key) => key !== "");
  return parseLabConfig(given);
}

/** A number, or the text itself, so that a problem shows what was there. */
function numberOf(text: string): number | string {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}

export function paramsOfConfig(config: LabConfig): HashParams {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(",") : value === null ? "none" : String(value),
    ]),
  );
}

/** The page's address and what it says, kept alike. */
export interface HashState {
  /** Everything that the link holds. Set by navigation, and by {@link HashState.put}. */
  readonly params: ReadonlySignal<HashParams>;
  /** Sets keys, or takes them away where the value is undefined. The address follows, without a new entry in the history. */
  readonly put: (changes: Readonly<Record<string, string | undefined>>) => void;
  readonly dispose: () => void;
}

/** Follows the address of a window. */
export function followHash(target: Window): HashState {
  const params = signal<HashParams>(readHash(target.location.hash));
  const onChange = () => {
    params.value = readHash(target.location.hash);
  };
  target.addEventListener("hashchange", onChange);
  return {
    params,
    put: (changes) => {
      const next: Record<string, string> = { ...params.peek() };
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) delete next[key];
        else next[key] = value;
      }
      params.value = next;
      const hash = writeHash(next);
      if (hash !== target.location.hash) target.history.replaceState(target.history.state, "", hash);
    },
    dispose: () => target.removeEventListener("hashchange", onChange),
  };
}

/**
 * A signal that lives in the link under one key, such as the lag under the cursor: reading it reads the link, setting it sets
 * the link. The fallback is not written.
 */
export function hashSignal<T>(
  hash: HashState,
  key: string,
  { parse, format, fallback }: { parse: (text: string) => T | undefined; format: (value: T) => string; fallback: T },
): Signal<T> {
  const own = signal<T>(fallback);
  effect(() => {
    const text = hash.params.value[key];
    own.value = text === undefined ? fallback : (parse(text) ?? fallback);
  });
  effect(() => {
    const value = own.value;
    const text = value === fallback ? undefined : format(value);
    if (hash.params.peek()[key] !== text) hash.put({ [key]: text });
  });
  return own;
}
