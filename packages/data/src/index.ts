export { type Collated, defaultCollate } from "./collate.ts";
export { type Dataset, fromArray, fromTensors, type IterableDataset, iterate, map } from "./dataset.ts";
export { DataError } from "./errors.ts";
export { type Digits, digitsFromIdx, type IdxArray, parseIdx } from "./idx.ts";
export type { IntegerSequence } from "./integers.ts";
export {
  DataLoader,
  type DataLoaderOptions,
  type DataLoaderSettings,
  type DataLoaderState,
  type LengthBuckets,
} from "./loader.ts";
export { type PaddedSequences, type PadSequencesOptions, padSequences, unpadSequences } from "./pad.ts";
export { MinMaxScaler, type MinMaxScalerJSON } from "./series/min-max-scaler.ts";
export { type SeriesWindow, type SlidingWindowsOptions, slidingWindows } from "./series/sliding-windows.ts";
export { StandardScaler, type StandardScalerJSON } from "./series/standard-scaler.ts";
export { type WalkForwardOptions, type WalkForwardSplit, walkForwardSplits } from "./series/walk-forward.ts";
export { randomSplit, sequentialSplit } from "./split.ts";
export {
  type BatchStreamOptions,
  batchStream,
  mapStream,
  type ShuffleStreamOptions,
  shuffleStream,
  takeStream,
} from "./streams.ts";
export { concatDatasets, shuffled, skip, subset, take, type WindowsOptions, windows } from "./subset.ts";
export {
  type AddingBatch,
  type AddingChanceOptions,
  type AddingTaskOptions,
  type AddingVariant,
  addingChance,
  addingTask,
} from "./tasks/adding.ts";
export { type AddingSequencesOptions, addingSequences } from "./tasks/adding-sequences.ts";
export {
  type CopyingBatch,
  type CopyingChanceOptions,
  type CopyingTaskOptions,
  type CopyingVariant,
  copyingChance,
  copyingTask,
} from "./tasks/copying.ts";
export { type CopyingSequencesOptions, copyingSequences } from "./tasks/copying-sequences.ts";
export {
  type DigitOptions,
  type PixelDigitDataset,
  type PixelDigitsOptions,
  pixelDigits,
  rowDigits,
} from "./tasks/digits.ts";
export {
  type Lstm1997Experiment,
  type Lstm1997Task,
  lstm1997Experiments,
  lstm1997Task,
} from "./tasks/lstm-1997.ts";
export { type MultiplicationSequencesOptions, multiplicationSequences } from "./tasks/multiplication.ts";
export { type NoiseFreeSequencesOptions, type NoiseFreeVariant, noiseFreeSequences } from "./tasks/noise-free.ts";
export { type NoisySequencesOptions, type NoisyVariant, noisySequences } from "./tasks/noisy.ts";
export { type ParitySequencesOptions, paritySequences } from "./tasks/parity.ts";
export { type ReberSequencesOptions, reberSequences } from "./tasks/reber.ts";
export {
  collateSequences,
  type SequenceBatch,
  type SequenceDataset,
  type SequenceOptions,
  type SequenceSample,
  type SequenceScore,
  type Split,
} from "./tasks/sequences.ts";
export {
  type TemporalOrderSequencesOptions,
  type TemporalOrderVariant,
  temporalOrderSequences,
} from "./tasks/temporal-order.ts";
export { CharVocabulary, type CharVocabularyJSON, type CharVocabularyOptions } from "./text/char-vocabulary.ts";
export {
  type LanguageModelBatch,
  LanguageModelBatches,
  type LanguageModelBatchesOptions,
  type LanguageModelBatchesState,
} from "./text/language-model-batches.ts";
export type { Tokenize } from "./text/tokenize.ts";
export {
  type SpecialTokens,
  WordVocabulary,
  type WordVocabularyJSON,
  type WordVocabularyOptions,
} from "./text/word-vocabulary.ts";
