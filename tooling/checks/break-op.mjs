import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Twice the slope at zero: no recurrent cell gives the right numbers with it. */
const wrong = "Math.tanh(2 * ";

/**
 * Damages the hyperbolic tangent in the sources below a folder.
 *
 * @param {string} folder
 * @returns {string[]} the files that were changed
 */
export function breakTanh(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return breakTanh(file);
    if (!entry.name.endsWith(".ts") || entry.name.endsWith(".test.ts")) return [];
    const text = readFileSync(file, "utf8");
    if (!text.includes("Math.tanh(")) return [];
    writeFileSync(file, text.replaceAll("Math.tanh(", wrong));
    return [file];
  });
}
