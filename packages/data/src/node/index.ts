export { DataError } from "../errors.ts";
export { type LoadMnistOptions, loadMnist, type Mnist } from "./mnist.ts";
export { readTextFile } from "./read-text-file.ts";
