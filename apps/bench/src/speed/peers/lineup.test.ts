import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPeer, peers, peersFolder } from "./lineup.ts";
import { Missing, Peers } from "./peers.ts";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "unroll-peers-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [tfjs] = peers;

describe("peers", () => {
  it("are missing until they are installed, and the reason says how to get them", () => {
    for (const peer of peers.filter((one) => one.package !== undefined))
      expect(findPeer(peer, folder)).toEqual({ missing: "not installed: pnpm bench speed --install-peers" });
  });

  it("are started as Node programs from their folder once they are", () => {
    mkdirSync(path.join(folder, "node_modules", tfjs.package ?? ""), { recursive: true });
    expect(findPeer(tfjs, folder)).toEqual({
      command: { program: process.execPath, args: [...process.execArgv, path.join(folder, "tfjs.mjs"), "wasm"] },
    });
  });

  it("have programs in the app's folder", () => {
    expect(path.basename(path.dirname(peersFolder()))).toBe("bench");
  });

  it("that are missing take no part", async () => {
    const set = new Peers();
    await expect(set.get({ ...tfjs, package: "no-such-package" })).rejects.toThrow(
      new Missing("not installed: pnpm bench speed --install-peers"),
    );
    expect(set.infos).toEqual([]);
  });
});
