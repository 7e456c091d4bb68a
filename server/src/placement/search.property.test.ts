// The index looks at a part of the network; what it finds must be what a look at every
// node would find. Worlds are seeded; a seed that ever failed stays in the list.

import { describe, expect, test } from "vitest";
import { judgeRtt, rttMsMin } from "../location/light-speed.ts";
import { distanceKm } from "../location/location.ts";
import type { NodeRecord } from "../nodes/node-record.ts";
import { nodeRecord, place, placementNeed } from "../testing/placement-fixtures.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import type { PlacementNeed } from "./need.ts";
import { PASSED_OVER } from "./need.ts";
import { createPlacementIndex } from "./placement.ts";
import { combineRtt, rttMsByDistance, vectorBounds } from "./rtt-estimate.ts";
import { createExperience, priceOf, reliabilityOf, scoreNode } from "./score.ts";
import type { Market } from "./score.ts";

type Random = () => number;

const COUNTRIES = ["FR", "DE", "US", "JP", ""];

function randomPlace(random: Random) {
  // Mostly one continent, so that bins are crowded; some anywhere, poles and date line too.
  const [latitude, longitude] = random() < 0.8 ? [40 + random() * 20, -10 + random() * 40] : [random() * 180 - 90, random() * 360 - 180];
  return place(latitude, longitude, pick(random, COUNTRIES), pick(random, ["", "North", "South"]), random() * 200);
}

function randomVector(random: Random): Record<string, number> {
  if (random() < 0.5) return {};
  return Object.fromEntries(["p", "q", "r"].filter(() => random() < 0.7).map((id) => [id, 1 + random() * 60]));
}

function randomNode(random: Random, id: string): NodeRecord {
  const { location: _, ...rest } = nodeRecord(id);
  return {
    ...rest,
    ...(random() < 0.9 && { location: randomPlace(random) }),
    state: pick(random, ["standby", "standby", "standby", "rendering", "draining", "offline"]),
    slotsFree: Math.floor(random() * 3),
    titleIds: random() < 0.6 ? ["doom", "quake"] : [],
    canFetch: random() < 0.5,
    hardware: { cpuModel: "x", cpuCores: pick(random, [2, 8]), memoryMb: 4_096, ...(random() < 0.5 && { gpu: { model: "x" } }) },
    feePerHourMicros: random() < 0.1 ? 0 : Math.round(50_000 * (1 + 4 * random())),
    record: {
      sessionsEnded: Math.floor(random() * 600),
      sessionsFailedByHost: Math.floor(random() * 5),
      sessionsLast7Days: Math.floor(random() * 60),
      uptimeShare: 0.8 + random() * 0.2,
      captureEncodeMs: 4 + random() * 15,
    },
    rttVector: randomVector(random),
  };
}

function randomNeed(random: Random): PlacementNeed {
  const { location: _, ...need } = placementNeed();
  return {
    ...need,
    ...(random() < 0.9 && { location: { ...randomPlace(random), accuracyKm: random() * 500 } }),
    policy: pick(random, ["overall", "best-experience", "lowest-fee"]),
    latencyLimitMs: pick(random, [15, 40, 80, 200]),
    resources: { cpuCores: pick(random, [1, 4]), memoryMb: 512, gpu: random() < 0.3 },
    rttVector: randomVector(random),
    ...(random() < 0.3 && { feeMaxMicros: 120_000 }),
    ...(random() < 0.3 && { countriesDenied: ["US"] }),
    ...(random() < 0.2 && { regionsDenied: ["FR/North"] }),
  };
}

/** One node at a time, as plainly as it can be said. */
function scoreByLookingAtAll(records: readonly NodeRecord[], need: PlacementNeed, market: Market): { nodeId: string; score: number }[] {
  const experience = createExperience(need);
  return records
    .flatMap((record) => {
      if (!["standby", "rendering"].includes(record.state) || record.slotsFree === 0) return [];
      const titlePresent = record.titleIds.includes(need.titleId);
      if (!titlePresent && !record.canFetch) return [];
      if (record.hardware.cpuCores < need.resources.cpuCores || (need.resources.gpu && !record.hardware.gpu)) return [];
      const bounds = vectorBounds(need.rttVector ?? {}, record.rttVector) ?? { leastMs: 0, mostMs: Infinity };
      let rttMs = bounds.mostMs === Infinity ? Math.min(40, need.latencyLimitMs) : bounds.mostMs;
      let optimistic = bounds.leastMs;
      if (need.location && record.location) {
        const km = distanceKm(need.location, record.location);
        const uncertainty = need.location.accuracyKm + record.location.accuracyKm;
        const floor = rttMsMin(Math.max(0, km - uncertainty));
        rttMs = Math.max(floor, combineRtt(rttMsByDistance(km, uncertainty), bounds.leastMs, bounds.mostMs));
        optimistic = Math.max(floor, combineRtt(rttMsByDistance(Math.max(0, km - uncertainty), 0), bounds.leastMs, bounds.mostMs));
      }
      if (optimistic > need.latencyLimitMs) return [];
      if (record.feePerHourMicros > (need.feeMaxMicros ?? Infinity)) return [];
      const country = record.location?.country ?? "";
      if (need.countriesDenied && (country === "" || country === "US")) return [];
      if (need.regionsDenied && (country === "" || (country === "FR" && record.location?.region !== "South"))) return [];
      const delayMs = rttMs + (record.record.captureEncodeMs ?? 0);
      const score = scoreNode(need.policy, {
        experience: experience.at(delayMs),
        mos: experience.mosAt(delayMs),
        reliability: reliabilityOf(record.record),
        price: priceOf(record.feePerHourMicros, market),
        titlePresent,
      });
      return [{ nodeId: record.nodeId, score }];
    })
    .toSorted((a, b) => b.score - a.score);
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])("a world of seed %i", (seed) => {
  const random = seededRandom(seed * 7919);
  const index = createPlacementIndex();
  const alive = new Map<string, NodeRecord>();
  const NODES = 400;

  /** Nodes come, change in every way, and go. */
  function churn(steps: number): void {
    for (let step = 0; step < steps; step++) {
      const id = `node-${Math.floor(random() * NODES)}`;
      if (random() < 0.15) {
        alive.delete(id);
        index.delete(id);
      } else {
        const record = randomNode(random, id);
        alive.set(id, record);
        index.upsert(record);
      }
    }
  }

  test("what the index finds is what a look at every node finds, whatever came and went before", () => {
    let shortlists = 0;
    for (let round = 0; round < 60; round++) {
      churn(40);
      expect(index.size).toBe(alive.size);
      const need = randomNeed(random);
      const expected = scoreByLookingAtAll([...alive.values()], need, index.market());
      // The first number says that this is no turn of the little known; the second draws the first of the equals.
      const numbers = [0.5];
      const result = index.shortlist(need, () => numbers.pop() ?? 0);
      const counted = PASSED_OVER.reduce((sum, reason) => sum + (result.passedOver[reason] ?? 0), 0);
      if (result.type === "none") {
        expect(expected).toEqual([]);
        expect(counted).toBe(alive.size);
        continue;
      }
      shortlists++;
      expect(counted + result.candidates.length).toBe(alive.size);
      expect(result.candidates.length).toBe(Math.min(3, expected.length));
      const best = expected[0]?.score ?? 0;
      expect(result.candidates[0]?.score).toBeCloseTo(best, 4);
      for (const candidate of result.candidates) {
        expect(expected.find(({ nodeId }) => nodeId === candidate.nodeId)?.score).toBeCloseTo(candidate.score, 4);
        expect(new Set(result.candidates.map(({ nodeId }) => nodeId)).size).toBe(result.candidates.length);
      }
    }
    expect(shortlists).toBeGreaterThan(20);
  });
});

test("an estimate is never faster than light", () => {
  const random = seededRandom(99);
  for (let n = 0; n < 500; n++) {
    const index = createPlacementIndex();
    const node = randomNode(random, "node");
    index.upsert({ ...node, state: "standby", slotsFree: 1, titleIds: ["doom"] });
    const need = placementNeed({ location: randomPlace(random), rttVector: randomVector(random), latencyLimitMs: 500 });
    const result = index.shortlist(need, random);
    const rttMs = result.type === "shortlist" ? (result.candidates[0]?.terms.rttMs ?? 0) : 1e6;
    // To a thousandth: the index computes with chords.
    expect(judgeRtt(rttMs + 0.001, need.location, node.location)).toEqual({ type: "plausible" });
  }
});
