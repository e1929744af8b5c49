import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { gridJsonSchema, readGrid, shardOption } from "./config.ts";
import { runsOf } from "./spec.ts";

const folder = mkdtempSync(path.join(tmpdir(), "unroll-grid-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const configs = fileURLToPath(new URL("../../configs/", import.meta.url));
const schemaFile = path.join(configs, "grid.schema.json");
const grids = readdirSync(configs).filter((file) => file.endsWith(".json") && !file.endsWith(".schema.json"));

describe("the grids that come with the benchmark", () => {
  it.each(grids)("%s follows the schema, is named like its file, and has runs", (file) => {
    const name = path.basename(file, ".json");
    const config = readGrid(name, configs);
    expect(config.name).toBe(name);
    expect(config.$schema).toBe("./grid.schema.json");
    expect(runsOf(config).length).toBeGreaterThan(0);
  });

  it("have a schema for editors that is the one that the program checks by", () => {
    // bench schema > apps/bench/configs/grid.schema.json
    expect(JSON.parse(readFileSync(schemaFile, "utf8"))).toEqual(JSON.parse(gridJsonSchema()));
  });
});

describe("readGrid", () => {
  it("names every mistake, where it is, in one line", () => {
    const file = path.join(folder, "wrong.json");
    const race = { kind: "race", task: "adding", lengths: [0], cells: ["lstn"], sedes: 3 };
    writeFileSync(file, JSON.stringify({ name: "a b", title: "", experiments: [race, { kind: "flight" }] }));
    let message = "";
    try {
      readGrid(file);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      message = (error as Error).message;
    }
    for (const part of [
      "name:",
      "title:",
      "experiments[0].lengths[0]:",
      "experiments[0].cells[0]:",
      "sedes",
      "experiments[1]",
    ])
      expect(message).toContain(part);
    expect(message).not.toContain("\n");
  });

  it("names a length that a task of pictures does not have", () => {
    const file = path.join(folder, "digits.json");
    const race = { kind: "race", task: "digits-sequential", lengths: [196, 100], cells: ["lstm"] };
    writeFileSync(file, JSON.stringify({ name: "digits", title: "Digits", experiments: [race] }));
    expect(() => readGrid(file)).toThrow(
      "experiments[0].lengths[1]: digits-sequential has sequences of 784, 196, 49 steps, got 100",
    );
  });

  it("refuses what is not there, and what is no JSON", () => {
    writeFileSync(path.join(folder, "broken.json"), "{");
    expect(() => readGrid("no-such-grid")).toThrow(/cannot read the grid .*no-such-grid\.json/);
    expect(() => readGrid(path.join(folder, "broken.json"))).toThrow(InputError);
  });
});

describe("shardOption", () => {
  it("reads i/n", () => {
    expect(shardOption("3/10")).toEqual({ index: 3, of: 10 });
    expect(shardOption(undefined)).toBeUndefined();
  });

  it.each(["0/3", "4/3", "3", "1/", "a/b", 3, true])("refuses %j", (value) => {
    expect(() => shardOption(value)).toThrow(/--shard must be i\/n with 1 <= i <= n, got /);
  });
});
