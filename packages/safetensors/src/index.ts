export { type DeserializeOptions, deserialize, type SafetensorsFile } from "./deserialize.ts";
export { SafetensorsError } from "./errors.ts";
export { serialize } from "./serialize.ts";
