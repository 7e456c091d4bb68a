import { describe, expect, test } from "vitest";
import { attributeMinute, type MinuteView, type Surroundings } from "./attribute.ts";

const QUIET: Surroundings = { othersOnNode: { count: 0, bad: 0 }, otherPathsLossShare: undefined, othersOnAccess: { count: 0, bad: 0 } };
const BAD: MinuteView = {
  mos: 2.9, targetFps: 60, sentFps: 59, encodeMsP95: 6, heldByLink: false, frameLossPercent: 0, packetLossShare: 0,
  roundTripMsP95: 30, roundTripMsBase: 25, decodeMsP95: 4, framesDroppedByDevice: 0, framesReceived: 3_500, freezeMs: 0,
};
const blame = (minute: Partial<MinuteView>, around: Partial<Surroundings> = {}) =>
  attributeMinute({ ...BAD, ...minute }, { ...QUIET, ...around }).blame;

describe("a bad minute", () => {
  test("is the host's machine's when the node itself did not send its frames, and nothing held it back", () => {
    expect(blame({ sentFps: 40 })).toBe("rig");
    expect(blame({ encodeMsP95: 20 })).toBe("rig");
    // Even while the player's line is bad as well: what the node shows needs no line.
    expect(blame({ sentFps: 40, packetLossShare: 0.05 }, { otherPathsLossShare: 0.05 })).toBe("rig");
  });

  test("on a narrow link is not the host's machine's, though it sent fewer frames", () => {
    expect(blame({ sentFps: 40, heldByLink: true }, { othersOnNode: { count: 5, bad: 0 } })).toBe("last-mile");
  });

  test("is the player's line's when their other paths are bad too, or their neighbours'", () => {
    expect(blame({ packetLossShare: 0.03 }, { otherPathsLossShare: 0.03 })).toBe("last-mile");
    expect(blame({ packetLossShare: 0.03 }, { othersOnAccess: { count: 4, bad: 3 } })).toBe("last-mile");
    // Two failures at once: the player's own comes first.
    expect(blame({ packetLossShare: 0.03 }, { otherPathsLossShare: 0.03, othersOnNode: { count: 5, bad: 5 } })).toBe("last-mile");
  });

  test("is the host's line's when most players of other networks have it bad there", () => {
    expect(blame({ packetLossShare: 0.03 }, { othersOnNode: { count: 5, bad: 4 } })).toBe("host-uplink");
    expect(blame({ roundTripMsP95: 120 }, { othersOnNode: { count: 2, bad: 2 } })).toBe("host-uplink");
    expect(blame({ packetLossShare: 0.03 }, { othersOnNode: { count: 5, bad: 2 } })).toBe("last-mile");
  });

  test("on a bad path that nothing else tells of is nobody's", () => {
    expect(blame({ packetLossShare: 0.03 })).toBe("nobody");
    expect(blame({ packetLossShare: 0.03 }, { othersOnNode: { count: 1, bad: 1 } })).toBe("nobody");
  });

  test("is the device's when only decoding is slow", () => {
    expect(blame({ decodeMsP95: 25 })).toBe("device");
    expect(blame({ framesDroppedByDevice: 400 })).toBe("device");
  });

  test("without a cause is nobody's, and a good minute has none", () => {
    expect(blame({})).toBe("nobody");
    expect(blame({ mos: 4.2, sentFps: 10 })).toBe("nobody");
  });

  test("says what it was concluded from", () => {
    expect(attributeMinute({ ...BAD, sentFps: 40 }, QUIET).evidence).toEqual([
      "the node sent 40 of 60 frames a second, and its link did not hold it back",
    ]);
  });
});
