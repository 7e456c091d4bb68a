import { expect, test } from "vitest";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { NODE_LAYOUT, PLAYER_LAYOUT, playerSecond } from "./seconds.ts";
import { SecondsRing } from "./seconds-ring.ts";

test("what a player told is read again, field by field", () => {
  const ring = new SecondsRing(PLAYER_LAYOUT, 4);
  // A number of its own in every field, so that none can stand in another's place.
  const second = playerSecond({
    durationMs: 1_001, width: 2, height: 3, framesShown: 4, framesDropped: 5, receivedKbps: 6, packetsLost: 7, lossShare: 0.5,
    roundTripMs: 8, jitterBufferMs: 9, decodeMs: 10, freezes: 11, freezeMs: 12, audioGapMs: 13,
    clickToPhoton: { count: 14, p50Ms: 15, p95Ms: 16, p99Ms: 17 },
  });
  ring.push(1_800_000_000_000.5, second);
  expect(ring.endingWithin(-Infinity, Infinity)).toEqual([{ ...second, endMs: 1_800_000_000_000.5 }]);
});

test("what a node told is read again, field by field", () => {
  const ring = new SecondsRing(NODE_LAYOUT, 4);
  const second = {
    durationMs: 1_001, framesSent: 2, framesRepeated: 3, keyframes: 4, sentKbps: 5, targetKbps: 6, targetFps: 7, availableKbps: 8,
    captureWaitMsP95: 9, encodeMsP50: 10, encodeMsP95: 11, sendMsP95: 12, roundTripMs: 13, lossShare: 0.25,
  };
  ring.push(5, second);
  expect(ring.endingWithin(0, 10)).toEqual([{ ...second, endMs: 5 }]);
});

test("what was not told is not told later, even where another second had told it", () => {
  const players = new SecondsRing(PLAYER_LAYOUT, 1);
  players.push(1, playerSecond(playerSample()));
  const { clickToPhoton: _photon, roundTripMs: _trip, ...rest } = playerSample();
  players.push(2, playerSecond(rest));
  expect(players.endingWithin(0, 9)).toEqual([{ ...rest, clickToPhotonCount: 0, endMs: 2 }]);
  expect(playerSecond({ ...rest, clickToPhoton: { count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 } })).toEqual(playerSecond(rest));
});

test("a new one takes the place of the oldest, and a window has its end outside", () => {
  const ring = new SecondsRing(NODE_LAYOUT, 3);
  for (let endMs = 1; endMs <= 8; endMs++) ring.push(endMs, nodeSample());
  expect(ring.endingWithin(-Infinity, Infinity).map(({ endMs }) => endMs)).toEqual([6, 7, 8]);
  expect(ring.endingWithin(6, 8).map(({ endMs }) => endMs)).toEqual([6, 7]);
});
