// The index that placements are made from. Fed with node records as they change, asked
// for a shortlist per session; it knows nothing of leases, sockets or clocks.
//
//   const index = createPlacementIndex();
//   index.upsert(record);                      // a node came, or something of it changed
//   index.shortlist(need, random);             // best first, at most three
//
// Of the same history and the same random numbers comes the same list.

import type { NodeRecord } from "../nodes/node-record.ts";
import { cellKeyOf, createCells } from "./cells.ts";
import { CANDIDATES_MAX } from "./need.ts";
import type { PlacementNeed, RankedNode, Shortlist } from "./need.ts";
import { chooseShortlist, drawsLittleKnown } from "./choose-shortlist.ts";
import type { Drawn } from "./choose-shortlist.ts";
import { createEstimate } from "./estimate.ts";
import { createFees } from "./fees.ts";
import { explain } from "./explain.ts";
import { createNodeFilters } from "./filters.ts";
import { FACT, ROW, createNodeTable } from "./node-table.ts";
import { CAPTURE_ENCODE_MS_UNKNOWN, createExperience, experienceKey } from "./score.ts";
import type { Experience, Market } from "./score.ts";
import { EQUAL_SHARE, searchNodes } from "./search.ts";
import type { Scored } from "./search.ts";

export type PlacementIndex = ReturnType<typeof createPlacementIndex>;

/** Tables of how a stream feels, one for each kind of stream that is asked for. */
const EXPERIENCES_MAX = 256;

export function createPlacementIndex() {
  const nodes = createNodeTable();
  /** By slot: the bin that it is in. */
  const cellKeys: (string | undefined)[] = [];
  const fees = createFees();
  const experiences = new Map<string, Experience>();
  const factOf = (slot: number, fact: number): number => nodes.facts[slot * ROW + fact] ?? 0;
  const cells = createCells((slot) => factOf(slot, FACT.feeMicros));

  function upsert(record: NodeRecord): void {
    const slot = nodes.slotFor(record.nodeId);
    const old = nodes.records[slot];
    const key = cellKeyOf(record.location);
    const moved = cellKeys[slot] !== key || old?.feePerHourMicros !== record.feePerHourMicros;
    if (old && moved) takeOut(slot);
    nodes.write(slot, record);
    if (moved) {
      cells.add(key, record.location, slot);
      cellKeys[slot] = key;
      fees.add(record.feePerHourMicros, 1);
    }
    const { location } = record;
    const point = { x: factOf(slot, FACT.x), y: factOf(slot, FACT.y), z: factOf(slot, FACT.z) };
    cells.widen(key, { location, point, reliability: factOf(slot, FACT.reliability), captureEncodeMs: factOf(slot, FACT.captureEncodeMs) });
    if (moved || old?.rttVector !== record.rttVector) noteVector(key, record);
  }

  function takeOut(slot: number): void {
    const key = cellKeys[slot];
    if (key === undefined) return;
    cells.remove(key, slot);
    cellKeys[slot] = undefined;
    fees.add(factOf(slot, FACT.feeMicros), -1);
  }

  function noteVector(key: string, { rttVector }: NodeRecord): void {
    for (const [probePointId, rttMs] of Object.entries(rttVector)) {
      const point = nodes.probePoints.get(probePointId);
      // As the table keeps it.
      if (point !== undefined) cells.noteRtt(key, point, Math.fround(rttMs));
    }
  }

  function remove(nodeId: string): void {
    const slot = nodes.slotOf.get(nodeId);
    if (slot === undefined) return;
    takeOut(slot);
    nodes.clear(nodeId);
  }

  /** `random` gives numbers from 0 to below 1. */
  function shortlist(need: PlacementNeed, random: () => number): Shortlist {
    const littleKnownTurn = drawsLittleKnown(random);
    nodes.judgePrices(fees.market());
    const experience = experienceFor(need);
    const found = searchNodes(nodes, cells, need, experience, littleKnownTurn);
    const drawn = chooseShortlist(found.best, found.littleKnown, CANDIDATES_MAX, EQUAL_SHARE, random);
    const passedOver = found.counts;
    if (drawn.length === 0) return { type: "none", canRun: canEverRun(need), passedOver };
    passedOver.outscored = Math.max(0, (passedOver.outscored ?? 0) - drawn.length);
    return { type: "shortlist", candidates: drawn.map((one) => rank(one, need, experience)), passedOver };
  }

  function rank({ node, because }: Drawn<Scored>, need: PlacementNeed, experience: Experience): RankedNode {
    const { slot, score, rttMs, rttSource } = node;
    const record = nodes.records[slot];
    if (!record) throw new Error("the index found a node that it does not hold");
    const captureEncodeMs = factOf(slot, FACT.captureEncodeMs);
    const terms = {
      experience: experience.at(rttMs + captureEncodeMs),
      reliability: factOf(slot, FACT.reliability),
      price: factOf(slot, FACT.price),
      mos: experience.mosAt(rttMs + captureEncodeMs),
      rttMs,
      rttSource,
      captureEncodeMs,
      titlePresent: node.present,
      titleWarm: node.warm,
    };
    return { nodeId: record.nodeId, score, terms, because, reasons: explain(because, terms, record, need.policy) };
  }

  /** What play is worth over a path to this node that was measured, and what it could be worth at best. */
  function judgePath(need: PlacementNeed, nodeId: string, rttMs: number): { mos: number; mosBest: number } {
    const experience = experienceFor(need);
    const slot = nodes.slotOf.get(nodeId);
    const captureEncodeMs = slot === undefined ? CAPTURE_ENCODE_MS_UNKNOWN : factOf(slot, FACT.captureEncodeMs);
    return { mos: experience.mosAt(rttMs + captureEncodeMs), mosBest: experience.mosAt(0) };
  }

  function experienceFor(need: PlacementNeed): Experience {
    const key = experienceKey(need);
    let experience = experiences.get(key);
    if (!experience) {
      experience = createExperience(need);
      if (experiences.size >= EXPERIENCES_MAX) experiences.clear();
      experiences.set(key, experience);
    }
    return experience;
  }

  /** Whether a node that is full, away or too far for now would do once it is not. */
  function canEverRun(need: PlacementNeed): boolean {
    const filters = createNodeFilters(nodes, need, "whole-node");
    const runtime = nodes.byRuntime.get(need.runtime);
    const busy = nodes.byBusyRuntime.get(need.runtime);
    if (!runtime && !busy) return false;
    const title = nodes.byTitle.get(need.titleId);
    const capMs = need.latencyCapMs ?? Infinity;
    const estimate = createEstimate(nodes, { ...need, latencyLimitMs: capMs });
    for (const [nodeId, slot] of nodes.slotOf) {
      // Which titles it has for a device that is busy, a node tells when it is free.
      const waits = busy?.bits.has(slot) === true;
      if (!nodes.bits.mayReturn.has(slot) || !(waits || runtime?.bits.has(slot)) || need.excludedNodeIds?.has(nodeId)) continue;
      if (!waits && !nodes.bits.fetches.has(slot) && !title?.bits.has(slot)) continue;
      if (filters.capability(slot) || filters.terms(slot)) continue;
      estimate.measure(slot);
      if (estimate.rttMsOptimistic <= capMs) return true;
    }
    return false;
  }

  return {
    upsert,
    delete: remove,
    shortlist,
    judgePath,
    /** What nodes ask, as prices are judged by now. */
    market: (): Market => fees.market(),
    has: (nodeId: string): boolean => nodes.slotOf.has(nodeId),
    get size(): number {
      return nodes.size;
    },
  };
}
