// Where something on the network is, as far as anybody can tell: a point, and how
// far off the truth may be.

import type { NodeLocation } from "../nodes/node-record.ts";

/** `country` and `region` are empty where they are not known; the truth is within `accuracyKm` of the point. */
export type Location = NodeLocation;

/** The earth's mean radius: a sphere is off by at most half a percent, far less than any path's detour. */
export const EARTH_RADIUS_KM = 6371;
/** The farthest that two places can be from each other. */
export const DISTANCE_KM_MAX = Math.PI * EARTH_RADIUS_KM;

type Point = Pick<Location, "latitude" | "longitude">;

/** Along the great circle, on a sphere. */
export function distanceKm(a: Point, b: Point): number {
  const latitudeA = radians(a.latitude);
  const latitudeB = radians(b.latitude);
  const halfLatitude = Math.sin((latitudeB - latitudeA) / 2);
  const halfLongitude = Math.sin(radians(b.longitude - a.longitude) / 2);
  const h = halfLatitude * halfLatitude + Math.cos(latitudeA) * Math.cos(latitudeB) * halfLongitude * halfLongitude;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
