// What placement asks of every node, a column a fact: typed arrays by slot, which a
// scan walks without touching an object. Slots are given again after a node is gone.

import { SCHEDULABLE_STATES } from "@nearframe/shared/node/node-states";
import type { NodeState } from "@nearframe/shared/node/node-states";
import type { NodeRecord } from "../nodes/node-record.ts";
import { createBits } from "./bits.ts";
import type { Bits } from "./bits.ts";
import { unitPoint } from "./cells.ts";
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
type Members = { readonly bits: Bits; count: number };

const NUMBERS = [
  "x", "y", "z", "accuracyKm", "feeMicros", "reliability", "captureEncodeMs", "cpuCores", "memoryMb", "fps720", "fps1080", "uplinkKbps", "freeKbps",
  "country", "region", "price", "path",
] as const;
type Column = (typeof NUMBERS)[number];

export function createNodeColumns() {
  let capacity = 64;
  const columns = Object.fromEntries(NUMBERS.map((name) => [name, new Float64Array(capacity)])) as Record<Column, Float64Array>;
  const rtt = new Map<string, Float32Array>();
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
    for (const name of NUMBERS) columns[name] = extend(columns[name], new Float64Array(capacity));
    for (const [probePointId, column] of rtt) rtt.set(probePointId, extend(column, new Float32Array(capacity).fill(Number.NaN)));
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
    bits.littleKnown.set(slot, record.record.sessionsLast7Days < LITTLE_KNOWN_SESSIONS);
    writePlace(slot, record);
    columns.feeMicros[slot] = record.feePerHourMicros;
    columns.price[slot] = priceOf(record.feePerHourMicros, market);
    if (old?.address !== record.address || old.location !== record.location) columns.path[slot] = pathOf(record);
    columns.reliability[slot] = reliabilityOf(record.record);
    columns.captureEncodeMs[slot] = record.record.captureEncodeMs ?? CAPTURE_ENCODE_MS_UNKNOWN;
    columns.cpuCores[slot] = record.hardware.cpuCores;
    columns.memoryMb[slot] = record.hardware.memoryMb;
    writeEncoders(slot, record);
    // What one more session would get of the uplink; unknown is not held against anybody.
    const sessions = Math.max(0, record.slots - record.slotsFree) + 1;
    columns.uplinkKbps[slot] = record.uplinkKbps ?? Infinity;
    columns.freeKbps[slot] = (record.uplinkKbps ?? Infinity) / sessions;
    if (old?.rttVector !== record.rttVector) writeVector(slot, record.rttVector);
  }

  function writePlace(slot: number, { location }: NodeRecord): void {
    bits.located.set(slot, location !== undefined);
    const point = location ? unitPoint(location) : { x: 0, y: 0, z: 0 };
    columns.x[slot] = point.x;
    columns.y[slot] = point.y;
    columns.z[slot] = point.z;
    columns.accuracyKm[slot] = location?.accuracyKm ?? 0;
    columns.country[slot] = numberOf(location?.country ?? "");
    columns.region[slot] = location && location.region !== "" ? numberOf(`${location.country}/${location.region}`) : 0;
  }

  /**
   * The fastest that opened, by its median: a machine that was busy while it tried its encoders has a bad p95 and
   * may carry a session all the same. Encoders that nobody has tried yet are not held against the node.
   */
  function writeEncoders(slot: number, { encoders }: NodeRecord): void {
    const opened = encoders.filter((encoder) => encoder.opened);
    columns.fps720[slot] = encoders.length === 0 ? Infinity : Math.max(0, ...opened.map((encoder) => 1_000 / encoder.at720p.frameMsP50));
    columns.fps1080[slot] = encoders.length === 0 ? Infinity : Math.max(0, ...opened.map((encoder) => 1_000 / encoder.at1080p.frameMsP50));
  }

  function writeVector(slot: number, vector: Readonly<Record<string, number>>): void {
    for (const column of rtt.values()) column[slot] = Number.NaN;
    for (const [probePointId, rttMs] of Object.entries(vector)) {
      let column = rtt.get(probePointId);
      if (!column) {
        if (rtt.size >= PROBE_POINTS_MAX) continue;
        column = new Float32Array(capacity).fill(Number.NaN);
        rtt.set(probePointId, column);
      }
      column[slot] = rttMs;
    }
  }

  /** Prices are judged by the market, so they all change with it. */
  function judgePrices(now: Market): void {
    if (now === market) return;
    market = now;
    for (const slot of slotOf.values()) columns.price[slot] = priceOf(columns.feeMicros[slot] ?? 0, market);
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
    columns, bits, byTitle, byRuntime, byBusyRuntime, byWarmTitle, rtt, records, slotOf, slotFor, write, clear, judgePrices,
    /** Undefined for a place where no node is. */
    placeNumber: (name: string): number | undefined => names.get(name),
    get size(): number {
      return slotOf.size;
    },
    /** Words that the bit sets need to cover every slot in use. */
    get words(): number {
      return (records.length + 31) >>> 5;
    },
  };
}
export type NodeColumns = ReturnType<typeof createNodeColumns>;

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

function extend<T extends Float64Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
