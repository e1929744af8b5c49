import { wrongArgumentTests } from "@unroll/doc-tests";
import { Generator, tensor, UnrollError } from "@unroll/tensor";
import * as entry from "./index.ts";

const generator = new Generator(1);
const dataset = entry.fromArray([1, 2, 3]);
const series = tensor([1, 2, 3, 4, 5]);
const words = entry.WordVocabulary.fromText("a b c", { bos: "<s>" });
const characters = entry.CharVocabulary.fromText("abc");
const standard = entry.StandardScaler.fit(series);
const minMax = entry.MinMaxScaler.fit(series);
const loader = new entry.DataLoader({ dataset });
const batches = new entry.LanguageModelBatches([0, 1, 2, 3], { batchSize: 1, length: 2 });
const identity = (value: unknown) => value;
const parity = entry.paritySequences();
const digits = { rows: 1, columns: 2, images: Uint8Array.of(0, 9), labels: Uint8Array.of(3) };
const constructedInside = "private: made by fit, fromText and fromJSON";

wrongArgumentTests({
  entry,
  isOwn: UnrollError.is,
  valid: {
    addingChance: [{ variant: "original", length: 20 }],
    addingTask: [{ length: 4, batchSize: 2, variant: "halves", generator, dtype: "float32" }],
    addingSequences: [{ length: 12, variant: "original", seed: 1, split: "test", count: 5, dtype: "float64" }],
    batchStream: [[1, 2, 3], { batchSize: 2, dropLast: true }],
    collateSequences: [[parity.get(0), parity.get(1)]],
    concatDatasets: [[dataset]],
    copyingChance: [{ length: 4, symbols: 3, copied: 2 }],
    copyingSequences: [{ length: 4, variant: "tcn", delay: "random", symbols: 3, copied: 2, seed: 1 }],
    copyingTask: [{ length: 4, batchSize: 2, symbols: 3, copied: 2, variant: "tcn", generator }],
    DataLoader: [
      {
        dataset,
        batchSize: 2,
        shuffle: true,
        generator,
        collate: identity,
        dropLast: true,
        lengthBuckets: { lengthOf: identity, boundaries: [2] },
      },
    ],
    "DataLoader.restore": [{ ...loader.state() }],
    defaultCollate: [[1, 2]],
    digitsFromIdx: [
      Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9),
      Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 4),
    ],
    fromArray: [[1, 2]],
    fromTensors: [series],
    iterate: [dataset],
    LanguageModelBatches: [[0, 1, 2, 3], { batchSize: 1, length: 2, dropLast: true }],
    "LanguageModelBatches.restore": [{ ...batches.state() }],
    lstm1997Task: ["1", { seed: 1, split: "test", dtype: "float64" }],
    map: [dataset, identity],
    mapStream: [[1, 2], identity],
    "MinMaxScaler.fit": [series, { range: [0, 1] }],
    "MinMaxScaler.fromJSON": [{ ...minMax.toJSON() }],
    "MinMaxScaler.inverse": [series],
    "MinMaxScaler.transform": [series],
    multiplicationSequences: [{ length: 20, wrongOf2000: 140, seed: 1 }],
    noiseFreeSequences: [{ variant: "2c", p: 3, q: 4, loss: "squaredError", seed: 1 }],
    noisySequences: [{ variant: "3b", length: 9, informative: 2, criterion: "ST1", seed: 1 }],
    padSequences: [[series], { padValue: 1, batchFirst: true }],
    paritySequences: [{ minLength: 4, maxLength: 8, seed: 1 }],
    parseIdx: [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)],
    pixelDigits: [digits, { scaling: "standard", pool: 1, dtype: "float64", permuted: true, seed: 1 }],
    randomSplit: [dataset, [1, 2], { generator }],
    reberSequences: [{ embedded: true, strings: 4, loss: "squaredError", seed: 1 }],
    rowDigits: [digits, { scaling: "standard", pool: 1, dtype: "float64" }],
    sequentialSplit: [dataset, [1, 2]],
    shuffled: [dataset, { generator }],
    shuffleStream: [[1, 2, 3], { bufferSize: 2, generator }],
    skip: [dataset, 1],
    slidingWindows: [series, { length: 2, horizon: 1, stride: 1 }],
    "StandardScaler.fit": [series],
    "StandardScaler.fromJSON": [{ ...standard.toJSON() }],
    "StandardScaler.inverse": [series],
    "StandardScaler.transform": [series],
    subset: [dataset, [0, 1]],
    take: [dataset, 1],
    takeStream: [[1, 2], 1],
    temporalOrderSequences: [{ variant: "6b", length: 30, loss: "squaredError", seed: 1 }],
    unpadSequences: [tensor([[1], [2]]), tensor([2], { dtype: "int32" }), { batchFirst: false }],
    "CharVocabulary.decode": [[0, 1]],
    "CharVocabulary.encode": ["ab"],
    "CharVocabulary.fromJSON": [{ ...characters.toJSON() }],
    "CharVocabulary.fromText": ["abc", { unknown: "?" }],
    "WordVocabulary.decode": [[0, 1]],
    "WordVocabulary.decodeTokens": [[0, 1]],
    "WordVocabulary.encode": ["a b", { bos: true, eos: false }],
    "WordVocabulary.fromJSON": [{ ...words.toJSON() }, { tokenize: "words" }],
    "WordVocabulary.fromText": ["a b", { pad: "<p>", minCount: 1, maxSize: 9, tokenize: "words" }],
    walkForwardSplits: [9, { folds: 2, testSize: 2, gap: 1, maxTrainSize: 3 }],
    windows: [dataset, { length: 2, stride: 1 }],
  },
  instances: {
    CharVocabulary: characters,
    DataLoader: loader,
    LanguageModelBatches: batches,
    MinMaxScaler: minMax,
    StandardScaler: standard,
    WordVocabulary: words,
  },
  says: { "WordVocabulary.decodeTokens": /WordVocabulary\.decode/ },
  unchecked: {
    CharVocabulary: constructedInside,
    MinMaxScaler: constructedInside,
    StandardScaler: constructedInside,
    WordVocabulary: constructedInside,
  },
});
