// The estimate is held to what really happens: simulated pools, whose session lengths it
// learns from what such a server would have seen.

import { describe, expect, test } from "vitest";
import { seededRandom } from "../testing/seeded-random.ts";
import { createWaitTable } from "./estimate-wait.ts";
import { learnLengths } from "./session-lengths.ts";
import type { LengthObservation } from "./session-lengths.ts";

const MINUTE = 60_000;
type Lengths = (random: () => number) => number;

const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const LENGTHS: Readonly<Record<string, Lengths>> = {
  "of all lengths": (random) => Math.exp(Math.log(18 * MINUTE) + 0.9 * normal(random)),
  "that forget their age": (random) => -12 * MINUTE * Math.log(1 - random()),
  "of two kinds": (random) => (random() < 0.4 ? 2 * MINUTE * (0.5 + random()) : 40 * MINUTE * (0.7 + 0.6 * random())),
};

/** What a server has in its books after some hours: many that ended, some that run. */
function observe(length: Lengths, random: () => number): LengthObservation[] {
  return Array.from({ length: 400 }, () => {
    const lengthMs = length(random);
    const startedAgoMs = random() * 6 * 60 * MINUTE;
    return startedAgoMs < lengthMs ? { lengthMs: startedAgoMs, ended: false } : { lengthMs, ended: true };
  });
}

/** Ages of sessions in a pool that has been full for long: found by running it. */
function runPool(slots: number, length: Lengths, random: () => number): { ageMs: number; leftMs: number }[] {
  return Array.from({ length: slots }, () => {
    const at = 4 * 60 * MINUTE + random() * 60 * MINUTE;
    let start = 0;
    for (;;) {
      const lasts = length(random);
      if (start + lasts > at) return { ageMs: at - start, leftMs: start + lasts - at };
      start += lasts;
    }
  });
}

/** When the one in this place gets a slot, if nobody before it leaves. */
function realWait(left: readonly number[], position: number, length: Lengths, random: () => number): number {
  const ends = [...left];
  let at = 0;
  for (let served = 0; served < position; served++) {
    at = Math.min(...ends);
    ends[ends.indexOf(at)] = at + length(random);
  }
  return at;
}

describe.each(Object.entries(LENGTHS))("sessions %s", (_name, length) => {
  test.each([
    { slots: 4, position: 1 },
    { slots: 4, position: 6 },
    { slots: 20, position: 1 },
    { slots: 20, position: 10 },
    { slots: 100, position: 3 },
    { slots: 100, position: 60 },
  ])("place $position for $slots slots: half wait less than is likely, nine of ten less than is late", ({ slots, position }) => {
    const random = seededRandom(slots * 1_000 + position);
    let lengths = learnLengths(observe(length, random));
    let likely = 0;
    let late = 0;
    const runs = 160;
    for (let run = 0; run < runs; run++) {
      // Another server's books now and then, so that the test is not of one lucky sample.
      if (run % 20 === 0) lengths = learnLengths(observe(length, random));
      const pool = runPool(slots, length, random);
      const estimate = createWaitTable({ agesMs: pool.map(({ ageMs }) => ageMs), leavingPerMinute: 0 }, lengths).waitFor(position);
      if (!estimate) throw new Error("no estimate");
      const real = realWait(pool.map(({ leftMs }) => leftMs), position, length, random);
      if (real <= estimate.likelyMs) likely++;
      if (real <= estimate.lateMs) late++;
    }
    // The error that the documentation states: within 15 points for half, 8 for nine of ten.
    expect(likely / runs).toBeGreaterThan(0.35);
    expect(likely / runs).toBeLessThan(0.65);
    expect(late / runs).toBeGreaterThan(0.82);
    expect(late / runs).toBeLessThan(0.98);
  });
});

describe("the estimate", () => {
  const lengths = learnLengths([]);

  test("grows with the place and shrinks with slots", () => {
    const table = createWaitTable({ agesMs: Array(10).fill(5 * MINUTE), leavingPerMinute: 0 }, lengths);
    const larger = createWaitTable({ agesMs: Array(20).fill(5 * MINUTE), leavingPerMinute: 0 }, lengths);
    let last = 0;
    for (let position = 1; position <= 20; position++) {
      const wait = table.waitFor(position);
      expect(wait?.likelyMs).toBeGreaterThan(last);
      expect(wait?.lateMs).toBeGreaterThan(wait?.likelyMs ?? 0);
      expect(larger.waitFor(position)?.likelyMs).toBeLessThan(wait?.likelyMs ?? 0);
      last = wait?.likelyMs ?? 0;
    }
  });

  test("those who leave shorten the wait of those behind", () => {
    const agesMs = Array(10).fill(5 * MINUTE);
    const staying = createWaitTable({ agesMs, leavingPerMinute: 0 }, lengths).waitFor(20);
    const leaving = createWaitTable({ agesMs, leavingPerMinute: 0.1 }, lengths).waitFor(20);
    expect(leaving?.likelyMs).toBeLessThan((staying?.likelyMs ?? 0) * 0.7);
  });

  test("says nothing where nothing can be said", () => {
    expect(createWaitTable({ agesMs: [], leavingPerMinute: 0 }, lengths).waitFor(1)).toBeUndefined();
    expect(createWaitTable({ agesMs: [MINUTE], leavingPerMinute: 0 }, lengths).waitFor(200)).toBeUndefined();
  });

  test("a session that still runs counts as one that lasts", () => {
    const ended = Array.from({ length: 50 }, () => ({ lengthMs: 10 * MINUTE, ended: true }));
    const running = Array.from({ length: 50 }, () => ({ lengthMs: 30 * MINUTE, ended: false }));
    const pool = { agesMs: [0, 0], leavingPerMinute: 0 };
    const without = createWaitTable(pool, learnLengths(ended)).waitFor(2)?.likelyMs ?? 0;
    expect(createWaitTable(pool, learnLengths([...ended, ...running])).waitFor(2)?.likelyMs).toBeGreaterThan(without * 1.3);
  });
});
