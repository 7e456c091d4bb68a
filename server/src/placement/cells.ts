// The world in bins of about 550 km, each with its nodes in order of their fee. Bins in
// place of a tree: nodes come and go all the time, and moving one is two array edits,
// where a static index (kdbush, flatbush) would have to be built again. A placement
// looks at occupied bins only; there are at most a thousand.
//
// PERF: with bins of 220 km a placement among 100,000 nodes took nearly twice as long: it
// waits for memory, a few times per bin.

import { EARTH_RADIUS_KM } from "../location/location.ts";
import type { Location } from "../location/location.ts";
import { extend } from "./extend.ts";

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

/** What bounds the nodes of a bin; where each fact stands in its row. */
export const BOUND = {
  /** The centre; not a number for the bin of nodes whose place is not known. */
  x: 0, y: 1, z: 2,
  /** No node of it is, or ever was, farther from the centre. */
  radiusKm: 3,
  /** The least sure that a node of it ever knew its place. */
  accuracyKmMax: 4,
  /** No node of it is, or ever was, more reliable. */
  reliabilityMax: 5,
  /** No node of it captures and encodes, or ever did, in less. */
  captureEncodeMsMin: 6,
} as const;
/** Numbers in a row: one line of the processor's cache. */
export const BOUND_ROW = 8;

export type CellFacts = { location: Location | undefined; point: UnitPoint; reliability: number; captureEncodeMs: number };

/** `feeOf` a slot, by which a bin keeps its nodes in order. */
export function createCells(feeOf: (slot: number) => number) {
  const indexOf = new Map<string, number>();
  const unused: number[] = [];
  /** By bin: slots of the table, cheapest first. Empty for a bin that nobody is in. */
  const slots: number[][] = [];
  let bounds = new Float64Array(64 * BOUND_ROW);
  /** By bin, in rows of `rttRow`: no node of it measured, or ever did, a shorter round trip to the probe point. */
  let rttRow = 4;
  let rttMsMin = new Float64Array(64 * rttRow).fill(Infinity);

  function open(key: string, location: Location | undefined): number {
    const known = indexOf.get(key);
    if (known !== undefined) return known;
    const cell = unused.pop() ?? slots.push([]) - 1;
    if (slots.length * BOUND_ROW > bounds.length) {
      bounds = extend(bounds, new Float64Array(bounds.length * 2));
      rttMsMin = extend(rttMsMin, new Float64Array(rttMsMin.length * 2).fill(Infinity));
    }
    indexOf.set(key, cell);
    const centre = location ? centreOf(key) : { x: Number.NaN, y: Number.NaN, z: Number.NaN };
    bounds.set([centre.x, centre.y, centre.z, 0, 0, 0, Infinity, 0], cell * BOUND_ROW);
    rttMsMin.fill(Infinity, cell * rttRow, (cell + 1) * rttRow);
    return cell;
  }

  function add(key: string, location: Location | undefined, slot: number): void {
    const here = slots[open(key, location)];
    here?.splice(positionOf(here, slot), 0, slot);
  }

  /** `slot` has still the fee with which it was added. */
  function remove(key: string, slot: number): void {
    const cell = indexOf.get(key);
    const here = cell === undefined ? undefined : slots[cell];
    if (cell === undefined || !here) return;
    here.splice(positionOf(here, slot), 1);
    if (here.length > 0) return;
    indexOf.delete(key);
    unused.push(cell);
  }

  /** Bounds only ever widen, until a bin is empty. */
  function widen(key: string, { location, point, reliability, captureEncodeMs }: CellFacts): void {
    const row = (indexOf.get(key) ?? 0) * BOUND_ROW;
    const most = (fact: number, value: number): void => {
      bounds[row + fact] = Math.max(bounds[row + fact] ?? 0, value);
    };
    most(BOUND.reliabilityMax, reliability);
    bounds[row + BOUND.captureEncodeMsMin] = Math.min(bounds[row + BOUND.captureEncodeMsMin] ?? 0, captureEncodeMs);
    if (!location) return;
    const { x, y, z } = point;
    most(BOUND.radiusKm, arcKm(x - (bounds[row] ?? 0), y - (bounds[row + 1] ?? 0), z - (bounds[row + 2] ?? 0)));
    most(BOUND.accuracyKmMax, location.accuracyKm);
  }

  /** `point` is the number of a probe point in the table. */
  function noteRtt(key: string, point: number, rttMs: number): void {
    while (point >= rttRow) widenRttRows();
    const at = (indexOf.get(key) ?? 0) * rttRow + point;
    if (rttMs < (rttMsMin[at] ?? 0)) rttMsMin[at] = rttMs;
  }

  function widenRttRows(): void {
    const wider = new Float64Array(rttMsMin.length * 2).fill(Infinity);
    for (let cell = 0; cell < slots.length; cell++) wider.set(rttMsMin.subarray(cell * rttRow, (cell + 1) * rttRow), cell * rttRow * 2);
    rttRow *= 2;
    rttMsMin = wider;
  }

  /** Where a slot with this fee stands or would stand: by fee, then by slot. */
  function positionOf(here: readonly number[], slot: number): number {
    const fee = feeOf(slot);
    let low = 0;
    let high = here.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = here[middle] ?? 0;
      const otherFee = feeOf(other);
      if (otherFee < fee || (otherFee === fee && other < slot)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    slots, add, remove, widen, noteRtt,
    /** Rows of `BOUND_ROW` numbers by bin, and in each the places of `BOUND`. */
    get bounds(): Float64Array {
      return bounds;
    },
    /** The shortest round trip of a bin to a probe point; `Infinity` where nobody has measured it. */
    rttMsLeast: (cell: number, point: number): number => (point < rttRow ? rttMsMin[cell * rttRow + point] : undefined) ?? Infinity,
  };
}
export type Cells = ReturnType<typeof createCells>;

export const NOWHERE = "nowhere";

/** Bands of equal height, each cut into bins that are about as wide as high. */
export function cellKeyOf(location: Location | undefined): string {
  if (!location) return NOWHERE;
  const { row, columns } = bandOf(location.latitude);
  const column = Math.min(columns - 1, Math.floor(((location.longitude + 180) / 360) * columns));
  return `${row}.${column}`;
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
