import { expect, test } from "vitest";
import { attributeMinute } from "./attribute.ts";
import { fuseMinute, type MinuteReports } from "./fuse-minute.ts";

const reports = (player: Partial<MinuteReports["player"]> = {}, node: Partial<MinuteReports["node"]> = {}): MinuteReports => ({
  playerId: "p", networkId: "n", check: false,
  player: { lossShare: 0, roundTripMsP95: 12, roundTripMsLeast: 10, decodeMsP95: 3, framesShown: 3_500, framesDropped: 0, freezeMs: 0, ...player },
  node: { targetFps: 60, sentFps: 60, captureWaitMsP95: 2, encodeMsP95: 4, lossShare: 0, roundTripMsP95: 12, availableKbps: 20_000, neededKbps: 1_700, ...node },
});
const bad = { mos: 2.5, frameLossPercent: 20 };
const even = { player: 0.5, node: 0.5 };
const alone = { othersOnNode: { count: 0, bad: 0 }, otherPathsLossShare: undefined, othersOnAccess: { count: 0, bad: 0 } };

test("of two that disagree the one that is trusted more stands; equals meet in the middle", () => {
  const told = reports({ lossShare: 0.1 }, { lossShare: 0.02 });
  expect(fuseMinute(told, bad, even).packetLossShare).toBeCloseTo(0.06);
  expect(fuseMinute(told, bad, { player: 0.05, node: 0.8 }).packetLossShare).toBe(0.02);
  expect(fuseMinute(told, bad, { player: 0.8, node: 0.05 }).packetLossShare).toBe(0.1);
  expect(fuseMinute(reports({ lossShare: 0.1 }, { lossShare: undefined }), bad, even).packetLossShare).toBe(0.1);
});

test("a title that stands still or draws at half rate is no slow machine", () => {
  expect(attributeMinute(fuseMinute(reports({}, { sentFps: 30 }), bad, even), alone).blame).toBe("nobody");
  expect(attributeMinute(fuseMinute(reports({}, { sentFps: 30, encodeMsP95: 14 }), bad, even), alone).blame).toBe("rig");
  expect(attributeMinute(fuseMinute(reports({}, { sentFps: 30, captureWaitMsP95: 40 }), bad, even), alone).blame).toBe("rig");
});

test("a player's own bad Wi-Fi costs the host nothing", () => {
  const wifi = fuseMinute(reports({ lossShare: 0.08, roundTripMsP95: 140 }, { lossShare: 0.08, roundTripMsP95: 150 }), bad, even);
  // Alone on the node nobody can tell; with others who have it good, it is the player's line.
  expect(attributeMinute(wifi, alone).blame).toBe("nobody");
  expect(attributeMinute(wifi, { ...alone, othersOnNode: { count: 3, bad: 0 } }).blame).toBe("last-mile");
  expect(attributeMinute(wifi, { ...alone, othersOnNode: { count: 3, bad: 3 } }).blame).toBe("host-uplink");
});

test("a player who makes up a bad picture without any trace of why blames nobody", () => {
  expect(attributeMinute(fuseMinute(reports({ freezeMs: 30_000 }), { mos: 1.3, frameLossPercent: 80 }, even), alone).blame).toBe("nobody");
});

test("a link that carries too little is the link's doing", () => {
  expect(fuseMinute(reports({}, { availableKbps: 900 }), bad, even).heldByLink).toBe(true);
  expect(fuseMinute(reports({}, { availableKbps: undefined }), bad, even).heldByLink).toBe(false);
});

test("how many pictures the node makes is the median of three, where a checker was there to see", () => {
  const fps = (shownFps: number | undefined, fpsShare: number, { lossShare = 0, weight = 0.5 } = {}, ofNode: Partial<MinuteReports["node"]> = {}) =>
    fuseMinute(reports({ shownFps }, ofNode), bad, even, [{ fpsShare, lossShare, weight }]).sentFps;
  expect(fps(28, 0.5)).toBe(30);
  // A title that draws at half rate: the checker's, which is known to move, came in full.
  expect(fps(30, 0.98)).toBeCloseTo(58.8);
  // One that makes a slow machine up stands alone, and so does a node that hides one.
  expect(fps(59, 0.1)).toBe(59);
  expect(fps(10, 0.2)).toBe(12);
  // From the ends of a lossy path nobody can tell.
  expect(fps(28, 0.5, { lossShare: 0.02 })).toBe(60);
  // Of two the one that is trusted more.
  expect(fps(undefined, 0.5, { weight: 0.05 })).toBe(60);
  expect(fps(undefined, 0.5, { weight: 0.9 })).toBe(30);
});
