import type { ModelKind } from "../model/spec.ts";
import { modelKinds } from "../model/spec.ts";

/** The kind of model that a safetensors file says it holds; undefined for a file of another origin. */
export async function kindOfFile(bytes: Uint8Array): Promise<ModelKind | undefined> {
  const { deserialize } = await import("@unroll/safetensors");
  const { metadata } = deserialize(bytes, { names: [] });
  try {
    const kind: unknown = JSON.parse(metadata.unroll ?? "null")?.spec?.kind;
    return modelKinds.find((known) => known === kind);
  } catch {
    return undefined;
  }
}

/** Hands bytes to the browser as a download. */
export function download(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes.slice()], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
