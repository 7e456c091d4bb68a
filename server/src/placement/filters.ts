// The filters, in their order. Those that hold whatever the player is are answered for
// the whole network at once, as words of bits; the rest for one node at a time.

import { countOnes } from "./bits.ts";
import type { PassedOver, PlacementNeed } from "./need.ts";
import { FACT, ROW } from "./node-table.ts";
import type { NodeTable } from "./node-table.ts";

export type Counts = Partial<Record<PassedOver, number>>;

/** `candidates` passed every filter of this kind; `present` says which of them have the title already. */
export type Sieve = {
  candidates: Uint32Array;
  candidatesCount: number;
  present: Uint32Array;
  /** Those of the candidates where a started copy waits; undefined where there is none. */
  warm: Uint32Array | undefined;
};

/**
 * Adds those who fail to `counts`, each under the first filter that it fails. The answer holds until the next call.
 *
 * PERF: three sets of 12 KB for each placement kept the garbage collector busy; the table lends them.
 */
export function sieveNetwork(nodes: NodeTable, need: PlacementNeed, counts: Counts): Sieve {
  const { words, bits } = nodes;
  const { candidates, present, warm } = nodes.scratch();
  const standby = bits.standby.words;
  const free = bits.free.words;
  const fetches = bits.fetches.words;
  const known = bits.known.words;
  const runtime = nodes.byRuntime.get(need.runtime)?.bits.words ?? NONE;
  const title = nodes.byTitle.get(need.titleId)?.bits.words ?? NONE;
  let notStandby = 0;
  let noSlot = 0;
  let noRuntime = 0;
  let noTitle = 0;
  let left = 0;
  const excluded = excludedWords(nodes, need);
  for (let word = 0; word < words; word++) {
    let here = (known[word] ?? 0) & ~(excluded?.[word] ?? 0);
    let next = here & (standby[word] ?? 0);
    if (here !== next) notStandby += countOnes(here ^ next);
    here = next;
    next &= free[word] ?? 0;
    if (here !== next) noSlot += countOnes(here ^ next);
    here = next;
    next &= runtime[word] ?? 0;
    if (here !== next) noRuntime += countOnes(here ^ next);
    here = next;
    present[word] = title[word] ?? 0;
    next &= (title[word] ?? 0) | (fetches[word] ?? 0);
    if (here !== next) noTitle += countOnes(here ^ next);
    candidates[word] = next;
    left += countOnes(next);
  }
  add(counts, "excluded", excluded ? excluded.reduce((sum, word) => sum + countOnes(word), 0) : 0);
  add(counts, "not-standby", notStandby);
  add(counts, "no-free-slot", noSlot);
  add(counts, "runtime-not-supported", noRuntime);
  add(counts, "title-not-here", noTitle);
  const started = nodes.byWarmTitle.get(need.titleId)?.bits.words;
  if (started) for (let word = 0; word < words; word++) warm[word] = (candidates[word] ?? 0) & (started[word] ?? 0);
  return { candidates, candidatesCount: left, present, warm: started && warm };
}

const NONE = new Uint32Array(0);

function excludedWords(nodes: NodeTable, need: PlacementNeed): Uint32Array | undefined {
  if (!need.excludedNodeIds || need.excludedNodeIds.size === 0) return undefined;
  const words = new Uint32Array(nodes.words);
  for (const nodeId of need.excludedNodeIds) {
    const slot = nodes.slotOf.get(nodeId);
    if (slot !== undefined) words[slot >>> 5] = (words[slot >>> 5] ?? 0) | (1 << (slot & 31));
  }
  return words;
}

export function add(counts: Counts, reason: PassedOver, count: number): void {
  if (count > 0) counts[reason] = (counts[reason] ?? 0) + count;
}

/** The filters of one node before and after that of latency, which the search asks between them. */
export type NodeFilters = {
  /** Hardware and network. */
  capability(slot: number): PassedOver | undefined;
  /** Fee, residency and deny lists. */
  terms(slot: number): PassedOver | undefined;
};

/** A node steps its frame rate down where its encoder is slow; below this share of the title's it is no use. */
const FPS_SHARE_MIN = 0.5;

/** `whole-node`: as if none of its sessions were there, to ask whether it could ever do. */
export function createNodeFilters(nodes: NodeTable, need: PlacementNeed, share: "next-session" | "whole-node" = "next-session"): NodeFilters {
  const { facts, bits } = nodes;
  const { cpuCores, memoryMb, gpu } = need.resources;
  const fps = (need.stream?.fps ?? 0) * FPS_SHARE_MIN;
  const large = (need.stream?.height ?? 0) > 720;
  const bitrateKbps = need.stream?.bitrateKbps ?? 0;
  const wholeUplinkKbps = share === "whole-node" ? nodes.uplinkKbps : undefined;
  const feeMax = need.feeMaxMicros ?? Infinity;
  const numbers = (names: readonly string[] | undefined) =>
    new Set((names ?? []).flatMap((name) => nodes.placeNumber(name) ?? []));
  const allowed = need.countriesAllowed ? numbers(need.countriesAllowed) : undefined;
  const denied = numbers(need.countriesDenied);
  const regionsDenied = numbers(need.regionsDenied);
  const countriesWithDeniedRegions = numbers(need.regionsDenied?.map((name) => name.slice(0, name.indexOf("/"))));
  // Where some places won't do, a place that nobody knows won't either.
  const placeMustBeKnown = (need.countriesDenied?.length ?? 0) > 0 || (need.regionsDenied?.length ?? 0) > 0;

  const hasPolicy = allowed !== undefined || placeMustBeKnown;

  return {
    capability(slot) {
      const row = slot * ROW;
      if ((facts[row + FACT.cpuCores] ?? 0) < cpuCores || (facts[row + FACT.memoryMb] ?? 0) < memoryMb) return "hardware-too-small";
      if (gpu && !bits.gpu.has(slot)) return "hardware-too-small";
      if (gpu && share === "next-session" && bits.cardsFull.has(slot)) return "no-free-slot";
      if (((wholeUplinkKbps ? wholeUplinkKbps[slot] : facts[row + FACT.freeKbps]) ?? 0) < bitrateKbps) return "network-too-slow";
      if (((large ? facts[row + FACT.fps1080] : facts[row + FACT.fps720]) ?? 0) < fps) return "network-too-slow";
      return undefined;
    },
    terms(slot) {
      if ((facts[slot * ROW + FACT.feeMicros] ?? 0) > feeMax) return "too-dear";
      if (!hasPolicy) return undefined;
      const country = facts[slot * ROW + FACT.country] ?? 0;
      if (allowed && !allowed.has(country)) return "country-not-allowed";
      if (denied.has(country) || (placeMustBeKnown && country === 0)) return "country-not-allowed";
      if (!countriesWithDeniedRegions.has(country)) return undefined;
      const region = facts[slot * ROW + FACT.region] ?? 0;
      return region === 0 || regionsDenied.has(region) ? "region-denied" : undefined;
    },
  };
}
