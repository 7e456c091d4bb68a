import { describe, expect, test } from "vitest";
import { BERLIN, LONDON, MADRID, PARIS, TOKYO, place } from "../testing/placement-fixtures.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { boundByMeasurements } from "./bound-by-measurements.ts";
import { judgeRtt, plausibleVector, rttMsMin } from "./light-speed.ts";
import { createLocator, isPublicAddress } from "./locate.ts";
import { DISTANCE_KM_MAX, distanceKm } from "./location.ts";
import type { AddressEntry } from "./ports.ts";
import { summariseSettlements } from "./settlements.ts";
import { createCanonicalZone } from "./time-zones.ts";

const city = (latitude: number, longitude: number, population: number, country: string, timeZone: string) => ({ latitude, longitude, population, country, timeZone });
const settlements = summariseSettlements(
  [
    city(40.7, -74, 8e6, "US", "America/New_York"),
    city(42.4, -71, 4e6, "US", "America/New_York"),
    city(34, -118, 10e6, "US", "America/Los_Angeles"),
    city(28.6, 77.2, 20e6, "IN", "Asia/Kolkata"),
    city(48.9, 2.3, 10e6, "FR", "Europe/Paris"),
    city(-17.8, 178, 1e5, "FJ", "Pacific/Fiji"),
    city(-16.8, -179.9, 1e5, "FJ", "Pacific/Fiji"),
  ],
  createCanonicalZone(),
);
const ENTRIES: Readonly<Record<string, AddressEntry>> = {
  "8.8.8.8": { country: "US", region: "" },
  "9.9.9.9": { country: "US", region: "California", point: { latitude: 37.4, longitude: -122, accuracyKm: 50 } },
  "5.5.5.5": { country: "ZZ", region: "" },
};
const locator = createLocator({ addresses: { find: (address) => ENTRIES[address] }, settlements });

describe("a place", () => {
  test("is in the country of the address, and in the part of it that keeps the player's time", () => {
    const whole = locator.locate({ address: "8.8.8.8" });
    const east = locator.locate({ address: "8.8.8.8", timeZone: "America/New_York" });
    expect(whole).toMatchObject({ basis: "country", location: { country: "US" } });
    expect(east).toMatchObject({ basis: "country-and-zone", location: { country: "US" } });
    expect(east.location?.longitude).toBeGreaterThan(-75);
    expect(east.location?.accuracyKm).toBeLessThan((whole.location?.accuracyKm ?? 0) / 4);
  });

  test("is where the network is, when a traveller's time zone says otherwise", () => {
    expect(locator.locate({ address: "8.8.8.8", timeZone: "Europe/Paris" })).toEqual(locator.locate({ address: "8.8.8.8" }));
  });

  test("is the city's, where the data set has cities", () => {
    expect(locator.locate({ address: "9.9.9.9", timeZone: "America/New_York" })).toMatchObject({
      basis: "city",
      location: { region: "California", accuracyKm: 50 },
    });
  });

  test.each(["127.0.0.1", "192.168.1.4", "10.0.0.1", "172.20.0.1", "169.254.1.1", "100.64.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.1.2.3", "0.0.0.0", "nonsense"])(
    "is not known for %s, which is everybody's",
    (address) => {
      expect(isPublicAddress(address)).toBe(false);
      expect(locator.locate({ address })).toEqual({ location: undefined, basis: "unknown" });
      // A time zone says roughly where, and proves no country.
      expect(locator.locate({ address, timeZone: "Europe/Paris" })).toMatchObject({ basis: "zone", location: { country: "" } });
    },
  );

  test("is near the server for who comes from the server's own network, if its operator said where that is", () => {
    const here = createLocator({ addresses: { find: () => undefined }, settlements, serverLocation: BERLIN });
    expect(here.locate({ address: "192.168.1.4", timeZone: "America/New_York" })).toEqual({ location: BERLIN, basis: "server" });
    expect(here.locate({ address: "8.8.4.4" }).basis).toBe("unknown");
  });

  test("is unknown in a country where nobody is known to live", () => {
    expect(locator.locate({ address: "5.5.5.5" }).basis).toBe("unknown");
  });

  test("public addresses are told from others in both families", () => {
    for (const address of ["8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8"]) expect(isPublicAddress(address)).toBe(true);
  });
});

describe("time zones", () => {
  test("have one place under all their names, and none under a name that is none", () => {
    expect(settlements.ofZone("Asia/Calcutta")).toEqual(settlements.ofZone("Asia/Kolkata"));
    expect(settlements.ofZone("Middle-earth/Shire")).toBeUndefined();
  });

  test("that lie across the date line have their centre there", () => {
    const fiji = settlements.ofCountry("FJ");
    expect(Math.abs(fiji?.longitude ?? 0)).toBeGreaterThan(178);
    expect(fiji?.accuracyKm).toBeLessThan(200);
  });
});

describe("light", () => {
  test.each([
    [0, "not-a-time"],
    [-1, "not-a-time"],
    [Number.NaN, "not-a-time"],
    [Infinity, "not-a-time"],
    [90, "faster-than-light"],
    [98, "plausible"],
  ])("%d ms between Paris and Tokyo is %s", (rttMs, type) => {
    expect(judgeRtt(rttMs, PARIS, TOKYO).type).toBe(type);
  });

  test("places that are known badly get the benefit of the doubt, and unknown ones all of it", () => {
    expect(judgeRtt(90, { ...PARIS, accuracyKm: 800 }, TOKYO).type).toBe("plausible");
    expect(judgeRtt(0.1, PARIS, undefined).type).toBe("plausible");
    expect(judgeRtt(0, PARIS, undefined).type).toBe("not-a-time");
  });

  test("a vector keeps what can be", () => {
    const points = new Map([["tokyo", TOKYO], ["london", LONDON]]);
    expect(plausibleVector({ tokyo: 2, london: 9, unknown: 1, never: -3 }, PARIS, points)).toEqual({ london: 9, unknown: 1 });
  });
});

describe("round trips bound a place", () => {
  test("a location that they refute is given up for the circle that they leave", () => {
    expect(boundByMeasurements(TOKYO, [{ location: PARIS, rttMs: 6 }])).toEqual(place(PARIS.latitude, PARIS.longitude, "", "", 600));
    expect(boundByMeasurements(TOKYO, [{ location: PARIS, rttMs: 60 }])).toBeUndefined();
  });

  test("an unknown place is near what answers fast, and stays unknown otherwise", () => {
    expect(boundByMeasurements(undefined, [{ location: PARIS, rttMs: 4 }])).toMatchObject({ accuracyKm: 400 });
    expect(boundByMeasurements(undefined, [{ location: PARIS, rttMs: 80 }])).toBeUndefined();
    expect(boundByMeasurements(undefined, [])).toBeUndefined();
  });

  test("times that can't be bound nothing", () => {
    expect(boundByMeasurements(MADRID, [{ location: TOKYO, rttMs: 0 }, { location: TOKYO, rttMs: Number.NaN }])).toEqual(MADRID);
  });

  test("the truth stays within the accuracy, wherever the first guess was", () => {
    const random = seededRandom(3);
    let narrowed = 0;
    for (let run = 0; run < 2_000; run++) {
      const truth = place(30 + random() * 30, -10 + random() * 40);
      // A guess that is honest about how far off it may be.
      const guess = { ...place(truth.latitude + (random() - 0.5) * 8, truth.longitude + (random() - 0.5) * 8), country: "XX" };
      const location = { ...guess, accuracyKm: distanceKm(guess, truth) * (1 + random()) };
      const anchors = [PARIS, LONDON, BERLIN, MADRID].map((anchor) => ({
        location: anchor,
        rttMs: rttMsMin(distanceKm(anchor, truth)) * (1 + random() * 0.5) + 0.01,
      }));
      const bounded = boundByMeasurements(location, anchors);
      if (!bounded) throw new Error("an honest guess was given up");
      expect(distanceKm(bounded, truth)).toBeLessThanOrEqual(bounded.accuracyKm + 1);
      expect(bounded.accuracyKm).toBeLessThanOrEqual(location.accuracyKm);
      expect(bounded.country).toBe("XX");
      if (bounded.accuracyKm < location.accuracyKm || bounded.latitude !== location.latitude) narrowed++;
    }
    expect(narrowed).toBeGreaterThan(200);
  });
});

test("distances are those of the globe", () => {
  expect(distanceKm(PARIS, LONDON)).toBeCloseTo(344, -1);
  expect(distanceKm(PARIS, TOKYO)).toBeCloseTo(9_713, -2);
  expect(distanceKm(place(0, 179.9), place(0, -179.9))).toBeCloseTo(22, 0);
  expect(distanceKm(place(90, 0), place(-90, 0))).toBeCloseTo(DISTANCE_KM_MAX, 3);
});
