export { type LoadFileOptions, loadFile, saveFile } from "./files.ts";
