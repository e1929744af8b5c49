export { builtinsReached } from "./builtins.ts";
export { type DocTestOptions, docTests } from "./doc-tests.ts";
export { type Example, examplesIn, findExamples } from "./find.ts";
export { type Modules, runExample } from "./run.ts";
export { type WrongArgumentOptions, wrongArgumentTests } from "./wrong-arguments.ts";
