// The coasts, drawn once: Natural Earth at 1:110 million, by way of world-atlas.

import type { Position } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { mapPoint } from "../../view-model/node-board.ts";

let path: Promise<string> | undefined;

/** One SVG path on the map of `mapPoint`; without coasts where they can't be fetched. */
export function landPath(): Promise<string> {
  path ??= import("world-atlas/land-110m.json").then(
    (atlas) => draw(atlas.default as unknown as Topology<{ land: GeometryCollection }>),
    (error: unknown) => {
      console.warn("nearframe: the map's coasts could not be fetched:", error);
      return "";
    },
  );
  return path;
}

function draw(atlas: Topology<{ land: GeometryCollection }>): string {
  const { features } = feature(atlas, atlas.objects.land);
  return features
    .flatMap(({ geometry }) => (geometry.type === "MultiPolygon" ? geometry.coordinates : geometry.type === "Polygon" ? [geometry.coordinates] : []))
    .flatMap((polygon) => polygon.map(ring))
    .join("");
}

/** A coast that crosses the date line goes on beyond the map's edge, and comes in again at the other one. */
function ring(points: readonly Position[]): string {
  let before = 0;
  const unrolled = points.map(([longitude = 0, latitude = 0], index) => {
    const turns = index === 0 ? 0 : Math.round((before - longitude) / 360);
    before = longitude + turns * 360;
    return { longitude: before, latitude };
  });
  const shifts = [0, ...(unrolled.some(({ longitude }) => longitude > 180) ? [-360] : []), ...(unrolled.some(({ longitude }) => longitude < -180) ? [360] : [])];
  return shifts.map((shift) => outline(unrolled.map((at) => ({ ...at, longitude: at.longitude + shift })))).join("");
}

function outline(points: readonly { longitude: number; latitude: number }[]): string {
  const steps = points.map((at, index) => {
    const { x, y } = mapPoint(at);
    return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `${steps.join("")}Z`;
}
