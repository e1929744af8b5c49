import { defaultLabConfig, type LabConfig, lineOf, openLane } from "@unroll/bench/lab";
import { setDeterministic } from "@unroll/tensor";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paramsOfConfig, writeHash } from "../src/state/hash.ts";
import { launch, openPage } from "./open-page.ts";
import { removeSite, type Site, serveSite } from "./site.ts";

let browser: Browser;
let site: Site;

beforeAll(async () => {
  setDeterministic(true);
  site = await serveSite();
  browser = await launch();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await site?.stop();
  removeSite();
});

const steps = 24;

/** What the command line prints of a cell: the losses of its steps, and its probes. */
function onTheCommandLine(config: LabConfig, cell: string): { losses: number[]; probes: string[] } {
  const events = [...openLane(config, cell, { steps }).events];
  return {
    losses: events.flatMap((event) => (event.kind === "step" ? [event.loss] : [])),
    probes: events.flatMap((event) => (event.kind === "probe" ? [lineOf(event.probe)] : [])),
  };
}

/** Runs on the page: what it has measured of every lane, as text, since its arrays are not JSON. */
const readLanes = `JSON.stringify(unroll.lab.lanes.value.map((lane) => ({
  step: lane.step.value,
  losses: Array.from(lane.losses.losses.subarray(0, lane.losses.length)),
  probes: lane.history.records.map((probe) => JSON.stringify(probe, (_key, part) => ArrayBuffer.isView(part) ? Array.from(part) : part)),
})))`;

/**
 * Where two records differ by more than a rounding of float32. What is trained has the same bits; what is read off it goes
 * through Math.exp and Math.log10, whose last digit differs between the V8 of Node 20 and that of Chromium.
 */
function differences(got: unknown, expected: unknown, place = ""): string[] {
  if (typeof got === "number" && typeof expected === "number")
    return Math.abs(got - expected) <= 1e-6 * Math.max(1, Math.abs(expected)) ? [] : [`${place}: ${got}, ${expected}`];
  if (typeof got !== "object" || typeof expected !== "object" || got === null || expected === null)
    return got === expected ? [] : [`${place}: ${got}, ${expected}`];
  const [own, other] = [Object.entries(got), expected as Readonly<Record<string, unknown>>];
  if (own.length !== Object.keys(other).length) return [`${place}: other keys`];
  return own.flatMap(([key, value]) => differences(value, other[key], `${place}.${key}`));
}

describe("the page and the command line", () => {
  it.each([
    ["adding", { T: 20, cells: ["rnn", "lstm-fb1", "gru-chrono"] }],
    ["copying", { task: "copying", T: 5, cells: ["rnn-orthogonal", "lstm"], clip: null }],
    ["temporal order, silence", { task: "temporal-order", T: 20, cells: ["gru"], probe: "silence", seed: 9 }],
  ] as [string, Partial<LabConfig>][])(
    "train to the same bits by one configuration, and read the same off it: %s",
    async (_name, changes) => {
      const config: LabConfig = { ...defaultLabConfig, H: 12, ...changes };
      const { page, problems, close } = await openPage(browser, site.url + writeHash(paramsOfConfig(config)));
      await page.waitForFunction("unroll?.lab.lanes.value.every((lane) => lane.latest.value !== null)");
      await page.evaluate("unroll.lab.run()");
      await page.waitForFunction(`unroll.lab.lanes.value.every((lane) => lane.step.value > ${steps})`, undefined, {
        timeout: 60_000,
      });
      await page.evaluate("unroll.lab.pause()");
      const lanes = JSON.parse((await page.evaluate(readLanes)) as string);
      expect(lanes).toHaveLength(config.cells.length);
      for (const [k, cell] of config.cells.entries()) {
        const { losses, probes } = onTheCommandLine(config, cell);
        expect(lanes[k].losses.slice(0, steps)).toEqual(losses);
        // The command line probes once more at its end, which the page goes past.
        const { probeEvery } = openLane(config, cell).facts;
        const common = Math.floor(steps / probeEvery) + 1;
        expect(common).toBeGreaterThan(1);
        for (let probe = 0; probe < common; probe++)
          expect(differences(JSON.parse(lanes[k].probes[probe]), JSON.parse(probes[probe]))).toEqual([]);
      }
      expect(problems).toEqual([]);
      await close();
    },
  );

  it("gives the same first curve again from the link alone", async () => {
    const config: LabConfig = { ...defaultLabConfig, T: 10, H: 8, B: 4, seed: 123, cells: ["gru"] };
    const read = async () => {
      const { page, close } = await openPage(browser, site.url + writeHash(paramsOfConfig(config)));
      await page.waitForFunction("unroll?.lab.lanes.value[0].latest.value !== null");
      const curve = await page.evaluate("Array.from(unroll.lab.lanes.value[0].latest.value.joint.mean)");
      await close();
      return curve;
    };
    expect(await read()).toEqual(await read());
  });
});
