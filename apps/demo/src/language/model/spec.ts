/** The models that are trained side by side, in their order on the page. */
export const modelKinds = ["nplm", "rnn", "lstm", "gru"] as const;

export type ModelKind = (typeof modelKinds)[number];

/** What a model is, but for its weights. Plain data: it goes to workers and into files. */
export interface ModelSpec {
  readonly kind: ModelKind;
  /** How many symbols it tells apart. */
  readonly symbols: number;
  /** Numbers for each symbol. */
  readonly embedding: number;
  readonly hidden: number;
  /** Characters that the fixed-window model sees; the recurrent ones have no such number. */
  readonly context: number;
}
