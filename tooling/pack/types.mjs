import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { run } from "./run.mjs";

const require = createRequire(import.meta.url);

const compilers = [
  { name: "TypeScript 5.5", file: require.resolve("typescript-5.5/lib/tsc.js") },
  { name: "TypeScript 5.9", file: require.resolve("typescript/lib/tsc.js") },
];

const resolutions = [
  { name: "nodenext", options: { module: "nodenext", moduleResolution: "nodenext" } },
  { name: "bundler", options: { module: "esnext", moduleResolution: "bundler" } },
];

/**
 * @param {string} folder
 * @returns {string} a module that reaches every entry of every installed package
 */
function everyEntry(folder) {
  const scope = path.join(folder, "node_modules", "@unroll");
  const entries = readdirSync(scope).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(path.join(scope, name, "package.json"), "utf8"));
    const subpaths = Object.keys(exports).filter((entry) => entry !== "./package.json");
    return subpaths.map((entry) => `@unroll/${name}${entry.slice(1)}`);
  });
  const imports = entries.map((entry, index) => `import * as entry${index} from "${entry}";`);
  return `${imports.join("\n")}\nexport const entries: object[] = [${entries.map((_, index) => `entry${index}`)}];\n`;
}

/**
 * Type checks the training program and every entry without Node's types, without the DOM, and with the declarations
 * themselves checked.
 *
 * @param {import("./project.mjs").Project} project
 * @returns {Promise<string[]>} what passed
 */
export async function checkTypes({ folder, program }) {
  const passed = [];
  writeFileSync(path.join(folder, "entries.ts"), everyEntry(folder));
  for (const { name, options } of resolutions) {
    const config = {
      compilerOptions: {
        ...options,
        target: "es2022",
        lib: ["es2022"],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        noEmit: true,
      },
      files: [`${program}.ts`, "entries.ts"],
    };
    writeFileSync(path.join(folder, `tsconfig.${name}.json`), JSON.stringify(config));
    for (const compiler of compilers) {
      await run(process.execPath, [compiler.file, "-p", `tsconfig.${name}.json`], { cwd: folder });
      passed.push(`${compiler.name}, ${name}`);
    }
  }
  return passed;
}
