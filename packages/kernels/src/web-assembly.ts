// The part of WebAssembly's JavaScript interface that is used here. TypeScript declares it only together with the DOM,
// which a program for Node need not have.

/** A linear memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The functions of WebAssembly that compile and start modules. */
export interface WebAssemblyApi {
  Memory: new (limits: { initial: number; maximum: number; shared?: boolean }) => WasmMemory;
  Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): { module: string; name: string; kind: string }[];
    exports(module: object): { name: string; kind: string }[];
  };
  validate(bytes: Uint8Array): boolean;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { readonly exports: object };
}

/** WebAssembly, or `undefined` in a runtime without it. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}
