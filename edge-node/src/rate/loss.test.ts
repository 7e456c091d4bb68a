import { describe, expect, test } from "vitest";
import { judgeLoss, noteLoss, NO_LOSS, repairMs } from "./loss.ts";
import type { LossState, LossVerdict } from "./loss.ts";

/** A second of 50 ms looks after each report, as the controller has them. Returns what was not "fine" or "hold". */
function live(loss: LossState, fractions: readonly number[], kbps = 10_000): [LossState, LossVerdict[]] {
  let state = loss;
  const verdicts: LossVerdict[] = [];
  for (const [second, fraction] of fractions.entries()) {
    state = noteLoss(state, fraction, 40);
    for (let tick = 0; tick < 20; tick++) {
      const [next, verdict] = judgeLoss(state, kbps, second * 1_000 + tick * 50);
      state = next;
      if (verdict.kind !== "fine" && verdict.kind !== "hold") verdicts.push(verdict);
    }
  }
  return [state, verdicts];
}

test("a little loss changes nothing", () => {
  const [state, verdicts] = live(NO_LOSS, Array.from({ length: 10 }, () => 0.02));
  expect(verdicts).toEqual([]);
  expect(judgeLoss(state, 10_000, 20_000)[1]).toEqual({ kind: "fine" });
});

test("some loss stops the climb, and is accepted when it stays", () => {
  const [first] = live(NO_LOSS, [0.06, 0.06]);
  expect(judgeLoss(first, 10_000, 2_000)[1]).toEqual({ kind: "hold" });
  const [later, verdicts] = live(NO_LOSS, Array.from({ length: 8 }, () => 0.06));
  expect(verdicts).toEqual([]);
  expect(judgeLoss(later, 10_000, 8_000)[1]).toEqual({ kind: "fine" });
});

describe("much loss without delay is put to the test", () => {
  test("where less traffic does not heal it, the rate comes back", () => {
    const [state, verdicts] = live(NO_LOSS, [0.3, 0.3, 0.3, 0.3, 0.3, 0.3]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["try-less", "restore"]);
    expect(verdicts[1]).toEqual({ kind: "restore", kbps: 10_000 });
    // The radio's own loss is known now and tried no more.
    expect(judgeLoss(state, 10_000, 6_000)[1]).toEqual({ kind: "fine" });
  });

  test("where it does, the limit is found", () => {
    const [, verdicts] = live(NO_LOSS, [0.4, 0, 0, 0, 0]);
    expect(verdicts.map(({ kind }) => kind)).toEqual(["try-less", "limit-found"]);
  });

  test("a trial sends less by what was lost, but never next to nothing", () => {
    const [, [verdict]] = live(NO_LOSS, [1]);
    expect(verdict).toMatchObject({ kind: "try-less" });
    expect(verdict?.kind === "try-less" && verdict.kbps).toBeGreaterThanOrEqual(3_000);
  });
});

describe("the time that repairs take", () => {
  const at = (fraction: number) => repairMs(noteLoss({ ...NO_LOSS, recentFraction: fraction }, fraction, 40));

  test("is nothing where hardly anything is lost", () => {
    expect(at(0)).toBe(0);
    expect(at(0.001)).toBe(0);
  });

  test("is a round trip for each round that most frames need", () => {
    expect(at(0.005)).toBe(50);
    expect(at(0.05)).toBe(90);
    expect(at(0.2)).toBe(130);
    expect(at(0.5)).toBe(130);
  });

  test("counts the path's own round trip, not one with a queue in it", () => {
    const loss = noteLoss(noteLoss(NO_LOSS, 0.05, 40), 0.05, 400);
    expect(repairMs(loss)).toBeLessThan(95);
  });
});
