import { crc32, deflateSync } from "node:zlib";
import type { Rgb } from "./palette.ts";

/**
 * A picture as a data URI: a heatmap of 100 × 20 cells is some 100 bytes for each row this way, against 100 for each
 * cell as SVG rectangles.
 *
 * @param colorAt the colour of a pixel, x to the right and y down; undefined where there is nothing
 */
export function pngDataUri(width: number, height: number, colorAt: (x: number, y: number) => Rgb | undefined): string {
  // Each row begins with the number of its filter; 0 is none.
  const rows = Buffer.alloc(height * (1 + 4 * width));
  for (let y = 0; y < height; y++) {
    const row = y * (1 + 4 * width);
    for (let x = 0; x < width; x++) {
      const color = colorAt(x, y);
      if (color !== undefined) rows.set([...color, 255], row + 1 + 4 * x);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits for each of red, green, blue and opacity.
  header.set([8, 6, 0, 0, 0], 8);
  const file = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${file.toString("base64")}`;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length, 0);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body), 0);
  return Buffer.concat([size, body, check]);
}
