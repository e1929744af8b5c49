import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DTypeError, OptionError, type Tensor, tensor } from "@unroll/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SafetensorsError } from "../errors.ts";
import { serialize } from "../serialize.ts";
import { loadFile, saveFile } from "./files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "safetensors-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const sample = (): Record<string, Tensor> => ({
  w: tensor([
    [1, 2],
    [3, 4],
  ]),
  mask: tensor([true, false]),
  empty: tensor([]),
});

describe("saveFile and loadFile", () => {
  it("write what serialize gives and read it back", async () => {
    const file = path.join(folder, "model.safetensors");
    await saveFile(file, sample(), { epoch: "3" });
    expect(new Uint8Array(readFileSync(file))).toEqual(serialize(sample(), { epoch: "3" }));
    const { tensors, metadata } = await loadFile(file);
    expect(metadata).toEqual({ epoch: "3" });
    expect(tensors.w.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensors.mask.toArray()).toEqual([true, false]);
    expect(tensors.empty.shape).toEqual([0]);
  });

  it("read only the tensors asked for", async () => {
    const file = path.join(folder, "model.safetensors");
    await saveFile(file, sample());
    expect(Object.keys((await loadFile(file, { names: ["mask"] })).tensors)).toEqual(["mask"]);
    await expect(loadFile(file, { names: ["z"] })).rejects.toThrow(OptionError);
    await expect(loadFile(file, { share: true } as object)).rejects.toThrow("unknown option share");
  });

  it("replace a file whole and leave nothing beside it", async () => {
    const file = path.join(folder, "model.safetensors");
    await saveFile(file, sample());
    await saveFile(file, { other: tensor([5]) });
    expect(Object.keys((await loadFile(file)).tensors)).toEqual(["other"]);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  it("keep the previous file when the new one cannot be written", async () => {
    const file = path.join(folder, "model.safetensors");
    await saveFile(file, sample());
    const before = readFileSync(file);
    await expect(saveFile(file, { w: 3 as unknown as Tensor })).rejects.toThrow(DTypeError);
    // A tensor without values fails after the file was opened.
    const traced = Object.defineProperty(tensor([1]), "data", { get: () => expect.fail("no values") });
    await expect(saveFile(file, { traced })).rejects.toThrow(SafetensorsError);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  it("name the path when it cannot be written", async () => {
    const file = path.join(folder, "none", "model.safetensors");
    await expect(saveFile(file, sample())).rejects.toThrow(`saveFile: cannot write ${file}: ENOENT`);
    const taken = path.join(folder, "taken");
    mkdirSync(path.join(taken, "full"), { recursive: true });
    await expect(saveFile(taken, sample())).rejects.toThrow(SafetensorsError);
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  it("name the path when it cannot be read", async () => {
    const missing = path.join(folder, "missing.safetensors");
    await expect(loadFile(missing)).rejects.toThrow(`loadFile: cannot open ${missing}: ENOENT`);
    await expect(loadFile(folder)).rejects.toThrow(`loadFile: expected a regular file, got ${folder}`);
    const empty = path.join(folder, "empty");
    writeFileSync(empty, "");
    await expect(loadFile(empty)).rejects.toThrow(
      `loadFile ${empty}: expected at least 8 bytes, got a file of 0 (byte 0)`,
    );
  });

  it("check the header against the size of the file before reading values", async () => {
    const file = path.join(folder, "cut.safetensors");
    await saveFile(file, sample());
    chmodSync(file, 0o644);
    truncateSync(file, readFileSync(file).length - 1);
    await expect(loadFile(file)).rejects.toThrow("beyond the end of the file");
    writeFileSync(file, Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 127, 123, 125]));
    await expect(loadFile(file)).rejects.toThrow("expected a header of at most 100000000 bytes");
  });
});
