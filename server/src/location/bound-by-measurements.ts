// What round trips say about a place. Light bounds how far an answer can have come, so
// the truth lies within a circle around each place that was reached. A location outside
// of them is moved to their edge; one that they refute altogether is given up.

import { reachKm } from "./light-speed.ts";
import { EARTH_RADIUS_KM, distanceKm } from "./location.ts";
import type { Location } from "./location.ts";

/** A known place, and the round trip to it. Times that can't be are ignored. */
export type Anchor = { readonly location: Location; readonly rttMs: number };

/** A circle larger than this says nothing worth keeping about a place that is otherwise unknown. */
const CIRCLE_KM_MAX = 1_500;
const ROUNDS = 20;

type Circle = { readonly centre: Location; readonly radiusKm: number };

export function boundByMeasurements(location: Location | undefined, anchors: readonly Anchor[]): Location | undefined {
  const circles = anchors
    .filter(({ rttMs }) => Number.isFinite(rttMs) && rttMs > 0)
    .map(({ location: centre, rttMs }) => ({ centre, radiusKm: reachKm(rttMs) + centre.accuracyKm }));
  const tightest = circles.reduce<Circle | undefined>((least, circle) => (!least || circle.radiusKm < least.radiusKm ? circle : least), undefined);
  if (!tightest) return location;
  if (!location) return tightest.radiusKm <= CIRCLE_KM_MAX ? asLocation(tightest) : undefined;

  const refuted = circles.some(({ centre, radiusKm }) => distanceKm(location, centre) - location.accuracyKm > radiusKm);
  if (refuted) return tightest.radiusKm <= CIRCLE_KM_MAX ? asLocation(tightest) : undefined;

  // Moving to the nearest point of a circle that holds the truth never moves away from the
  // truth, so the accuracy stands; and nobody is farther from a point than across a circle.
  let moved = location;
  for (let round = 0; round < ROUNDS; round++) {
    const worst = worstOf(moved, circles);
    if (!worst) break;
    moved = { ...moved, ...towards(moved, worst.centre, distanceKm(moved, worst.centre) - worst.radiusKm) };
  }
  const accuracyKm = Math.min(location.accuracyKm, ...circles.map(({ centre, radiusKm }) => radiusKm + distanceKm(moved, centre)));
  return { ...moved, accuracyKm };
}

/** Only where it is, of no country: a circle knows no borders. */
const asLocation = ({ centre, radiusKm }: Circle): Location => ({
  latitude: centre.latitude,
  longitude: centre.longitude,
  accuracyKm: radiusKm,
  country: "",
  region: "",
});

function worstOf(point: Location, circles: readonly Circle[]): Circle | undefined {
  let worst: Circle | undefined;
  let worstKm = 1e-6;
  for (const circle of circles) {
    const outsideKm = distanceKm(point, circle.centre) - circle.radiusKm;
    if (outsideKm > worstKm) {
      worst = circle;
      worstKm = outsideKm;
    }
  }
  return worst;
}

/** So far along the great circle from one point to another. */
function towards(from: Location, to: Location, km: number): { latitude: number; longitude: number } {
  const whole = distanceKm(from, to) / EARTH_RADIUS_KM;
  if (whole === 0) return from;
  const share = km / EARTH_RADIUS_KM / whole;
  const a = Math.sin((1 - share) * whole) / Math.sin(whole);
  const b = Math.sin(share * whole) / Math.sin(whole);
  const [x1, y1, z1] = pointOf(from);
  const [x2, y2, z2] = pointOf(to);
  const x = a * x1 + b * x2;
  const y = a * y1 + b * y2;
  const z = a * z1 + b * z2;
  return { latitude: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI, longitude: (Math.atan2(y, x) * 180) / Math.PI };
}

function pointOf({ latitude, longitude }: Location): [number, number, number] {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}
