import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { meanBytesPerMs } from "../link/conditions.ts";
import { listProfiles, loadProfile } from "../profiles.ts";
import { formatProfile, makeProfiles } from "./generate.ts";

const made = makeProfiles();

test("the files are what the generator makes, no more and no fewer", async () => {
  expect(await listProfiles()).toEqual(Object.keys(made).toSorted());
  for (const [name, profile] of Object.entries(made)) {
    const text = await readFile(path.join(import.meta.dirname, `${name}.json`), "utf8");
    expect(text, `${name}: run "node tests/net/traces/generate.ts"`).toBe(formatProfile(profile));
  }
});

describe("each profile is the network it says it is", () => {
  test.each([
    ["steady", 20_000, 20_000],
    ["lte-drive", 12_000, 22_000],
    ["wifi-interference", 30_000, 45_000],
    ["dsl-bufferbloat", 9_000, 12_000],
    ["3g", 2_000, 4_500],
    ["satellite", 45_000, 65_000],
    ["burst-loss", 50_000, 50_000],
  ])("%s carries between %i and %i kbit/s on average", async (name, minKbps, maxKbps) => {
    const kbps = meanBytesPerMs((await loadProfile(name)).down) * 8;
    expect(kbps).toBeGreaterThanOrEqual(minKbps);
    expect(kbps).toBeLessThanOrEqual(maxKbps);
  });

  test("the LTE drive has stalls, fast stretches and six slow seconds", async () => {
    const rates = (await loadProfile("lte-drive")).down.trace!.rateKbps!;
    expect(rates.filter((kbps) => kbps === 0).length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...rates)).toBeGreaterThan(35_000);
    expect(Math.max(...rates.slice(600, 660))).toBeLessThanOrEqual(2_200);
  });
});

test("an unknown name is answered with those there are", async () => {
  await expect(loadProfile("5g")).rejects.toThrow(/no profile "5g".*lte-drive/);
});
