import { describe, expect, test } from "vitest";
import { scoreNode, wilsonLower, type NodeHistory } from "./scores.ts";

const DAY_MS = 24 * 3_600_000;
const NOW = 100 * DAY_MS;
const GOOD: NodeHistory = {
  minutes: { good: 5_000, degradedByHost: 0, badByHost: 0 },
  sessions: { ended: 200, failedByHost: 0 },
  uptimeShare: 0.999,
  verdicts: Array.from({ length: 30 }, (_, day) => ({ atMs: NOW - day * DAY_MS, faults: [], kind: "routine" as const })),
};
const score = (change: Partial<NodeHistory> = {}) => scoreNode({ ...GOOD, ...change }, NOW);
const penalty = (daysAgo: number) => [
  ...GOOD.verdicts,
  { atMs: NOW - daysAgo * DAY_MS, faults: ["nonce-missed" as const], kind: "penalty" as const },
];

test("Wilson's lower bound: few observations say little", () => {
  expect(wilsonLower(0, 0)).toBe(0);
  expect(wilsonLower(1, 1)).toBeCloseTo(0.2065, 3);
  expect(wilsonLower(95, 100)).toBeCloseTo(0.8882, 3);
});

describe("a node", () => {
  test("that is good in all has little to be said against it", () => {
    const { performance, reliability, honesty, overall, reasons } = score();
    expect(performance).toBeGreaterThan(0.97);
    expect(reliability).toBeGreaterThan(0.97);
    expect(honesty).toBe(1);
    expect(overall).toBeGreaterThan(0.95);
    expect(reasons).toEqual([]);
  });

  test("that is new is neither good nor bad", () => {
    const fresh = scoreNode({ minutes: { good: 0, degradedByHost: 0, badByHost: 0 }, sessions: { ended: 0, failedByHost: 0 }, uptimeShare: 1, verdicts: [] }, NOW);
    expect(fresh.overall).toBeGreaterThan(0.3);
    expect(fresh.overall).toBeLessThan(0.6);
    expect(fresh.reasons).toEqual(["nobody has played or checked here yet"]);
  });

  test("loses by bad minutes, failed sessions and downtime, each with its reason", () => {
    const bad = score({ minutes: { good: 4_000, degradedByHost: 500, badByHost: 500 } });
    expect(bad.performance).toBeLessThan(0.95);
    expect(bad.reasons).toEqual(["1000 of 5000 minutes were less than good by the host's doing"]);
    expect(score({ sessions: { ended: 200, failedByHost: 20 } }).reliability).toBeLessThan(0.87);
    expect(score({ uptimeShare: 0.9 }).reasons).toEqual(["up 90.0 % of the month; 99 % is asked for"]);
  });

  test("that was found to cheat loses its honesty, and gets it back with time", () => {
    expect(score({ verdicts: penalty(0) }).honesty).toBeCloseTo(0.2, 2);
    expect(score({ verdicts: penalty(14) }).honesty).toBeCloseTo(0.8, 2);
    expect(score({ verdicts: penalty(70) }).honesty).toBeGreaterThan(0.99);
    expect(score({ verdicts: penalty(0) }).reasons).toContain("confirmed by a penalty committee: nonce-missed");
  });

  test("is not condemned by one unconfirmed finding", () => {
    const once = [...GOOD.verdicts, { atMs: NOW, faults: ["nonce-missed" as const], kind: "routine" as const }];
    expect(score({ verdicts: once }).honesty).toBeGreaterThan(0.85);
  });
});

test("ratings move little, and only those of many players", () => {
  const rated = (players: number, meanStars: number) => score({ ratings: { players, meanStars } });
  expect(rated(19, 1)).toEqual(score());
  const [bad, good] = [rated(20, 1), rated(20, 5)];
  expect(good.performance - bad.performance).toBeCloseTo(0.05, 5);
  expect(score().performance - bad.performance).toBeLessThan(0.05);
  expect(bad.reasons).toEqual(["20 players gave it 1.0 of 5 stars in the mean"]);
  expect(bad).toMatchObject({ reliability: score().reliability, honesty: score().honesty });
});

test("a host is told how its sessions ended", () => {
  const sessions = { ended: 200, failedByHost: 4, ends: { "player-left": 190, "start-timeout": 1, "node-failed": 2, "no-node": 3 } as const };
  expect(score({ sessions }).reasons).toContain("4 of 200 sessions ended by the host's doing: 2 node-failed, 1 start-timeout");
});
