import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { isSupported } from "./node-version.mjs";

it.each([
  ["v20.19.0", true],
  ["20.20.2", true],
  ["v21.0.0", true],
  ["v24.9.0", true],
  ["v20.18.3", false],
  ["v18.20.8", false],
  ["v8.0.0", false],
])("isSupported(%s) is %s", (version, expected) => {
  expect(isSupported(version)).toBe(expected);
});

it.each(["start.mjs", "test.mjs", "turbo.mjs"])("%s stops an old Node with one clear line", (script) => {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const pretend = "data:text/javascript,Object.defineProperty(process, 'version', { value: 'v18.20.8' })";
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", pretend, file], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toBe(
    "unroll needs Node 20.19 or newer; this is Node 18.20.8. Get a newer one from https://nodejs.org\n",
  );
});
