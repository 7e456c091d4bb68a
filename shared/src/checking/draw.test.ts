import { describe, expect, test } from "vitest";
import { drawCommittee, PENALTY_COMMITTEE, ROUTINE_COMMITTEE, type Checker } from "./committee.ts";
import { rankOf, shareOf } from "./draw.ts";

const NOBODY = { excludedOperators: new Set<string>(), excludedCheckers: new Set<string>() };
const pool = (count: number, operators: number, networks: number): Checker[] =>
  Array.from({ length: count }, (_, index) => ({
    checkerId: `checker-${index}`, operatorId: `operator-${index % operators}`, networkId: `network-${index % networks}`,
  }));
const idsOf = (checkers: readonly Checker[]) => checkers.map(({ checkerId }) => checkerId);

test("ranks tell their parts apart, and shares are spread evenly", () => {
  expect(rankOf("s", "ab", "c")).not.toBe(rankOf("s", "a", "bc"));
  const shares = Array.from({ length: 4_000 }, (_, index) => shareOf("seed", `${index}`));
  expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(0.5, 1);
});

describe("a committee", () => {
  test("is the same whoever draws it, in whatever order the checkers are listed", () => {
    const checkers = pool(60, 40, 30);
    const drawn = drawCommittee("seed", "node-1", checkers, { ...ROUTINE_COMMITTEE, ...NOBODY });
    expect(drawn).toHaveLength(5);
    expect(drawCommittee("seed", "node-1", checkers.toReversed(), { ...ROUTINE_COMMITTEE, ...NOBODY })).toEqual(drawn);
    expect(idsOf(drawCommittee("another", "node-1", checkers, { ...ROUTINE_COMMITTEE, ...NOBODY }))).not.toEqual(idsOf(drawn));
    expect(idsOf(drawCommittee("seed", "node-2", checkers, { ...ROUTINE_COMMITTEE, ...NOBODY }))).not.toEqual(idsOf(drawn));
  });

  test("has no more of one operator or network than it may, whatever their number", () => {
    // One operator runs half of all checkers.
    const checkers = pool(100, 50, 40).map((checker, index) => (index % 2 === 0 ? { ...checker, operatorId: "giant" } : checker));
    for (let draw = 0; draw < 200; draw++) {
      const drawn = drawCommittee(`seed-${draw}`, "node", checkers, { ...PENALTY_COMMITTEE, ...NOBODY });
      expect(drawn).toHaveLength(11);
      expect(drawn.filter(({ operatorId }) => operatorId === "giant").length).toBeLessThanOrEqual(2);
      for (const { networkId } of drawn) expect(drawn.filter((each) => each.networkId === networkId).length).toBeLessThanOrEqual(3);
    }
  });

  test("has none who has a stake in the answer, and nobody who has answered before", () => {
    const checkers = pool(40, 20, 20);
    const first = drawCommittee("seed", "node", checkers, { ...ROUTINE_COMMITTEE, ...NOBODY });
    const fresh = drawCommittee("seed", "node", checkers, {
      ...PENALTY_COMMITTEE,
      excludedOperators: new Set(["operator-3"]),
      excludedCheckers: new Set(idsOf(first)),
    });
    expect(fresh.map(({ operatorId }) => operatorId)).not.toContain("operator-3");
    expect(idsOf(fresh).some((id) => idsOf(first).includes(id))).toBe(false);
  });

  test("draws every checker about as often", () => {
    const checkers = pool(50, 50, 50);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 2_000; draw++) {
      for (const id of idsOf(drawCommittee(`seed-${draw}`, "node", checkers, { ...ROUTINE_COMMITTEE, ...NOBODY }))) {
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    // 200 each, with a standard deviation of 13.4.
    expect(Math.min(...counts.values())).toBeGreaterThan(140);
    expect(Math.max(...counts.values())).toBeLessThan(260);
  });
});
