import { expect, test } from "vitest";
import type { CheckedPlay } from "./checked-plays.ts";
import { judgeMinutes, type CheckedLine, type ReportedMinute } from "./judge-minutes.ts";

const AT = 1_800_000_000_000;
type Change = { nodeId?: string; playerId?: string; networkId?: string; beganAtMs?: number; mos?: number; lossShare?: number; encodeMsP95?: number; flags?: ReportedMinute["flags"]; check?: boolean };

function minute(change: Change = {}): ReportedMinute {
  const { nodeId = "n", playerId = "p", networkId = `of-${playerId}`, beganAtMs = AT, mos = 4.2, lossShare = 0, encodeMsP95 = 4, flags = [], check = false } = change;
  return {
    sessionId: `s-${playerId}`, nodeId, minute: 0, beganAtMs, mos, frameLossPercent: 0, flags,
    reports: {
      playerId, networkId, check,
      player: { lossShare, roundTripMsP95: 12, roundTripMsLeast: 10, decodeMsP95: 3, framesShown: 3_500, framesDropped: 0, freezeMs: 0 },
      node: { targetFps: 60, sentFps: 60, captureWaitMsP95: 2, encodeMsP95, lossShare, roundTripMsP95: 12, neededKbps: 1_700 },
    },
  };
}
const judge = (of: ReportedMinute, others: ReportedMinute[], { weights = {} as Record<string, number>, line = undefined as CheckedLine | undefined, plays = [] as CheckedPlay[] } = {}) =>
  judgeMinutes([of], { plays, around: [of, ...others], weightOf: (id) => weights[id] ?? 0.25, checkedLine: () => line });
const blame = (...of: Parameters<typeof judge>) => judge(...of).minutes[0]!.blame;
const lossy = { mos: 2.5, lossShare: 0.08 };

test("a good minute is nobody's doing", () => {
  expect(blame(minute(), [])).toBe("nobody");
});

test("a slow encoder is the host's machine, with the figures", () => {
  const { minutes } = judge(minute({ mos: 2.8, encodeMsP95: 25 }), []);
  expect(minutes[0]).toMatchObject({ blame: "rig", evidence: [expect.stringContaining("encoding took 25.0 ms")] });
});

test("loss that players of other networks share at the same time is the host's line", () => {
  const others = ["a", "b"].map((playerId) => minute({ ...lossy, playerId }));
  expect(blame(minute(lossy), others)).toBe("host-uplink");
  // An hour later, in the player's own network, or on other nodes it says nothing of the host.
  expect(blame(minute(lossy), others.map((other) => ({ ...other, beganAtMs: AT + 3_600_000 })))).toBe("nobody");
  expect(blame(minute(lossy), ["a", "b"].map((playerId) => minute({ ...lossy, playerId, networkId: "of-p" })))).toBe("nobody");
});

test("loss of one player among others who have it good is that player's line, and costs the host nothing", () => {
  expect(blame(minute(lossy), ["a", "b"].map((playerId) => minute({ playerId })))).toBe("last-mile");
});

test("loss that a whole access network has on other nodes too is that network's", () => {
  const others = ["a", "b"].map((playerId) => minute({ ...lossy, playerId, networkId: "of-p", nodeId: `other-${playerId}` }));
  expect(blame(minute(lossy), others)).toBe("last-mile");
});

test("of an unknown network nothing is concluded", () => {
  const others = ["a", "b"].map((playerId) => minute({ ...lossy, playerId, networkId: "unknown", nodeId: `other-${playerId}` }));
  expect(blame(minute({ ...lossy, networkId: "unknown" }), others)).toBe("nobody");
});

test("what checkers saw of the host's line counts as others do", () => {
  expect(blame(minute(lossy), [], { line: { reports: 5, lossy: true } })).toBe("host-uplink");
  expect(blame(minute(lossy), [], { line: { reports: 5, lossy: false } })).toBe("last-mile");
});

const play = (change: Partial<CheckedPlay> = {}): CheckedPlay => ({
  epoch: 1, taskId: "t", checkerId: "c", nodeId: "n", beganAtMs: AT + 20_000, endedAtMs: AT + 40_000, fpsShare: 1, lossShare: 0, ...change,
});

test("a node that hides in its own figures how slow it is, is found by a checker who played there at that time", () => {
  const slow = minute({ mos: 2.8 });
  slow.reports.player.shownFps = 28;
  expect(blame(slow, [])).toBe("nobody");
  const seen = judge(slow, [], { plays: [play({ fpsShare: 0.5 })] }).minutes[0]!;
  expect(seen).toMatchObject({ blame: "rig", evidence: [expect.stringContaining("30 of 60 frames"), "plays of checkers on the node at that time: 1"] });
  // Of another time, or of another node, it says nothing.
  for (const change of [{ beganAtMs: AT + 60_000, endedAtMs: AT + 80_000 }, { beganAtMs: AT - 30_000, endedAtMs: AT }, { nodeId: "other" }]) {
    expect(blame(slow, [], { plays: [play({ fpsShare: 0.5, ...change })] })).toBe("nobody");
  }
  // A checker that is known to be wrong does not ruin a node that others trust.
  expect(blame(slow, [], { plays: [play({ fpsShare: 0.5 })], weights: { c: 0.05, n: 0.8, p: 0.25 } })).toBe("nobody");
});

test("what checkers had of the line at that time counts before what others had lately", () => {
  const line = { reports: 5, lossy: true };
  const two = (lossShare: number) => [play({ lossShare }), play({ checkerId: "d", lossShare })];
  expect(blame(minute(lossy), [], { line, plays: two(0) })).toBe("last-mile");
  expect(blame(minute(lossy), [], { line: { reports: 5, lossy: false }, plays: two(0.05) })).toBe("host-uplink");
});

test("one player with many sessions is one player", () => {
  const twice = [minute({ ...lossy, playerId: "a" }), { ...minute({ ...lossy, playerId: "a" }), sessionId: "another" }];
  expect(blame(minute(lossy), twice)).toBe("nobody");
});

test("a contradiction is held against both until it is known whose they are; a word that was wrong often counts for less", () => {
  const { agreements, minutes } = judge(minute({ flags: ["shown-over-sent"] }), [], { weights: { p: 0.05 } });
  expect(agreements).toEqual([{ reporterId: "p", agreed: false }, { reporterId: "n", agreed: false }]);
  expect(minutes[0]!.weight).toBeCloseTo(0.2);
  expect(judge(minute(), []).agreements).toEqual([{ reporterId: "p", agreed: true }, { reporterId: "n", agreed: true }]);
});

test("a checker's play is no player's minute", () => {
  expect(judge(minute({ check: true }), []).agreements).toEqual([{ reporterId: "n", agreed: true }]);
});
