// What is learned of a pool that a server has watched for a short time only: it saw the
// short sessions end, and the long ones run on.

import { expect, test } from "vitest";
import { seededRandom } from "../testing/seeded-random.ts";
import { createWaitTable } from "./estimate-wait.ts";
import { endsWithin, learnLengths, observationsOf, STEP_MS } from "./session-lengths.ts";
import type { EndsKnown, LengthObservation } from "./session-lengths.ts";

const MINUTE = 60_000;
type Random = () => number;

/** Half are over after `medianMinutes`; one in ten lasts three times as long. */
const lasting =
  (medianMinutes: number) =>
  (random: Random): number => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.exp(Math.log(medianMinutes * MINUTE) + 0.9 * normal);
  };

type Pool = EndsKnown & { runningSinceMs: number[]; leftMs: number[]; nowMs: number };

/** Forty slots that were never free from `beganMinutes` on, as a server knows them that watches since minute 0. */
function runPool(beganMinutes: number, nowMinutes: number, length: (random: Random) => number, random: Random): Pool {
  const pool = { ended: [] as { endedAtMs: number; lengthMs: number }[], sinceMs: 0, runningSinceMs: [] as number[], leftMs: [] as number[], nowMs: nowMinutes * MINUTE };
  for (let slot = 0; slot < 40; slot++) {
    let atMs = beganMinutes * MINUTE;
    for (let lengthMs = length(random); ; lengthMs = length(random)) {
      if (atMs + lengthMs > pool.nowMs) {
        pool.runningSinceMs.push(atMs);
        pool.leftMs.push(atMs + lengthMs - pool.nowMs);
        break;
      }
      atMs += lengthMs;
      if (atMs >= 0) pool.ended.push({ endedAtMs: atMs, lengthMs });
    }
  }
  return pool;
}

const POSITION = 15;

function realWaitMs({ leftMs }: Pool, length: (random: Random) => number, random: Random): number {
  const ends = [...leftMs];
  let atMs = 0;
  for (let served = 0; served < POSITION; served++) {
    atMs = Math.min(...ends);
    ends[ends.indexOf(atMs)] = atMs + length(random);
  }
  return atMs;
}

/** Mean of what is told by mean of what happens. */
function toldShare(began: number, now: number, length: (random: Random) => number, learn: (pool: Pool) => LengthObservation[]): number {
  const random = seededRandom(17);
  let told = 0;
  let real = 0;
  for (let run = 0; run < 60; run++) {
    const pool = runPool(began, now, length, random);
    const agesMs = pool.runningSinceMs.map((sinceMs) => pool.nowMs - sinceMs);
    told += createWaitTable({ agesMs, leavingPerMinute: 0 }, learnLengths(learn(pool))).waitFor(POSITION)?.likelyMs ?? 2 * 60 * MINUTE;
    real += realWaitMs(pool, length, random);
  }
  return told / real;
}

const endedOnly = ({ ended }: Pool): LengthObservation[] => ended.map(({ lengthMs }) => ({ lengthMs, ended: true }));
const withRunning = (pool: Pool): LengthObservation[] => observationsOf(pool, pool.runningSinceMs, pool.nowMs);

test("half an hour after the first start, waits learned from those that ended are too short by a third; with those that run they fit", () => {
  expect(toldShare(0, 30, lasting(18), endedOnly)).toBeLessThan(0.75);
  const share = toldShare(0, 30, lasting(18), withRunning);
  expect(share).toBeGreaterThan(0.85);
  expect(share).toBeLessThan(1.2);
});

test("so with a title that is played for long: too short by half, and nearer with those that run", () => {
  const before = toldShare(0, 45, lasting(60), endedOnly);
  expect(before).toBeLessThan(0.6);
  const after = toldShare(0, 45, lasting(60), withRunning);
  expect(after).toBeGreaterThan(before * 1.25);
  expect(after).toBeLessThan(1);
});

test("ten minutes after a restart in the middle of play, the old sessions count from the age that they had then", () => {
  const unseen = ({ ended, runningSinceMs, nowMs }: Pool) => observationsOf({ ended, sinceMs: -Infinity }, runningSinceMs, nowMs);
  expect(toldShare(-240, 10, lasting(18), unseen)).toBeGreaterThan(1.8);
  const share = toldShare(-240, 10, lasting(18), withRunning);
  expect(share).toBeGreaterThan(0.85);
  expect(share).toBeLessThan(1.2);
});

test("what ended before all ends were known says nothing, and what began before counts from its age then", () => {
  const known = { sinceMs: 1_000, ended: [{ endedAtMs: 900, lengthMs: 100 }, { endedAtMs: 1_500, lengthMs: 700 }, { endedAtMs: 1_500, lengthMs: 300 }] };
  expect(observationsOf(known, [400, 1_200, 2_100], 2_000)).toEqual([
    { lengthMs: 700, ended: true, seenFromMs: 200 },
    { lengthMs: 300, ended: true, seenFromMs: 0 },
    { lengthMs: 1_600, ended: false, seenFromMs: 600 },
    { lengthMs: 800, ended: false, seenFromMs: 0 },
    // By a clock that is ahead of ours.
    { lengthMs: 0, ended: false, seenFromMs: 0 },
  ]);
});

test("a session is no evidence for the time before it was seen", () => {
  const late = Array.from({ length: 100 }, () => ({ lengthMs: 60 * MINUTE, ended: false, seenFromMs: 30 * MINUTE }));
  const steps = (30 * MINUTE) / STEP_MS;
  const [prior, learned] = [learnLengths([]), learnLengths(late)];
  expect(endsWithin(learned, 0, steps)).toBeCloseTo(endsWithin(prior, 0, steps), 10);
  expect(endsWithin(learned, steps, steps)).toBeLessThan(0.1);
});
