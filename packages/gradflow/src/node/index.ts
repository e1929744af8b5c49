export { NDJSONFile, type NDJSONFileOptions } from "./ndjson-file.ts";
