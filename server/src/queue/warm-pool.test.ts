import { describe, expect, test } from "vitest";
import { seededRandom } from "../testing/seeded-random.ts";
import { CAPACITY_SHARE, WARM_SHARE, addRequest, copiesFor, decayedRate, poissonAtMost, poissonQuantile, warmTargets } from "./warm-pool.ts";
import type { Demand } from "./warm-pool.ts";

const MINUTE = 60_000;
const KEY = { titleId: "doom", region: "eu" };
const PLENTY = new Map([["eu", { slotsFree: 1_000, memoryFreeMb: 1e6 }]]);
const COST = () => ({ refillMs: 30_000, memoryMb: 500 });

describe("demand", () => {
  test("settles at the rate of requests, and is halved in ten minutes of silence", () => {
    let demand: Demand | undefined;
    for (let at = 0; at <= 120 * MINUTE; at += MINUTE / 6) demand = addRequest(demand, KEY, at);
    if (!demand) throw new Error("no demand");
    expect(decayedRate(demand, 120 * MINUTE)).toBeCloseTo(6, 0);
    expect(decayedRate(demand, 130 * MINUTE)).toBeCloseTo(decayedRate(demand, 120 * MINUTE) / 2, 5);
  });

  test("a request that is told late does not turn time back", () => {
    const later = addRequest(addRequest(undefined, KEY, 10 * MINUTE), KEY, 5 * MINUTE);
    expect(later.asOfMs).toBe(10 * MINUTE);
  });
});

test("a Poisson quantile is the least number that is seldom exceeded", () => {
  for (const mean of [0.01, 0.3, 1, 4, 20, 150, 399, 401, 5_000]) {
    const count = poissonQuantile(mean, WARM_SHARE);
    if (mean > 400) {
      expect(count).toBeGreaterThan(mean);
    } else {
      expect(poissonAtMost(mean, count)).toBeGreaterThanOrEqual(WARM_SHARE);
      expect(poissonAtMost(mean, count - 1)).toBeLessThan(WARM_SHARE);
    }
  }
});

test("so many copies really serve nineteen of twenty requests at once", () => {
  const random = seededRandom(5);
  for (const ratePerMinute of [0.2, 2, 12]) {
    const refillMs = 30_000;
    const copies = copiesFor((ratePerMinute * refillMs) / MINUTE);
    let warm = copies;
    let refills: number[] = [];
    let hits = 0;
    const requests = 5_000;
    let at = 0;
    for (let n = 0; n < requests; n++) {
      at += (-Math.log(1 - random()) * MINUTE) / ratePerMinute;
      const back = refills.filter((readyAt) => readyAt <= at).length;
      refills = refills.filter((readyAt) => readyAt > at);
      warm += back;
      if (warm > 0) {
        warm--;
        hits++;
        refills.push(at + refillMs);
      }
    }
    expect(hits / requests).toBeGreaterThan(WARM_SHARE - 0.02);
  }
});

describe("targets", () => {
  const demandOf = (titleId: string, ratePerMinute: number, region = "eu"): Demand => ({ titleId, region, ratePerMinute, asOfMs: 0 });

  test("follow demand, and what nobody asks for is not kept", () => {
    expect(warmTargets([demandOf("hit", 20), demandOf("niche", 0.05), demandOf("dead", 0.001)], COST, PLENTY, 0)).toEqual([
      { titleId: "hit", region: "eu", copies: copiesFor(10) },
      { titleId: "niche", region: "eu", copies: 1 },
    ]);
  });

  test("are gone an hour after the demand", () => {
    expect(warmTargets([demandOf("hit", 0.5)], COST, PLENTY, 60 * MINUTE)).toEqual([]);
  });

  test("never take more than their share of slots or memory, whatever the demand", () => {
    const random = seededRandom(11);
    for (let round = 0; round < 200; round++) {
      const capacity = new Map(["eu", "us"].map((region) => [region, { slotsFree: Math.floor(random() * 40), memoryFreeMb: random() * 20_000 }]));
      const demand = Array.from({ length: 12 }, (_, n) => demandOf(`t${n}`, random() * 60, random() < 0.5 ? "eu" : "us"));
      const cost = (titleId: string) => ({ refillMs: 20_000, memoryMb: 200 + 150 * Number(titleId.slice(1)) });
      const targets = warmTargets(demand, cost, capacity, 0);
      for (const [region, { slotsFree, memoryFreeMb }] of capacity) {
        const here = targets.filter((target) => target.region === region);
        expect(here.reduce((sum, { copies }) => sum + copies, 0)).toBeLessThanOrEqual(slotsFree * CAPACITY_SHARE);
        expect(here.reduce((sum, { titleId, copies }) => sum + copies * cost(titleId).memoryMb, 0)).toBeLessThanOrEqual(memoryFreeMb * CAPACITY_SHARE);
      }
      expect(targets.every(({ copies }) => copies > 0)).toBe(true);
    }
  });

  test("where room is short a copy goes where the next request is likeliest to need it", () => {
    const demand = [demandOf("a", 6), demandOf("b", 5), demandOf("c", 4)];
    const room = new Map([["eu", { slotsFree: 6, memoryFreeMb: 1e6 }]]);
    const copies = (refillMs: number) => warmTargets(demand, () => ({ refillMs, memoryMb: 500 }), room, 0).map(({ titleId, copies }) => `${titleId}${copies}`);
    expect(copies(3_000)).toEqual(["a1", "b1", "c1"]);
    // A copy that takes half a minute to replace is missed by the next of the most popular.
    expect(copies(30_000)).toEqual(["a2", "b1"]);
  });
});
