// pnpm sizes: measures each package and writes the number into its README.
// pnpm sizes --check: fails where a README is off, and changes nothing.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { formatSize, gzippedSize, packageFolders } from "./measure.mjs";
import { isNear, statedSize, withSize } from "./size-line.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const args = process.argv.slice(2);
const check = args.includes("--check");
const unknown = args.find((arg) => arg !== "--check");
if (unknown !== undefined) {
  process.stderr.write(`sizes: unknown option ${unknown}; it takes --check\n`);
  process.exit(2);
}

for (const folder of packageFolders(root)) {
  const name = path.basename(folder);
  const bytes = await gzippedSize(folder);
  const size = formatSize(bytes);
  const file = path.join(folder, "README.md");
  const readme = existsSync(file) ? readFileSync(file, "utf8") : "";
  const stated = statedSize(readme);
  let verdict = "";
  if (stated === undefined)
    verdict = "the README has no line | Size | … kB minified and gzipped, without dependencies |";
  else if (check && !isNear(stated, bytes)) verdict = `the README says ${stated}; run pnpm sizes`;
  else if (!check && stated !== size) writeFileSync(file, withSize(readme, size));
  if (verdict !== "") process.exitCode = 1;
  process.stdout.write(`${name.padEnd(12)} ${size.padStart(8)}${verdict === "" ? "" : `  ${verdict}`}\n`);
}
