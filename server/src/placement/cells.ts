// The world in bins of about 550 km, each with its nodes in order of their fee. Bins in
// place of a tree: nodes come and go all the time, and moving one is two array edits,
// where a static index (kdbush, flatbush) would have to be built again. A placement
// looks at occupied bins only; there are at most a thousand.
//
// PERF: with bins of 220 km a placement among 100,000 nodes took nearly twice as long: it
// waits for memory, a few times per bin.

import { EARTH_RADIUS_KM } from "../location/location.ts";
import type { Location } from "../location/location.ts";

const CELL_DEGREES = 5;

/** A place as a point on the unit sphere: distances come without trigonometry for what is far. */
export type UnitPoint = { readonly x: number; readonly y: number; readonly z: number };

export function unitPoint({ latitude, longitude }: Pick<Location, "latitude" | "longitude">): UnitPoint {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  return { x: Math.cos(phi) * Math.cos(lambda), y: Math.cos(phi) * Math.sin(lambda), z: Math.sin(phi) };
}

/** Along the sphere, from the straight line through it; exact to metres nearby, where a dot product is not. */
export function arcKm(dx: number, dy: number, dz: number): number {
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(dx * dx + dy * dy + dz * dz) / 2));
}

export type Cell = {
  /** Undefined for the bin of nodes whose place is not known. */
  readonly centre: UnitPoint | undefined;
  /** No node of it is, or ever was, farther from the centre. */
  radiusKm: number;
  /** The least sure that a node of it ever knew its place. */
  accuracyKmMax: number;
  /** No node of it is, or ever was, more reliable. */
  reliabilityMax: number;
  /** No node of it captures and encodes, or ever did, in less. */
  captureEncodeMsMin: number;
  /** By probe point: no node of it measured, or ever did, a shorter round trip to it. */
  readonly rttMsMin: Map<string, number>;
  /** Slots of the columns, cheapest first. */
  readonly slots: number[];
};

export const NOWHERE = "nowhere";

/** Bands of equal height, each cut into bins that are about as wide as high. */
export function cellKeyOf(location: Location | undefined): string {
  if (!location) return NOWHERE;
  const { row, columns } = bandOf(location.latitude);
  const column = Math.min(columns - 1, Math.floor(((location.longitude + 180) / 360) * columns));
  return `${row}.${column}`;
}

export function createCell(key: string, location: Location | undefined): Cell {
  return { centre: location && centreOf(key), radiusKm: 0, accuracyKmMax: 0, reliabilityMax: 0, captureEncodeMsMin: Infinity, rttMsMin: new Map(), slots: [] };
}

function bandOf(latitude: number): { row: number; columns: number } {
  const row = Math.min(180 / CELL_DEGREES - 1, Math.floor((latitude + 90) / CELL_DEGREES));
  const middle = (((row + 0.5) * CELL_DEGREES - 90) * Math.PI) / 180;
  return { row, columns: Math.max(1, Math.round((360 / CELL_DEGREES) * Math.cos(middle))) };
}

function centreOf(key: string): UnitPoint {
  const [row = 0, column = 0] = key.split(".").map(Number);
  const latitude = (row + 0.5) * CELL_DEGREES - 90;
  const { columns } = bandOf(latitude);
  return unitPoint({ latitude, longitude: ((column + 0.5) / columns) * 360 - 180 });
}

/** Where a slot with this fee stands or would stand: by fee, then by slot. */
export function positionInCell(slots: readonly number[], slot: number, feeOf: (slot: number) => number): number {
  const fee = feeOf(slot);
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = slots[middle] ?? 0;
    const otherFee = feeOf(other);
    if (otherFee < fee || (otherFee === fee && other < slot)) low = middle + 1;
    else high = middle;
  }
  return low;
}
