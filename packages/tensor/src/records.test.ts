import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { opSamples } from "./testing/index.ts";

const folder = new URL("./ops/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
const modules = await Promise.all(files.map((file): Promise<object> => import(`./ops/${file.slice(0, -3)}.ts`)));
const records = modules.flatMap((module) => Object.entries(module)).filter(([name]) => name.endsWith("Op"));

describe("the table of ops", () => {
  it("has every record, under its own name", () => {
    expect(records.length).toBeGreaterThan(70);
    expect(records.map(([, record]) => record.name).sort()).toEqual(Object.keys(opSamples()).sort());
  });

  it.each(records)("%s is called after its op", (name, record) => {
    expect(name).toBe(`${record.name}Op`);
    expect(Object.isFrozen(record)).toBe(true);
  });
});
