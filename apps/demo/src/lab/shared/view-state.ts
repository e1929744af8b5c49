import { type Signal, signal } from "@preact/signals";
import { colorDomain } from "@unroll/bench/palette";
import { type HashState, hashSignal } from "../../state/hash.ts";

/** Which gradient is shown: of all states together, of h, or of c. */
export const quantities = ["joint", "h", "c"] as const;
export type Quantity = (typeof quantities)[number];

/** What the race is run over. */
export const raceAxes = ["sequences", "time", "flop"] as const;
export type RaceAxis = (typeof raceAxes)[number];

/** Pictures whose numbers the table can hold. */
export const tableNames = ["decay", "heatmap", "race", "gates", "scales"] as const;
export type TableName = (typeof tableNames)[number];

/** How views are set; all of it but the pulse lives in the link. */
export interface ViewState {
  readonly quantity: Signal<Quantity>;
  /** Whether curves begin at 1. */
  readonly relative: Signal<boolean>;
  /** Whether colours and heights have the range that all pictures of all runs share. */
  readonly locked: Signal<boolean>;
  readonly heatLog: Signal<boolean>;
  readonly raceAxis: Signal<RaceAxis>;
  readonly table: Signal<TableName>;
  readonly tableOpen: Signal<boolean>;
  /** Where the pulse is, in steps back; null when there is none. */
  readonly pulse: Signal<number | null>;
}

const known = new WeakMap<HashState, ViewState>();

/** The one state of all views of a page. */
export function viewStateOf(hash: HashState): ViewState {
  const found = known.get(hash) ?? create(hash);
  known.set(hash, found);
  return found;
}

function create(hash: HashState): ViewState {
  const oneOf = <T extends string>(key: string, values: readonly T[]) =>
    hashSignal<T>(hash, key, {
      parse: (text) => values.find((value) => value === text),
      format: (value) => value,
      fallback: values[0],
    });
  const flag = (key: string, fallback: boolean) =>
    hashSignal(hash, key, {
      parse: (text) => (text === "1" ? true : text === "0" ? false : undefined),
      format: (value) => (value ? "1" : "0"),
      fallback,
    });
  return {
    quantity: oneOf("show", quantities),
    relative: flag("relative", false),
    locked: flag("locked", true),
    heatLog: flag("logstep", false),
    raceAxis: oneOf("race", raceAxes),
    table: oneOf("table", tableNames),
    tableOpen: signal(false),
    pulse: signal<number | null>(null),
  };
}

/** The range of log10 that is drawn: fixed while locked, else just large enough for the values. */
export function domainOf(
  locked: boolean,
  extent: () => readonly [number, number] | undefined,
): readonly [number, number] {
  if (locked) return colorDomain;
  const found = extent();
  if (found === undefined) return colorDomain;
  const [low, high] = [Math.floor(found[0]), Math.ceil(found[1])];
  return high - low >= 2 ? [low, high] : [low - 1, high + 1];
}
