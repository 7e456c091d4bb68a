import { expect, test } from "vitest";
import type { Anchor } from "../location/bound-by-measurements.ts";
import { boundByMeasurements } from "../location/bound-by-measurements.ts";
import { distanceKm, type Location } from "../location/location.ts";
import { LONDON, PARIS, place, TOKYO } from "../testing/placement-fixtures.ts";
import { placeFarEnd } from "./place-far-end.ts";
import { createProbePoints, differs } from "./probe-points.ts";

const FRANCE = place(46.5, 2.5, "FR", "", 600);
const points = createProbePoints(
  [
    { id: "par", url: "https://par.example.org", place: PARIS },
    { id: "tyo", url: "https://tyo.example.org", place: TOKYO },
    { id: "nowhere", url: "https://nowhere.example.org" },
  ],
  { serverId: "s1", serverPlace: LONDON },
);
const locate = (byAddress: Location | undefined) => ({ anchors }: { anchors?: readonly Anchor[] }) => boundByMeasurements(byAddress, anchors ?? []);
const far = (rttVector: Record<string, number>, byAddress: Location | undefined = FRANCE) =>
  placeFarEnd({ address: "203.0.113.1", timeZone: undefined, rttVector }, locate(byAddress), points);

test("a short round trip to a point narrows down where somebody is", () => {
  const { location, rttVector } = far({ par: 2 });
  expect(distanceKm(location as Location, PARIS)).toBeLessThan(225);
  expect(location?.accuracyKm).toBeLessThan(FRANCE.accuracyKm);
  expect(location?.country).toBe("FR");
  expect(rttVector).toEqual({ par: 2 });
});

test("what light does not allow is not believed, and moves nobody: a node cannot claim itself elsewhere", () => {
  const { location, rttVector } = far({ tyo: 3, par: 9 });
  expect(rttVector).toEqual({ par: 9 });
  expect(location?.country).toBe("FR");
});

test("a point of unknown place ranks, and bounds nothing", () => {
  expect(far({ nowhere: 1 })).toEqual({ location: FRANCE, rttVector: { nowhere: 1 } });
});

test("what this process measured itself bounds as well, and nobody else can speak of it", () => {
  const vector = points.join({ "server:s1": 0.1, unknown: 4, par: 8 }, 1.5);
  expect(vector).toEqual({ par: 8, "server:s1": 1.5 });
  const { location } = placeFarEnd({ address: undefined, timeZone: undefined, rttVector: vector }, locate(undefined), points);
  expect(distanceKm(location as Location, LONDON)).toBeLessThan(1);
  expect(location?.accuracyKm).toBeCloseTo(150, 0);
});

test("before the first answer nothing is said of this process", () => {
  expect(points.join({ par: 8 }, undefined)).toEqual({ par: 8 });
});

test("a figure is told again when it is clearly another", () => {
  expect([differs(undefined, 5), differs(5, 5.9), differs(5, 8), differs(100, 110), differs(100, 130), differs(undefined, undefined)]).toEqual([
    true, false, true, false, true, false,
  ]);
});
