import { build } from "esbuild";

/** What a module exports, and every package below it, as one module from the sources that puts `main` on globalThis. */
export async function bundle(main: string, from: string): Promise<string> {
  const { outputFiles, warnings } = await build({
    stdin: {
      contents: `import { ${main} } from "${from}";\nglobalThis.${main} = ${main};`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["@unroll/source"],
    target: "es2022",
  });
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
  const [script] = outputFiles;
  if (script === undefined) throw new Error("esbuild wrote nothing");
  return script.text;
}
