import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/**
 * @param {string} name
 * @param {Buffer} body
 * @param {string} type
 */
function entry(name, body, type) {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, "utf8");
  header.write("0000644\0", 100);
  header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

/**
 * Writes a gzipped tar archive for tests; a long path goes into an extended header, as npm does it.
 *
 * @param {string} file
 * @param {Map<string, Buffer>} files
 */
export function makeTarball(file, files) {
  const entries = [...files].flatMap(([name, body]) => {
    const full = `package/${name}`;
    if (full.length <= 100) return [entry(full, body, "0")];
    const line = ` path=${full}\n`;
    const length = line.length + 3;
    return [entry("long", Buffer.from(`${length}${line}`), "x"), entry(full.slice(0, 100), body, "0")];
  });
  writeFileSync(file, gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])));
}
