// What placement asks of every node, a row a node: a search looks at thousands of nodes that
// lie anywhere, a dozen facts of each, and waits for memory and nothing else. A row is two
// lines of the processor's cache, the first of which answers for most nodes. Slots are given
// again after a node is gone.
//
// PERF: with a column a fact each of a dozen facts was a miss of its own.

import { SCHEDULABLE_STATES } from "@nearframe/shared/node/node-states";
import type { NodeState } from "@nearframe/shared/node/node-states";
import type { NodeRecord } from "../nodes/node-record.ts";
import { createBits } from "./bits.ts";
import type { Bits } from "./bits.ts";
import { unitPoint } from "./cells.ts";
import { extend } from "./extend.ts";
import { pathOf } from "./path.ts";
import { CAPTURE_ENCODE_MS_UNKNOWN, priceOf, reliabilityOf } from "./score.ts";
import type { Market } from "./score.ts";

/** Further probe points are not kept: 400 KB each for 100,000 nodes. */
const PROBE_POINTS_MAX = 64;

/** With fewer sessions in 7 days a node is little known, and gets a share of the draws. */
export const LITTLE_KNOWN_SESSIONS = 20;

/** Only a person's decision, or a check that passes, brings these back. */
const GONE_FOR_GOOD: ReadonlySet<NodeState> = new Set(["quarantined", "draining", "retired"]);

const NOTHING: readonly string[] = [];
type Scratch = { readonly candidates: Uint32Array; readonly present: Uint32Array; readonly warm: Uint32Array };
const NO_WORDS = new Uint32Array(0);
type Members = { readonly bits: Bits; count: number };

/** Where each fact stands in a row: what turns most nodes down first. */
export const FACT = {
  price: 0, reliability: 1, captureEncodeMs: 2, cpuCores: 3, memoryMb: 4, freeKbps: 5, fps720: 6, fps1080: 7,
  x: 8, y: 9, z: 10, accuracyKm: 11, feeMicros: 12, country: 13, region: 14, path: 15,
} as const;
/** Numbers in a row. */
export const ROW = 16;

export function createNodeTable() {
  let capacity = 64;
  let facts = new Float64Array(capacity * ROW);
  /** What a node would have with no session; asked only of networks that are full. */
  let uplinkKbps = new Float64Array(capacity);
  /** By probe point: where it stands in a node's row of `rttMs`. */
  const probePoints = new Map<string, number>();
  let rttRow = 4;
  /** Round trips to probe points; not a number where a node measured none. */
  let rttMs = new Float32Array(capacity * rttRow).fill(Number.NaN);
  let scratch: Scratch = { candidates: NO_WORDS, present: NO_WORDS, warm: NO_WORDS };
  const records: (NodeRecord | undefined)[] = [];
  const slotOf = new Map<string, number>();
  const freeSlots: number[] = [];
  let market: Market = { feeMinMicros: 0, feeMedianMicros: 0 };
  const names = new Map<string, number>();

  const bits = {
    known: createBits(),
    /** In a state in which it takes sessions. */
    standby: createBits(),
    free: createBits(),
    /** It takes sessions, or may again without anybody's doing. */
    mayReturn: createBits(),
    gpu: createBits(),
    /** Of those with a card: it takes no more titles now. */
    cardsFull: createBits(),
    fetches: createBits(),
    littleKnown: createBits(),
    located: createBits(),
  };
  const byTitle = new Map<string, Members>();
  const byRuntime = new Map<string, Members>();
  const byBusyRuntime = new Map<string, Members>();
  /** Where a started copy of a title waits. */
  const byWarmTitle = new Map<string, Members>();

  /** Countries and regions as numbers; 0 is a place that is not known. */
  function numberOf(name: string): number {
    if (name === "") return 0;
    const known = names.get(name);
    if (known !== undefined) return known;
    names.set(name, names.size + 1);
    return names.size;
  }

  function grow(): void {
    capacity *= 2;
    facts = extend(facts, new Float64Array(capacity * ROW));
    uplinkKbps = extend(uplinkKbps, new Float64Array(capacity));
    rttMs = extend(rttMs, new Float32Array(capacity * rttRow).fill(Number.NaN));
  }

  function widenRttRows(): void {
    const wider = new Float32Array(capacity * rttRow * 2).fill(Number.NaN);
    for (let slot = 0; slot < capacity; slot++) wider.set(rttMs.subarray(slot * rttRow, (slot + 1) * rttRow), slot * rttRow * 2);
    rttRow *= 2;
    rttMs = wider;
  }

  /** A slot for a new node, or the one that it has. */
  function slotFor(nodeId: string): number {
    const known = slotOf.get(nodeId);
    if (known !== undefined) return known;
    const slot = freeSlots.pop() ?? slotOf.size;
    if (slot >= capacity) grow();
    slotOf.set(nodeId, slot);
    return slot;
  }

  function write(slot: number, record: NodeRecord): void {
    const old = records[slot];
    records[slot] = record;
    bits.known.set(slot, true);
    bits.standby.set(slot, SCHEDULABLE_STATES.has(record.state));
    bits.free.set(slot, record.slotsFree > 0);
    bits.mayReturn.set(slot, record.slots > 0 && !GONE_FOR_GOOD.has(record.state));
    writeMembership(slot, byRuntime, old?.runtimes ?? [], record.runtimes);
    writeMembership(slot, byBusyRuntime, old?.busyRuntimes ?? NOTHING, record.busyRuntimes ?? NOTHING);
    writeMembership(slot, byTitle, old?.titleIds ?? [], record.titleIds);
    writeMembership(slot, byWarmTitle, old?.warmTitleIds ?? NOTHING, record.warmTitleIds ?? NOTHING);
    bits.fetches.set(slot, record.canFetch);
    bits.gpu.set(slot, record.hardware.gpu !== undefined);
    bits.cardsFull.set(slot, record.cardsFull === true);
    bits.littleKnown.set(slot, record.record.sessionsLast7Days < LITTLE_KNOWN_SESSIONS);
    writePlace(slot, record);
    const row = slot * ROW;
    facts[row + FACT.feeMicros] = record.feePerHourMicros;
    facts[row + FACT.price] = priceOf(record.feePerHourMicros, market);
    if (old?.address !== record.address || old.location !== record.location) facts[row + FACT.path] = pathOf(record);
    facts[row + FACT.reliability] = reliabilityOf(record.record);
    facts[row + FACT.captureEncodeMs] = record.record.captureEncodeMs ?? CAPTURE_ENCODE_MS_UNKNOWN;
    facts[row + FACT.cpuCores] = record.hardware.cpuCores;
    facts[row + FACT.memoryMb] = record.hardware.memoryMb;
    writeEncoders(slot, record);
    // What one more session would get of the uplink; unknown is not held against anybody.
    const sessions = Math.max(0, record.slots - record.slotsFree) + 1;
    uplinkKbps[slot] = record.uplinkKbps ?? Infinity;
    facts[row + FACT.freeKbps] = (record.uplinkKbps ?? Infinity) / sessions;
    if (old?.rttVector !== record.rttVector) writeVector(slot, record.rttVector);
  }

  function writePlace(slot: number, { location }: NodeRecord): void {
    bits.located.set(slot, location !== undefined);
    const point = location ? unitPoint(location) : { x: 0, y: 0, z: 0 };
    const row = slot * ROW;
    facts[row + FACT.x] = point.x;
    facts[row + FACT.y] = point.y;
    facts[row + FACT.z] = point.z;
    facts[row + FACT.accuracyKm] = location?.accuracyKm ?? 0;
    facts[row + FACT.country] = numberOf(location?.country ?? "");
    facts[row + FACT.region] = location && location.region !== "" ? numberOf(`${location.country}/${location.region}`) : 0;
  }

  /**
   * The fastest that opened, by its median: a machine that was busy while it tried its encoders has a bad p95 and
   * may carry a session all the same. Encoders that nobody has tried yet are not held against the node.
   */
  function writeEncoders(slot: number, { encoders }: NodeRecord): void {
    const opened = encoders.filter((encoder) => encoder.opened);
    facts[slot * ROW + FACT.fps720] = encoders.length === 0 ? Infinity : Math.max(0, ...opened.map((encoder) => 1_000 / encoder.at720p.frameMsP50));
    facts[slot * ROW + FACT.fps1080] = encoders.length === 0 ? Infinity : Math.max(0, ...opened.map((encoder) => 1_000 / encoder.at1080p.frameMsP50));
  }

  function writeVector(slot: number, vector: Readonly<Record<string, number>>): void {
    rttMs.fill(Number.NaN, slot * rttRow, (slot + 1) * rttRow);
    for (const [probePointId, measuredMs] of Object.entries(vector)) {
      let point = probePoints.get(probePointId);
      if (point === undefined) {
        if (probePoints.size >= PROBE_POINTS_MAX) continue;
        point = probePoints.size;
        probePoints.set(probePointId, point);
        if (point >= rttRow) widenRttRows();
      }
      rttMs[slot * rttRow + point] = measuredMs;
    }
  }

  /** Prices are judged by the market, so they all change with it. */
  function judgePrices(now: Market): void {
    if (now === market) return;
    market = now;
    for (const slot of slotOf.values()) facts[slot * ROW + FACT.price] = priceOf(facts[slot * ROW + FACT.feeMicros] ?? 0, market);
  }

  function clear(nodeId: string): number | undefined {
    const slot = slotOf.get(nodeId);
    if (slot === undefined) return undefined;
    const old = records[slot];
    records[slot] = undefined;
    slotOf.delete(nodeId);
    freeSlots.push(slot);
    for (const set of Object.values(bits)) set.set(slot, false);
    writeMembership(slot, byRuntime, old?.runtimes ?? [], []);
    writeMembership(slot, byBusyRuntime, old?.busyRuntimes ?? NOTHING, NOTHING);
    writeMembership(slot, byTitle, old?.titleIds ?? [], []);
    writeMembership(slot, byWarmTitle, old?.warmTitleIds ?? NOTHING, NOTHING);
    return slot;
  }

  return {
    bits, byTitle, byRuntime, byBusyRuntime, byWarmTitle, probePoints, records, slotOf, slotFor, write, clear, judgePrices,
    /** Rows of `ROW` numbers by slot, and in each the places of `FACT`. Another array once the network has grown. */
    get facts(): Float64Array {
      return facts;
    },
    get uplinkKbps(): Float64Array {
      return uplinkKbps;
    },
    /** Rows of `rttRow` round trips by slot, and in each the places of `probePoints`. */
    get rttMs(): Float32Array {
      return rttMs;
    },
    get rttRow(): number {
      return rttRow;
    },
    /** Undefined for a place where no node is. */
    placeNumber: (name: string): number | undefined => names.get(name),
    get size(): number {
      return slotOf.size;
    },
    /** Sets for one search, as large as the bit sets; another's numbers are still in them. */
    scratch(): Scratch {
      const length = (records.length + 31) >>> 5;
      if (scratch.candidates.length < length) {
        scratch = { candidates: new Uint32Array(length * 2), present: new Uint32Array(length * 2), warm: new Uint32Array(length * 2) };
      }
      return scratch;
    },
    /** Words that the bit sets need to cover every slot in use. */
    get words(): number {
      return (records.length + 31) >>> 5;
    },
  };
}
export type NodeTable = ReturnType<typeof createNodeTable>;

/** A set that nobody is in any more is dropped, so that names which nodes make up don't pile up. */
function writeMembership(slot: number, sets: Map<string, Members>, before: readonly string[], after: readonly string[]): void {
  if (before === after) return;
  for (const name of after) {
    let members = sets.get(name);
    if (!members) sets.set(name, (members = { bits: createBits(), count: 0 }));
    if (members.bits.has(slot)) continue;
    members.bits.set(slot, true);
    members.count++;
  }
  for (const name of before) {
    const members = sets.get(name);
    if (!members?.bits.has(slot) || after.includes(name)) continue;
    members.bits.set(slot, false);
    if (--members.count === 0) sets.delete(name);
  }
}
