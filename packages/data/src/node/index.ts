export { DataError } from "../errors.ts";
export { readTextFile } from "./read-text-file.ts";
