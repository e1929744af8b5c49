import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { wrongArgumentTests } from "@unroll/doc-tests";
import { tensor, UnrollError } from "@unroll/tensor";
import { afterAll, beforeAll } from "vitest";
import * as entry from "./index.ts";
import * as node from "./node/index.ts";

const tensors = { w: tensor([1, 2]) };
const folder = mkdtempSync(path.join(tmpdir(), "safetensors-"));
const file = path.join(folder, "model.safetensors");

beforeAll(() => node.saveFile(file, tensors));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

wrongArgumentTests({
  entry: { ...entry, ...node },
  isOwn: UnrollError.is,
  valid: {
    deserialize: [entry.serialize(tensors), { names: ["w"], share: true }],
    loadFile: [file, { names: ["w"] }],
    saveFile: [file, tensors, { epoch: "3" }],
    serialize: [tensors, { epoch: "3" }],
  },
});
