// The packaged data sets, as they are: what they say of addresses that have been where
// they are for decades.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { openMmdbAddresses, parseEntry } from "./adapters/mmdb/mmdb-addresses.ts";
import { openLocator } from "./open-locator.ts";

test("known addresses are in their countries, in both families", async () => {
  const locator = await openLocator();
  for (const [address, country] of [
    ["8.8.8.8", "US"],
    ["193.99.144.80", "DE"],
    ["::ffff:193.99.144.80", "DE"],
    ["2001:4860:4860::8888", "US"],
    ["133.11.0.1", "JP"],
  ] as const) {
    expect(locator.locate({ address }).location?.country).toBe(country);
  }
  expect(locator.locate({ address: "8.8.8.8", timeZone: "America/Los_Angeles" })).toMatchObject({
    basis: "country-and-zone",
    location: { country: "US", latitude: expect.closeTo(37, -1), longitude: expect.closeTo(-119, -1) },
  });
});

test("a time zone goes by each of its names", async () => {
  const locator = await openLocator();
  const names = ["Asia/Kolkata", "Asia/Calcutta"].map((timeZone) => locator.locate({ address: "::1", timeZone }));
  expect(names[0]).toMatchObject({ basis: "zone" });
  expect(names[1]).toEqual(names[0]);
});

test("a file that is no database is refused in a sentence", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "location-"));
  try {
    const file = path.join(folder, "cities.mmdb");
    await writeFile(file, "not a database");
    await expect(openMmdbAddresses(file)).rejects.toThrow("can't be read as a location database");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("both layouts of entries are read", () => {
  expect(parseEntry({ country_code: "de" })).toEqual({ country: "DE", region: "" });
  expect(parseEntry({ country_code: "GB", state1: "England", latitude: 51.5, longitude: -0.1 })).toMatchObject({
    region: "England",
    point: { accuracyKm: 50 },
  });
  expect(
    parseEntry({ country: { iso_code: "US" }, subdivisions: [{ names: { en: "California" } }], location: { latitude: 37, longitude: -122, accuracy_radius: 20 } }),
  ).toEqual({ country: "US", region: "California", point: { latitude: 37, longitude: -122, accuracyKm: 20 } });
  expect(parseEntry({ continent: {} })).toBeUndefined();
});
