import { describe, expect, test } from "vitest";
import { faultsIn } from "./criteria.ts";
import type { PlayedObservation } from "./observation.ts";

const GOOD: PlayedObservation = {
  kind: "simulated-player", startupMs: 900, watchedMs: 20_000, titleFps: 60, titleWidth: 1280, titleHeight: 720, distinctFps: 59.8,
  freezeMs: 60, width: 1280, height: 720, receivedKbps: 7_000, usualKbps: 8_000, sharpness: 0.93, similarity: 0.96, nonceMs: 140, noncesAsked: 5, noncesSeen: 5,
  framesDeclared: 1_200, framesReceived: 1_198, roundTripMs: 25, lossShare: 0.001, clickToPhotonP95Ms: 60, soundHeard: true, otherPathsLossShare: 0,
};
const faults = (change: Partial<PlayedObservation> = {}) => faultsIn({ ...GOOD, ...change });

describe("a node that is played as a player would", () => {
  test("and is good has no fault", () => {
    expect(faults()).toEqual([]);
  });

  test.each<[string, Partial<PlayedObservation>]>([
    ["slow-start", { startupMs: 9_000 }],
    ["few-frames", { distinctFps: 50 }],
    ["frozen", { freezeMs: 900 }],
    ["late-response", { clickToPhotonP95Ms: 140 }],
    ["work-elsewhere", { bindingMsLeast: 18, answerMsLeast: 39 }],
    ["no-sound", { soundHeard: false }],
    ["nonce-missed", { noncesSeen: 2 }],
    ["frames-inflated", { framesDeclared: 1_400 }],
    ["small-picture", { width: 426, height: 240 }],
    ["low-bitrate", { receivedKbps: 2_000 }],
    ["blurred-picture", { sharpness: 0.4 }],
    ["other-content", { similarity: 0.5 }],
  ])("is found to be %s", (fault, change) => {
    expect(faults(change)).toEqual([fault]);
  });

  test("that never shows a frame has one fault, not all of them", () => {
    const { startupMs: _, ...never } = { ...GOOD, distinctFps: 0, soundHeard: false, noncesSeen: 0 };
    expect(faultsIn(never)).toEqual(["never-started"]);
  });

  test("in a codec that it would not have chosen has to play, and to be live; how well, nobody asks", () => {
    expect(faults({ codec: "AV1", distinctFps: 20, receivedKbps: 900, width: 426, height: 240, sharpness: 0.4, similarity: 0.5, nonceMs: 600 })).toEqual([]);
    expect(faults({ codec: "AV1", noncesSeen: 0, framesDeclared: 1_400 })).toEqual(["nonce-missed", "frames-inflated"]);
    const { startupMs: _, ...never } = { ...GOOD, codec: "AV1" as const };
    expect(faultsIn(never)).toEqual(["codec-unplayed"]);
    expect(faultsIn({ ...never, otherPathsLossShare: 0.03 })).toEqual([]);
  });

  test("on a path that loses packets is not blamed for frames, but still for what no path can do", () => {
    const lossy = { lossShare: 0.02, distinctFps: 40, freezeMs: 2_000, framesReceived: 1_176 };
    expect(faults(lossy)).toEqual([]);
    // A rate control that does its work makes the picture small, thin and soft there.
    expect(faults({ ...lossy, width: 640, height: 360, receivedKbps: 900, sharpness: 0.5 })).toEqual([]);
    expect(faults({ ...lossy, noncesSeen: 0 })).toEqual(["nonce-missed"]);
    // One that loses this much is itself a fault, if others see it too.
    expect(faults({ ...lossy, lossShare: 0.05, framesReceived: 1_140 })).toEqual(["lossy-path"]);
  });

  test("is not blamed at all where the checker's own line is bad", () => {
    const own = { otherPathsLossShare: 0.03, lossShare: 0.03 };
    expect(faults({ ...own, distinctFps: 10, noncesSeen: 0, framesDeclared: 2_000 })).toEqual([]);
    const { startupMs: _, ...never } = { ...GOOD, ...own };
    expect(faultsIn(never)).toEqual([]);
  });

  test("one missed nonce of five is a lost frame", () => {
    expect(faults({ noncesSeen: 4 })).toEqual([]);
    expect(faults({ noncesAsked: 2, noncesSeen: 0 })).toEqual([]);
    expect(faults({ nonceMs: 270 })).toEqual([]);
    expect(faults({ nonceMs: 300 })).toEqual(["nonce-missed"]);
  });

  test("frames that were lost on the way were sent", () => {
    expect(faults({ framesDeclared: 1_200, framesReceived: 1_080, lossShare: 0.1 })).toEqual(["lossy-path"]);
  });
});

test("a node that is silent on both ways is not alive; one way is enough", () => {
  expect(faultsIn({ kind: "liveness", heartbeatAgeMs: 200_000 })).toEqual(["not-alive"]);
  expect(faultsIn({ kind: "liveness", heartbeatAgeMs: 200_000, mediaRoundTripMs: 30 })).toEqual([]);
  expect(faultsIn({ kind: "liveness", heartbeatAgeMs: 40_000 })).toEqual([]);
});

test("a machine a little slower than it claims is derated, one far slower was claimed falsely", () => {
  expect(faultsIn({ kind: "capacity", claimedFps: 100, measuredFps: 92 })).toEqual([]);
  expect(faultsIn({ kind: "capacity", claimedFps: 100, measuredFps: 80 })).toEqual(["below-capacity"]);
  expect(faultsIn({ kind: "capacity", claimedFps: 100, measuredFps: 70 })).toEqual(["far-below-capacity"]);
  expect(faultsIn({ kind: "capacity", claimedFps: 100 })).toEqual(["far-below-capacity"]);
});

test("nobody is farther away than light gets in the time", () => {
  expect(faultsIn({ kind: "location", distanceKm: 1_000, roundTripMs: 9 })).toEqual(["impossible-location"]);
  expect(faultsIn({ kind: "location", distanceKm: 1_000, roundTripMs: 11 })).toEqual([]);
});

test("a node that is much farther than those who say they are near it is not where it says, or has a bad line", () => {
  const seen = { kind: "location" as const, distanceKm: 400, roundTripMs: 160 };
  expect(faultsIn({ ...seen, neighboursRoundTripMs: [14, 12, 19] })).toEqual(["unlikely-location"]);
  expect(faultsIn({ ...seen, neighboursRoundTripMs: [120, 110, 150] })).toEqual([]);
  // One neighbour may be the one that lies.
  expect(faultsIn({ ...seen, neighboursRoundTripMs: [14] })).toEqual([]);
  expect(faultsIn({ kind: "location", distanceKm: 400, neighboursRoundTripMs: [14, 12] })).toEqual(["unlikely-location"]);
});

test("bytes that were told of have come, but for what was lost", () => {
  const count = { bytesDeclared: 10_000_000, bytesReceived: 9_900_000 };
  expect(faults(count)).toEqual([]);
  expect(faults({ ...count, bytesDeclared: 14_000_000 })).toEqual(["bytes-inflated"]);
  expect(faults({ ...count, bytesDeclared: 14_000_000, lossShare: 0.3 })).toEqual(["lossy-path"]);
});
